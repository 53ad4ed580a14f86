import { printable } from "./printable.ts";

const MADE_HERE = Symbol("made by html");

/** HTML that is safe to show. Only `html` makes it, so text from outside can't become part of its structure. */
export class Html {
  readonly text: string;

  constructor(key: typeof MADE_HERE, text: string) {
    if (key !== MADE_HERE) throw new Error("Html is made by html`…` only");
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

export type HtmlPart = Html | string | number | undefined | readonly HtmlPart[];

/**
 * HTML from a template. Each value is escaped, unless it is Html itself: as text, and as an attribute in quotation marks. Text that
 * looks like a token is masked, and control characters are replaced. Undefined is nothing, and the parts of a list follow each other.
 */
export function html(template: TemplateStringsArray, ...values: readonly HtmlPart[]): Html {
  const parts = template.map((fixed, index) => fixed + textOf(values[index]));
  return new Html(MADE_HERE, parts.join(""));
}

export const NOTHING_SHOWN = html``;

function textOf(part: HtmlPart): string {
  if (part === undefined) return "";
  if (part instanceof Html) return part.text;
  if (typeof part === "object") return part.map(textOf).join("");
  return escaped(printable(String(part)));
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

function escaped(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? "");
}
