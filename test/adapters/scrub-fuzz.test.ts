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
import {
  between,
  CHANGES,
  CHANGES_OF_UNKNOWN,
  type Change,
  isReadable,
  pick,
  prose,
  type Random,
  randomFrom,
  tokenString,
  upTo,
} from "../support/token-writings.ts";
import { APPLICATION, TOKEN, tokenBody } from "./losant-bench.ts";

/* Token strings in random encodings and with random breaks, in every place where the adapter outputs Losant's text. */

/** `SCRUB_CASES=100000 npx vitest run test/adapters/scrub-fuzz.test.ts` for more cases. */
const CASES = Number(process.env.SCRUB_CASES ?? 5_000);
const ATTEMPT: Attempt = {
  kind: "read",
  doing: "list the tokens",
  owner: { id: APPLICATION },
  scope: "a.get",
};
const STATUSES = [302, 400, 401, 403, 404, 408, 409, 422, 429, 500, 503, 999];

/** Each place with text from Losant: the type and message of a refusal, its page, and the problem of an answer. */
function saidOf(text: string, random: Random, secrets: readonly Redacted[]): string {
  const kind = pick(random, ["read", "write", "create"] as const);
  const attempt = { ...ATTEMPT, kind };
  const status = pick(random, STATUSES);
  const refused = (body: string) =>
    tokenApiError(attempt, { kind: "refused", status, said: readSaid({ text: body }, secrets) }).message;
  // An unknown string is recognized in one piece only.
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
