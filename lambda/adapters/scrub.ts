import type { Redacted } from "../model/redacted.ts";

/** Longer foreign texts are cut before anything else: an error page may be megabytes. */
const READ_CHARACTERS = 4_000;
const SHOWN_CHARACTERS = 200;
/** A JWT, an AWS key, a session token; ids of 24 hexadecimal digits stay readable. */
const TOKEN_LIKE = /[\w.-]{32,}/g;

/** Whether `scrub` recognises this string by its looks, in whatever text it stands: then nobody has to keep it for that. */
export function looksLikeToken(secret: Redacted): boolean {
  return secret.reveal().replace(TOKEN_LIKE, "") === "";
}

/**
 * What a foreign service said, fit for an error message: one line of at most 200 characters, without the secrets that
 * are known and without anything that looks like one.
 */
export function scrub(foreign: string, secrets: readonly Redacted[] = []): string {
  let text = foreign;
  for (const secret of secrets) {
    const value = secret.reveal();
    if (value !== "") text = text.replaceAll(value, "…");
  }
  // The cut may go through a token: what is left of its last word goes too.
  if (text.length > READ_CHARACTERS) text = text.slice(0, READ_CHARACTERS).replace(/\S*$/, "");
  const line = text
    .replace(TOKEN_LIKE, "…")
    .replace(/[\p{C}\s]+/gu, " ")
    .trim();
  return line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS - 1).trimEnd()}…` : line;
}
