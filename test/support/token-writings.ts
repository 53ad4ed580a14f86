/* Token strings in random encodings and with random breaks, and who can read them. They are the same in every run. */

/** No text may show this many consecutive characters of a token. */
export const RUN = 12;

export type Random = () => number;

/** Mulberry32: the same cases in every run. */
export function randomFrom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const upTo = (random: Random, most: number) => Math.floor(random() * (most + 1));
export const between = (random: Random, least: number, most: number) => least + upTo(random, most - least);
export function pick<T>(random: Random, values: readonly T[]): T {
  const value = values[upTo(random, values.length - 1)];
  if (value === undefined) throw new Error("there is nothing to pick from");
  return value;
}

const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const letters = (random: Random, length: number) =>
  Array.from({ length }, () => BASE64URL[upTo(random, 63)]).join("");

/** A JWT, like Losant's tokens, or an opaque string. */
export function tokenString(random: Random): string {
  if (random() < 0.2) return letters(random, between(random, 32, 64));
  const header = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString("base64url");
  return `${header}.${letters(random, between(random, 40, 400))}.${letters(random, 43)}`;
}

export type Change = (text: string, random: Random) => string;

const SEPARATORS = [
  " ",
  "\n",
  "\r\n",
  "\t",
  "\u200b",
  "\u00ad",
  "\ufeff",
  "\u2060",
  "-\n",
  '" + "',
  "\\n",
  ", ",
  ".",
  "|",
  "\0",
];

function wrapped(text: string, width: number, separator: string): string {
  return (text.match(new RegExp(`[^]{1,${width}}`, "g")) ?? []).join(separator);
}

const code =
  (format: (code: number) => string, share: (random: Random) => number): Change =>
  (text, random) => {
    const part = share(random);
    return [...text].map((one) => (random() < part ? format(one.charCodeAt(0)) : one)).join("");
  };
const hex = (value: number) => value.toString(16).padStart(2, "0");
const all = () => 1;
const some = (random: Random) => random();

const cut: Change = (text, random) => {
  const start = upTo(random, Math.max(0, text.length - RUN));
  return text.slice(start, between(random, start + RUN, text.length));
};
const wrap: Change = (text, random) => wrapped(text, between(random, 1, 40), pick(random, SEPARATORS));
const wrapAt30: Change = (text, random) => wrapped(text, 30, pick(random, ["\n", " ", "\r\n"]));
const base64: Change = (text, random) =>
  Buffer.from(`${pick(random, ["", "Bearer ", "a", '{"token":"'])}${text}`).toString(
    pick(random, ["base64", "base64url"] as const),
  );
const hexed: Change = (text, random) => {
  const separator = pick(random, ["", "", " ", ":", "\\x", "-"]);
  return [...text].map((one) => hex(one.charCodeAt(0))).join(separator);
};
const same: Change = (text) => text;

const IN_CODES: readonly Change[] = [
  base64,
  hexed,
  code((one) => `%${hex(one)}`, all),
  code((one) => `%${hex(one).toUpperCase()}`, some),
  code((one) => `%25${hex(one)}`, some),
  code((one) => `\\u00${hex(one)}`, some),
];

export const CHANGES: readonly Change[] = [
  same,
  cut,
  wrap,
  wrapAt30,
  ...IN_CODES,
  code((one) => `\\\\u00${hex(one)}`, some),
  code((one) => `\\x${hex(one)}`, some),
  code((one) => `&#${one};`, some),
  code((one) => `&#x${hex(one)};`, some),
  code((one) => `=${hex(one).toUpperCase()}`, some),
  (text) => text.toUpperCase(),
  (text) => text.toLowerCase(),
  (text) => encodeURIComponent(text),
  (text) => JSON.stringify(text),
];

/** Twelve letters can be a word of a scope. `cutLong` leaves only pieces that can't be words. */
const cutLong: Change = (text, random) => {
  const start = upTo(random, Math.max(0, text.length - 2 * RUN));
  return text.slice(start, between(random, start + 2 * RUN, text.length));
};

