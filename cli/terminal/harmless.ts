/** Tokens are JSON Web Tokens, whose first part is JSON in base64url: it starts like this. */
const TOKEN_STRING = /eyJ[\w-]{6,}(\.[\w-]*)*/g;
/** Characters that move the cursor, change colours, break lines or turn the direction of writing. */
const CONTROL = /[\p{Control}\p{Bidi_Control}\p{Line_Separator}\p{Paragraph_Separator}\p{Surrogate}]/gu;

/** What stands for a token string on the screen: nothing of the string itself. */
export const MASK = "••••••";

/** Text from outside as a terminal may show it: names in Losant may hold anything, even a token. */
export function harmless(text: string): string {
  return text.replace(TOKEN_STRING, MASK).replace(CONTROL, "·");
}

/** JSON that says the same, and that a terminal may show as well; what looks like a token string is masked. */
export function harmlessJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2)
    .replace(TOKEN_STRING, MASK)
    .replace(CONTROL, (character) =>
      character === "\n" ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
}
