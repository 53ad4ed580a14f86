import { masked } from "./masked.ts";

/** Characters that move the cursor, change colours, break lines or turn the direction of writing; halves of pairs. */
const CONTROL = /[\p{Control}\p{Bidi_Control}\p{Line_Separator}\p{Paragraph_Separator}\p{Surrogate}]/gu;

/** Foreign text that is safe to show: text that looks like a token is masked, and each control character is replaced. */
export function printable(text: string): string {
  return masked(text).replace(CONTROL, "·");
}

/** The same value with each text made `printable`, if other code converts it to JSON. */
export function printableValue<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value, eachText(printable)));
}

/** JSON of the value. Text that looks like a token is masked, and each control character is written as a code. */
export function printableJson(value: unknown, indent?: number): string {
  return withCodes(JSON.stringify(value, eachText(masked), indent));
}

/**
 * JSON with each control character as a code. Line ends stay, because they are between values: inside a value, they are
 * codes already.
 */
export function withCodes(json: string): string {
  return json.replace(CONTROL, (character) =>
    character === "\n" ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A name in quotation marks, for a sentence. */
export function quoted(name: string): string {
  return printableJson(name);
}

/** A replacer for JSON.stringify. */
export function eachText(change: (text: string) => string) {
  return (_: string, value: unknown): unknown => (typeof value === "string" ? change(value) : value);
}
