const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** East Asian wide and fullwidth (Unicode's EastAsianWidth.txt, W and F, in coarse blocks), and emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{17000}-\u{18cff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const INVISIBLE = /^[\p{Mark}\p{Default_Ignorable_Code_Point}]+$/u;

/** How many columns of a terminal the text takes. */
export function displayWidth(text: string): number {
  return graphemesOf(text).reduce((sum, grapheme) => sum + widthOf(grapheme), 0);
}

/** At most `columns` wide: what is too long ends in an ellipsis. */
export function truncated(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let kept = "";
  let width = 0;
  for (const grapheme of graphemesOf(text)) {
    width += widthOf(grapheme);
    if (width > columns - 1) break;
    kept += grapheme;
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
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").flatMap((long) => pieces(long, columns))) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (displayWidth(longer) <= columns) {
      line = longer;
      continue;
    }
    lines.push(line);
    line = word;
  }
  return [...lines, line];
}

function pieces(word: string, columns: number): readonly string[] {
  const found = [""];
  for (const grapheme of graphemesOf(word)) {
    const last = found.at(-1) ?? "";
    if (displayWidth(last + grapheme) <= columns) found[found.length - 1] = last + grapheme;
    else found.push(grapheme);
  }
  return found;
}

function graphemesOf(text: string): readonly string[] {
  return Array.from(GRAPHEMES.segment(text), ({ segment }) => segment);
}

function widthOf(grapheme: string): number {
  if (INVISIBLE.test(grapheme)) return 0;
  return WIDE.test(grapheme) ? 2 : 1;
}
