import { describe, expect, test } from "vitest";
import { readIssued, readPage, readSaid, readToken } from "../../lambda/adapters/losant/answers.ts";
import {
  type Attempt,
  tokenApiError,
  unusable,
  unusableIssue,
} from "../../lambda/adapters/losant/failures.ts";
import { scrub } from "../../lambda/adapters/scrub.ts";
import { Redacted } from "../../lambda/model/redacted.ts";
import { APPLICATION, TOKEN, tokenBody } from "./losant-bench.ts";

/* Token strings in random encodings and breaks, by every way on which Losant's text leaves the adapter. */

/** `SCRUB_CASES=100000 npx vitest run test/adapters/scrub-fuzz.test.ts` for more of them. */
const CASES = Number(process.env.SCRUB_CASES ?? 5_000);
/** So many characters of a token in a row are one thing too many. */
const RUN = 12;

type Random = () => number;

/** Mulberry32: the same cases in every run. */
function randomFrom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const upTo = (random: Random, most: number) => Math.floor(random() * (most + 1));
const between = (random: Random, least: number, most: number) => least + upTo(random, most - least);
function pick<T>(random: Random, values: readonly T[]): T {
  const value = values[upTo(random, values.length - 1)];
  if (value === undefined) throw new Error("there is nothing to pick from");
  return value;
}

const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const letters = (random: Random, length: number) =>
  Array.from({ length }, () => BASE64URL[upTo(random, 63)]).join("");

/** A JWT, as Losant's are, or an opaque one. */
function tokenString(random: Random): string {
  if (random() < 0.2) return letters(random, between(random, 32, 64));
  const header = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString("base64url");
  return `${header}.${letters(random, between(random, 40, 400))}.${letters(random, 43)}`;
}

type Change = (text: string, random: Random) => string;

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

const CHANGES: readonly Change[] = [
  same,
  cut,
  wrap,
  wrapAt30,
  base64,
  hexed,
  code((one) => `%${hex(one)}`, all),
  code((one) => `%${hex(one).toUpperCase()}`, some),
  code((one) => `%25${hex(one)}`, some),
  code((one) => `\\u00${hex(one)}`, some),
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

/** Twelve letters may be a word of a scope: `cutLong` leaves what no word looks like. */
const cutLong: Change = (text, random) => {
  const start = upTo(random, Math.max(0, text.length - 2 * RUN));
  return text.slice(start, between(random, start + 2 * RUN, text.length));
};

/** Of a string that nobody knows, only what its looks tell: in one piece, or in long ones. */
const CHANGES_OF_UNKNOWN: readonly Change[] = [
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
const prose = (random: Random, most: number) =>
  Array.from({ length: upTo(random, most) }, () => pick(random, PROSE)).join(" ");

function squash(text: string): string {
  return text.replace(/[^A-Za-z\d]/g, "").toLowerCase();
}

/** What whoever reads a message can make of it. */
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

/** Whether twelve characters of the string can be read from the text, in whatever way it is written. */
function isReadable(string: string, text: string): boolean {
  const texts = readings(text);
  if (holdsRunOf(string, RUN, texts)) return true;
  if (holdsRunOf(Buffer.from(string).toString("hex"), 2 * RUN, texts)) return true;
  return [0, 1, 2].some((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(string)]);
    return holdsRunOf(bytes.toString("base64"), (RUN / 3) * 4, texts);
  });
}

const ATTEMPT: Attempt = {
  kind: "read",
  doing: "list the tokens",
  applicationId: APPLICATION,
  scope: "a.get",
};
const STATUSES = [302, 400, 401, 403, 404, 408, 409, 422, 429, 500, 503, 999];