/** An unknown string is recognized by its form only: in one piece, or in long pieces. */
export const CHANGES_OF_UNKNOWN: readonly Change[] = [
  same,
  cutLong,
  wrapAt30,
  base64,
  hexed,
  code((one) => `%${hex(one)}`, all),
];

const PROSE = [
  "the",
  "token",
  "you",
  "sent",
  "is",
  "not",
  "valid",
  "for",
  "this",
  "application",
  "request",
  "denied",
];
export const prose = (random: Random, most: number) =>
  Array.from({ length: upTo(random, most) }, () => pick(random, PROSE)).join(" ");

function squash(text: string): string {
  return text.replace(/[^A-Za-z\d]/g, "").toLowerCase();
}

/** What a reader can decode from a message. */
function readings(text: string): readonly string[] {
  const decode = (from: string) =>
    from.replace(
      /%(?:25)*([\da-f]{2})|\\+x([\da-f]{2})|=([\da-f]{2})|\\+u00([\da-f]{2})|&#x([\da-f]{2});|&#(\d{2,3});/gi,
      (_, ...found: (string | undefined)[]) => {
        const decimal = found[5];
        const coded = found.slice(0, 5).find((one) => one !== undefined);
        return String.fromCharCode(
          decimal === undefined ? Number.parseInt(coded ?? "", 16) : Number(decimal),
        );
      },
    );
  return [squash(text), squash(decode(text)), squash(decode(decode(text)))];
}

function holdsRunOf(form: string, length: number, texts: readonly string[]): boolean {
  const wanted = squash(form);
  for (let start = 0; start + length <= wanted.length; start += 1) {
    const run = wanted.slice(start, start + length);
    if (texts.some((text) => text.includes(run))) return true;
  }
  return false;
}

/** Whether the text shows twelve characters of the string, in any encoding. */
export function isReadable(string: string, text: string): boolean {
  const texts = readings(text);
  if (holdsRunOf(string, RUN, texts)) return true;
  if (holdsRunOf(Buffer.from(string).toString("hex"), 2 * RUN, texts)) return true;
  return [0, 1, 2].some((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(string)]);
    return holdsRunOf(bytes.toString("base64"), (RUN / 3) * 4, texts);
  });
}

/** Split into parts of one length, with separators that a name can contain. */
const torn: Change = (text, random) =>
  wrapped(
    text,
    between(random, 1, 40),
    pick(random, [" ", "\n", "\r\n", "\t", "\u200b", "\u2060", ", ", "|", "\0"]),
  );
/** Shorter strings can't be distinguished from serial numbers. */
const cutToPiece: Change = (text, random) => {
  const start = upTo(random, Math.max(0, text.length - 32));
  return text.slice(start, between(random, start + 32, text.length));
};

/** The ways in which a name can contain a token string. The worker doesn't know the string, so only its form shows it. */
export const WRITINGS_IN_NAMES: readonly Change[] = [
  same,
  cutToPiece,
  torn,
  wrapAt30,
  ...IN_CODES,
  code((one) => `&#${one};`, some),
  (text) => encodeURIComponent(text),
  (text) => JSON.stringify(text),
];

/** The same as `isReadable`, for many strings in the same texts. */
export function readersOf(texts: readonly string[]): (string: string) => boolean {
  const read = [...new Set(texts.flatMap((text) => readings(text)))];
  const runs = new Map(
    [RUN, 2 * RUN, (RUN / 3) * 4].map((length) => [
      length,
      new Set(read.flatMap((text) => runsOf(text, length))),
    ]),
  );
  const holds = (form: string, length: number) =>
    runsOf(squash(form), length).some((run) => runs.get(length)?.has(run) === true);
  return (string) =>
    holds(string, RUN) ||
    holds(Buffer.from(string).toString("hex"), 2 * RUN) ||
    [0, 1, 2].some((offset) =>
      holds(Buffer.concat([Buffer.alloc(offset), Buffer.from(string)]).toString("base64"), (RUN / 3) * 4),
    );
}

function runsOf(text: string, length: number): readonly string[] {
  return Array.from({ length: Math.max(0, text.length - length + 1) }, (_, start) =>
    text.slice(start, start + length),
  );
}
