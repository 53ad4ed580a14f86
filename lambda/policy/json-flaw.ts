/** One piece of JSON: a string, a number, a word or a mark. Sticky, so that it matches only at the current position. */
const PIECE =
  /[ \t\n\r\ufeff]*(?:("(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)|([[\]{}:,]))/uy;
const SPACE = /[ \t\n\r\ufeff]*/uy;

type Expected = "value" | "value or ]" | "key" | "key or }" | ":" | ", or end";

/** Line and column of the first error in the JSON: `line 3, column 5`. The text there is not quoted. */
export function jsonFlaw(text: string): string {
  const lines = text.slice(0, flawAt(text)).split("\n");
  return `line ${lines.length}, column ${(lines.at(-1) ?? "").length + 1}`;
}

function flawAt(text: string): number {
  const open: ("{" | "[")[] = [];
  let expected: Expected = "value";
  for (let at = 0; ; ) {
    PIECE.lastIndex = at;
    const found = PIECE.exec(text);
    SPACE.lastIndex = at;
    SPACE.exec(text);
    const begins = SPACE.lastIndex;
    const [, string, word, mark] = found ?? [];
    const kind = string !== undefined ? "string" : word !== undefined ? "word" : mark;
    const next: Expected | undefined = kind === undefined ? undefined : after(kind, expected, open);
    if (next === undefined) return begins;
    expected = next;
    at = PIECE.lastIndex;
  }
}

/** What may follow this piece. Undefined if the piece is not allowed here. Updates `open`, the open brackets. */
function after(kind: string, expected: Expected, open: ("{" | "[")[]): Expected | undefined {
  const isValue = expected === "value" || expected === "value or ]";
  switch (kind) {
    case "string":
      if (expected === "key" || expected === "key or }") return ":";
      return isValue ? ", or end" : undefined;
    case "word":
      return isValue ? ", or end" : undefined;
    case "{":
    case "[":
      if (!isValue) return undefined;
      open.push(kind);
      return kind === "{" ? "key or }" : "value or ]";
    case "}":
      return (expected === "key or }" || expected === ", or end") && open.pop() === "{"
        ? ", or end"
        : undefined;
    case "]":
      return (expected === "value or ]" || expected === ", or end") && open.pop() === "["
        ? ", or end"
        : undefined;
    case ":":
      return expected === ":" ? "value" : undefined;
    default:
      if (expected !== ", or end" || open.length === 0) return undefined;
      return open.at(-1) === "{" ? "key" : "value";
  }
}