/** Each way on which text of Losant's leaves: a refusal's type and message, its page, and what is wrong with an answer. */
function saidOf(text: string, random: Random, secrets: readonly Redacted[]): string {
  const kind = pick(random, ["read", "write", "create"] as const);
  const attempt = { ...ATTEMPT, kind };
  const status = pick(random, STATUSES);
  const refused = (body: string) =>
    tokenApiError(attempt, { kind: "refused", status, said: readSaid({ text: body }, secrets) }).message;
  // What nobody knows is recognised in one piece only.
  const at = secrets.length === 0 ? 0 : upTo(random, text.length);
  switch (upTo(random, 6)) {
    case 0:
      return scrub(text, secrets);
    case 1:
      return refused(JSON.stringify({ type: text.slice(0, at), message: text.slice(at) }));
    case 2:
      return refused(JSON.stringify({ message: text, [text]: text }));
    case 3:
      return refused(`<html>${text}</html>`);
    case 4: {
      const page = readPage(
        JSON.stringify({ items: [text, { ...tokenBody(), name: 5, description: text }], [text]: 1 }),
        1_000,
      );
      if (!page.ok) return unusable(attempt, page.flaw).message;
      return JSON.stringify(
        page.value.rows.map((row) =>
          row.kind === "token" ? {} : "problem" in row ? row.problem : row.token.problem,
        ),
      );
    }
    case 5: {
      const token = readToken(JSON.stringify({ ...tokenBody(), expirationDate: text }));
      return token.ok ? "" : unusable(attempt, token.flaw).message;
    }
    default: {
      const issued = readIssued(JSON.stringify({ ...tokenBody(TOKEN), token: `${text} `, name: text }));
      return issued.ok ? "" : unusableIssue(attempt, issued.flaw, issued.createdId).message;
    }
  }
}

interface Case {
  readonly string: string;
  readonly text: string;
  readonly shown: string;
}

function caseOf(seed: number, changes: readonly Change[], isKnown: boolean): Case {
  const random = randomFrom(seed);
  const string = tokenString(random);
  let changed = pick(random, changes)(string, random);
  if (isKnown && random() < 0.5) changed = pick(random, changes)(changed, random);
  const before =
    random() < 0.1 ? `${prose(random, 30)} `.repeat(between(random, 20, 40)) : `${prose(random, 8)} `;
  const text = `${before}${pick(random, ["", '"', "Bearer ", "authorization: "])}${changed} ${prose(random, 8)}`;
  const others = [tokenString(random), tokenString(random)].map((other) => new Redacted(other));
  const secrets = isKnown ? [...others, new Redacted(string)] : [];
  return { string, text, shown: saidOf(text, random, secrets) };
}

describe.each([
  ["the worker knows", CHANGES, true],
  ["nobody knows", CHANGES_OF_UNKNOWN, false],
] as const)("a string that %s", (_, changes, isKnown) => {
  test(`leaves no twelve characters in what is said, in ${CASES / 2} ways to write it`, () => {
    const leaks: Case[] = [];
    for (let seed = 0; seed < CASES / 2; seed += 1) {
      const one = caseOf(seed + (isKnown ? 0 : 1_000_000), changes, isKnown);
      if (isReadable(one.string, one.shown)) leaks.push(one);
    }
    expect(leaks.slice(0, 3)).toEqual([]);
  }, 600_000);

  test("would be seen where it was not taken out", () => {
    const seen = Array.from({ length: 200 }, (__, seed) => caseOf(seed, changes, isKnown)).filter(
      ({ string, text }) => isReadable(string, text),
    );
    expect(seen.length).toBeGreaterThan(150);
  });
});

test.each<[string, string]>([
  ["letters", "a"],
  ["letters in two cases", "aB"],
  ["digits", "12"],
  ["blanks", " "],
  ["percent codes", "%41"],
  ["percent signs", "%25"],
  ["JSON codes", "\\u0041"],
  ["codes and letters in turn", "%41ab.."],
  ["HTML codes", "&#65;"],
  ["equals signs", "=41"],
  ["hyphens", "-"],
  ["humps", "aaA"],
])("a megabyte of %s is read in no time", (_, unit) => {
  const text = unit.repeat(Math.ceil(1_000_000 / unit.length));
  const startedAt = performance.now();
  for (const end of ["", " ", "!", "\n"])
    expect(scrub(text + end, [new Redacted("x".repeat(600))]).length).toBeLessThan(201);
  expect(performance.now() - startedAt).toBeLessThan(500);
});
