import type { Spread } from "../statistics.ts";

/** A table. The first column is text, the others are figures. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = titles.map((_, column) => (column === 0 ? "---" : "---:"));
  return [line(titles), line(rule), ...rows.map(line)].join("\n");
}

/** Prose in lines of at most 120 characters. */
export function prose(...paragraphs: readonly string[]): string {
  return paragraphs.map((text) => wrapped(text, 120)).join("\n\n");
}

export function bullets(...items: readonly string[]): string {
  return items.map((item) => `- ${wrapped(item, 118).replaceAll("\n", "\n  ")}`).join("\n");
}

function wrapped(text: string, most: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    if (line !== "" && line.length + 1 + word.length > most) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join("\n");
}

export const whole = (value: number) => Math.round(value).toLocaleString("en-US");
export const ms = (value: number) => `${whole(value)} ms`;
export const seconds = (valueMs: number) =>
  `${(valueMs / 1_000).toLocaleString("en-US", { maximumFractionDigits: valueMs < 10_000 ? 2 : 1 })} s`;
export const kilobytes = (bytes: number) => `${whole(bytes / 1_000)} kB`;
export const megabytes = (bytes: number) => `${whole(bytes / 1_000_000)} MB`;
export const ratio = (value: number) => value.toFixed(2);
export const dollars = (value: number) =>
  value.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

export const spread = ({ median, lower, upper }: Spread, shown: (value: number) => string) =>
  `${shown(median)} (${shown(lower)} to ${shown(upper)})`;

/** An aim, and whether this run meets it. */
export function aim(
  what: string,
  value: number,
  most: number,
  shown: (value: number) => string = ratio,
): string {
  const verdict = value <= most ? "met" : "**missed**";
  return `${what}: at most ${shown(most)}, measured ${shown(value)}: ${verdict}.`;
}
