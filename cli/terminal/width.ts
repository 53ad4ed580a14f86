import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";

const GRAPHEMES = new Intl.Segmenter();

/** The width of the text in columns of a terminal. */
export function displayWidth(text: string): number {
  return stringWidth(text);
}

/** At most `columns` wide. Longer text ends in an ellipsis. */
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

/** Lines of at most `columns`, wrapped between words. A word that is too long for a line is split. */
export function wrapped(text: string, columns: number): readonly string[] {
  return wrapAnsi(text, columns, { hard: true }).split("\n");
}
