import type { Screen, Style } from "./screen.ts";
import { displayWidth, fitted, wrapped } from "./width.ts";

export interface Column {
  readonly title: string;
  /** The column is as wide as its content, but at most this. The last column takes the rest, and wraps. */
  readonly atMost?: number;
}

export interface Cell {
  readonly text: string;
  readonly style?: Style;
}

const INDENT = "  ";
const GAP = "  ";
const NOTE = "    ";

/**
 * The lines of a table, none wider than the screen. Cells are shown unchanged, so make them printable first. A note is
 * shown below its row.
 */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  { width, paint }: Screen,
  notes: readonly (string | undefined)[] = [],
): readonly string[] {
  const widths = widthsOf(columns, rows, width);
  const titles = columns.map(({ title }): Cell => ({ text: title, style: "faint" }));
  const notesOf = (at: number) =>
    wrapped(notes[at] ?? "", width - NOTE.length).flatMap((line) => (line === "" ? [] : [NOTE + line]));
  return [titles, ...rows].flatMap((row, rowAt) => {
    const last = wrapped(row.at(-1)?.text ?? "", widths.at(-1) ?? 0);
    const lines = last.map((text, index) => {
      const cells = row.map((cell, at): Cell => {
        if (at === row.length - 1) return { ...cell, text };
        return index === 0 ? cell : { text: "" };
      });
      const painted = cells.map(({ text, style }, at) =>
        painting(fitted(text, widths[at] ?? 0), style, paint),
      );
      return (INDENT + painted.join(GAP)).trimEnd();
    });
    return [...lines, ...notesOf(rowAt - 1)];
  });
}

/** Paints the text without the spaces after it, so that a line ends where its text ends. */
function painting(text: string, style: Style | undefined, paint: Screen["paint"]): string {
  const bare = text.trimEnd();
  if (style === undefined || bare === "") return text;
  return paint(style, bare) + text.slice(bare.length);
}

function widthsOf(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width: number,
): readonly number[] {
  const natural = columns.map(({ title, atMost = width }, at) =>
    Math.min(atMost, Math.max(...[title, ...rows.map((row) => row[at]?.text ?? "")].map(displayWidth))),
  );
  const taken = natural
    .slice(0, -1)
    .reduce((sum, columnWidth) => sum + columnWidth + GAP.length, INDENT.length);
  return [...natural.slice(0, -1), Math.max(1, width - taken)];
}
