import { masked } from "./masked.ts";

/** Characters that move the cursor, change colours, break lines or turn the direction of writing; halves of pairs. */
const CONTROL = /[\p{Control}\p{Bidi_Control}\p{Line_Separator}\p{Paragraph_Separator}\p{Surrogate}]/gu;

/** Text from outside as it may be shown: without what looks like a token, and each control character replaced. */
export function printable(text: string): string {
  return masked(text).replace(CONTROL, "·");
}

/** The same value, of which each text is `printable`: for what somebody else turns into JSON. */
export function printableValue<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value, eachText(printable)));
}

/** JSON of the same value, what looks like a token masked and each control character as a code. */
export function printableJson(value: unknown, indent?: number): string {
  return withCodes(JSON.stringify(value, eachText(masked), indent));
}

/** JSON with each control character as a code. Line ends stand between its values: within one, they are codes already. */
export function withCodes(json: string): string {
  return json.replace(CONTROL, (character) =>
    character === "\n" ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A name within a sentence. */
export function quoted(name: string): string {
  return printableJson(name);
}

/** For JSON.stringify. */
export function eachText(change: (text: string) => string) {
  return (_: string, value: unknown): unknown => (typeof value === "string" ? change(value) : value);
}
