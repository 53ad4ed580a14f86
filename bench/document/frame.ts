import { LATENCY_MS, WRITES_PER_SECOND } from "../latencies.ts";
import { machineLines } from "../machine.ts";
import { COMMAND } from "../options.ts";
import { bullets, prose } from "./markdown.ts";

/** The beginning of each chapter. */
const HEADING = /^## .+$/m;

/**
 * Replaces the chapters that have the same headings.
 * @throws Error if the document has no such chapter
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

/** @throws Error if the document has no such chapter */
export function chapterOf(document: string, heading: string): string {
  const chapter = document.split(/^(?=## )/m).find((part) => HEADING.exec(part)?.[0] === heading);
  if (chapter === undefined) throw new Error(`the document has no chapter "${heading}"`);
  return chapter.trimEnd();
}

/** The whole document with its chapters. Every verdict is computed from the figures next to it. */
export function frame(sections: readonly string[]): string {
  return `${[
    "# Benchmarks",
    prose(
      `Written by \`${COMMAND}\` on ${new Date().toISOString().slice(0, 10)}; it takes some minutes and
      needs only npm and the loopback interface. \`${COMMAND} -- --quick\` only tests whether everything works.
      \`${COMMAND} -- --virtual\` rewrites only chapters 2, 4 and 5, which are the same on every machine.
      \`${COMMAND} -- --fleet\` rewrites only chapter 8.`,
      "The worker is compared with a first draft, (b), and with AWS's template, (c). Chapter 1 describes both. “Of (b)” is the time of a whole run divided by that of (b).",
      `In these measurements, Losant answers after ${LATENCY_MS.losant} ms, Secrets Manager after ${LATENCY_MS.store} ms and
      EventBridge after ${LATENCY_MS.bus} ms. Secrets Manager accepts ${WRITES_PER_SECOND} writes per second. Things that are
      compared run in turn, each once per round, and each ratio is taken within a round. Figures are medians. The parentheses
      contain the middle half of the measurements. On other machines the times differ, but the ratios hardly do.`,
    ),
    bullets(...machineLines()),
    ...sections,
  ].join("\n\n")}\n`;
}
