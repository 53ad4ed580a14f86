import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";

const GRAPHEMES = new Intl.Segmenter();

/** How many columns of a terminal the text takes. */
export function displayWidth(text: string): number {
  return stringWidth(text);
}

/** At most `columns` wide: what is too long ends in an ellipsis. */
export function truncated(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let kept = "";
  let width = 0;
  for (const { segment } of GRAPHEMES.segment(text)) {
    width += displayWidth(segment);
    if (width > columns - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** Exactly `columns` wide. */
export function fitted(text: string, columns: number): string {
  const cut = truncated(text, columns);
  return cut + " ".repeat(Math.max(0, columns - displayWidth(cut)));
}

/** Lines of at most `columns`, broken between words; a word that is too long for a line is broken itself. */
export function wrapped(text: string, columns: number): readonly string[] {
  return wrapAnsi(text, columns, { hard: true }).split("\n");
}
