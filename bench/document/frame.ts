import { LATENCY_MS, WRITES_PER_SECOND } from "../latencies.ts";
import { machineLines } from "../machine.ts";
import { COMMAND } from "../options.ts";
import { bullets, prose } from "./markdown.ts";

/** What begins each chapter. */
const HEADING = /^## .+$/m;

/**
 * The same document with these chapters in the place of the ones that have their headings.
 * @throws Error where it has no such chapter.
 */
export function withChapters(document: string, chapters: readonly string[]): string {
  const parts = document.split(/^(?=## )/m);
  for (const chapter of chapters) {
    const heading = HEADING.exec(chapter)?.[0];
    const at = parts.findIndex((part) => HEADING.exec(part)?.[0] === heading);
    if (at < 0) throw new Error(`the document has no chapter "${heading}"`);
    parts[at] = at === parts.length - 1 ? `${chapter}\n` : `${chapter}\n\n`;
  }
  return parts.join("");
}

/** The whole document around its chapters. Every verdict in it is computed from the figures it stands beside. */
export function frame(sections: readonly string[]): string {
  return `${[
    "# Benchmarks",
    prose(
      `Written by \`${COMMAND}\` on ${new Date().toISOString().slice(0, 10)}; it needs nothing but npm and the loopback
      interface, and takes some minutes. \`${COMMAND} -- --quick\` only tries whether all of it works;
      \`${COMMAND} -- --virtual\` writes again only the second, the fourth and the fifth chapter, which are the same on every machine.`,
      `Losant answers after ${LATENCY_MS.losant} ms here, Secrets Manager after ${LATENCY_MS.store}, EventBridge after
      ${LATENCY_MS.bus}; Secrets Manager takes ${WRITES_PER_SECOND} writes in a second. What is compared runs side by side:
      once each in every round, the ratio taken within the round. Figures are medians; in parentheses, the half of the
      measurements around them. On another machine the times differ, and the ratios hardly.`,
    ),
    bullets(...machineLines()),
    ...sections,
  ].join("\n\n")}\n`;
}
