import { CODE, decoded, type Layer, layerOf } from "../model/character-codes.ts";
import type { Redacted } from "../model/redacted.ts";

/** Longer foreign texts are cut first, because an error page may have megabytes. */
const READ_CHARACTERS = 4_000;
const SHOWN_CHARACTERS = 200;
/** A JWT, an AWS key, a session token; ids of 24 hexadecimal digits stay readable. */
const TOKEN_LIKE = /[\w.-]{32,}/g;
/** No piece of an unknown token that is this long may be left at a line break or a cut. */
const PIECE = /[\w.-]{12,}/g;
/** The rest of a token at a line break may be short. Then it is beside a masked part. */
const REST = /(?<=…[\W_]{1,3})[\w.-]{4,}|[\w.-]{4,}(?=[\W_]{1,3}…)/g;
const PLAIN = /^[A-Z]?[a-z]+\.?$|^\d{1,13}\.?$/;

/** A sentence doesn't have this many codes, so the text between them is not a sentence. */
const MANY_CODES = 4;
/** A decoded text may contain codes again. */
const LAYERS = 4;
/** Bytes one by one: 65:79:4a. */
const HEXES = /(?:\b[\da-f]{2}[^A-Za-z\d]{1,2}){7,}[\da-f]{2}\b/gi;

/** This many characters in a row that are also in a token are not a coincidence. Fewer are too few to matter. */
const RUN = 8;

/** Whether `scrub` recognises this string by its form, in any text. Then the string doesn't have to be kept for that. */
export function looksLikeToken(secret: Redacted): boolean {
  return secret.reveal().replace(TOKEN_LIKE, "") === "";
}

/**
 * Makes the message of a foreign service safe for an error message: one line of at most 200 characters, without the known
 * secrets and without anything that looks like a secret. A known secret is also found if it is split by any separators, cut at
 * either end, or written in percent, JSON or HTML codes, in hexadecimal digits or in base64. No twelve characters of it in a row
 * are left.
 */
export function scrub(foreign: string, secrets: readonly Redacted[] = []): string {
  // The cut may split a token, so the last word is removed too.
  let text = foreign.length > READ_CHARACTERS ? wholeWords(foreign.slice(0, READ_CHARACTERS)) : foreign;
  for (const secret of secrets) {
    const value = secret.reveal();
    if (value !== "") text = text.replaceAll(value, "…");
  }
  const line = withoutCodes(withoutRuns(text, secrets))
    .replace(TOKEN_LIKE, "…")
    .replace(PIECE, (piece) => (isReadable(piece) ? piece : "…"))
    .replace(HEXES, "…")
    .replace(REST, (piece) => (PLAIN.test(piece) || ID.test(piece) ? piece : "…"))
    .replace(/[\p{C}\s]+/gu, " ")
    .trim();
  return line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS - 1).trimEnd()}…` : line;
}

function wholeWords(text: string): string {
  const end = Math.max(...[" ", "\n", "\t", "\r"].map((blank) => text.lastIndexOf(blank)));
  return text.slice(0, end + 1);
}

/** A part of a scope or of another name (applicationApiTokens), a number, an acronym, or the end of an ARN. */
const WORD =
  /^(?:[A-Z]{2,4})?[A-Z]?[a-z]{2,}(?:[A-Z][a-z]{2,})*$|^[A-Z]{1,20}$|^[a-z]?\d{1,13}$|^[A-Za-z][a-z]?$/;
const ID = /^[\da-f]{24}$/i;

/** Words, ids and dates, with at most one short part of another kind. */
function isReadable(piece: string): boolean {
  if (ID.test(piece)) return true;
  const odd = piece.split(/[-_.]/).filter((part) => part !== "" && !WORD.test(part) && !ID.test(part));
  return odd.length === 0 || (odd.length === 1 && piece.length > 12 && (odd[0] ?? "").length <= 6);
}

/** Masks the text from the first code to the last, if there are many. */
function withoutCodes(text: string): string {
  const codes = [...text.matchAll(CODE)];
  const [first, last] = [codes[0], codes.at(-1)];
  if (first === undefined || last === undefined || codes.length < MANY_CODES) return text;
  return `${text.slice(0, first.index)}…${text.slice(last.index + last[0].length)}`;
}

/** Masks what the text has in common with a secret, in any form in which the secret can be written. */
function withoutRuns(text: string, secrets: readonly Redacted[]): string {
  const runs = new Set(secrets.flatMap(runsOf));
  if (runs.size === 0) return text;
  const masked = new Uint8Array(text.length);
  for (const layer of layersOf(text)) {
    const { characters, from, to } = squashed(layer);
    for (let start = 0; start + RUN <= characters.length; start += 1) {
      if (runs.has(characters.slice(start, start + RUN))) masked.fill(1, from[start], to[start + RUN - 1]);
    }
  }
  let shown = "";
  for (let at = 0; at < text.length; at += 1)
    if (masked[at] === 0) shown += text[at];
    else if (masked[at - 1] !== 1) shown += "…";
  return shown;
}

/** All runs of letters and digits of a secret: plain, in hexadecimal digits, and in base64 at each offset. */
function runsOf(secret: Redacted): readonly string[] {
  const value = secret.reveal();
  const bytes = Buffer.from(value);
  const written = [
    value,
    bytes.toString("hex"),
    ...[0, 1, 2].map((offset) => Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64")),
  ];
  return written.flatMap((form) => {
    const characters = form.replace(/[^A-Za-z\d]/g, "").toLowerCase();
    return Array.from({ length: Math.max(0, characters.length - RUN + 1) }, (_, start) =>
      characters.slice(start, start + RUN),
    );
  });
}

/**
 * The original text, and the text with its codes decoded, repeatedly. A code may stand for a character or be meant
 * literally.
 */
function layersOf(text: string): readonly Layer[] {
  const layers: Layer[] = [layerOf(text)];
  for (let layer = layers[0]; layer !== undefined && layers.length <= LAYERS; ) {
    layer = decoded(layer);
    if (layer !== undefined) layers.push(layer);
  }
  return layers;
}

/** Only letters and digits, without the characters between them. */
function squashed({ characters, from, to }: Layer): Layer {
  const next = { characters: "", from: [] as number[], to: [] as number[] };
  for (const { index, 0: character } of characters.matchAll(/[A-Za-z\d]/g)) {
    next.characters += character.toLowerCase();
    next.from.push(from[index] ?? 0);
    next.to.push(to[index] ?? 0);
  }
  return next;
}
