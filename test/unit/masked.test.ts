import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { secretNameFor } from "../../lambda/lineage/secret-names.ts";
import { CODE } from "../../lambda/model/character-codes.ts";
import { masked } from "../../lambda/model/masked.ts";
import { printable, printableJson, printableValue, quoted } from "../../lambda/model/printable.ts";
import { ApplicationId } from "../../lambda/model/token.ts";
import { ORDINARY_NAMES } from "../support/ordinary-names.ts";
import {
  isReadable,
  pick,
  prose,
  randomFrom,
  tokenString,
  WRITINGS_IN_NAMES,
} from "../support/token-writings.ts";

const APPLICATION = v.parse(ApplicationId, "575ec8687ae143cd83dc4a97");
const CLAIMS = Buffer.from(
  JSON.stringify({
    sub: APPLICATION,
    subtype: "apiToken",
    scope: ["applicationApiToken.get"],
    iat: 1_700_000_000,
    iss: "api.losant.com",
  }),
).toString("base64url");
const STRING = `eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.${CLAIMS}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk`;

/** `MASK_CASES=100000 node with-node.mjs npx vitest run test/unit/masked.test.ts` for more cases. */
const CASES = Number(process.env.MASK_CASES ?? 1_000);

describe("a name that holds no token", () => {
  test(`stays as it is: ${ORDINARY_NAMES.length} of them`, () => {
    expect(ORDINARY_NAMES.length).toBeGreaterThan(300);
    expect(ORDINARY_NAMES.filter((name) => masked(name) !== name)).toEqual([]);
  });

  test.each([
    "NightOsloSyncMQTT-2024",
    "HVACSyncNightOPC-2024",
    "Sync1-BerlinAPIBMSv2",
    "OsloCNC_B12OPCB12Night",
    "12/CNC/GdanskUAOsloX2OEE",
    "Lyon2024365CNC2024",
  ])("stays as it is although it mixes acronyms, numbers and words: %s", (name) => {
    expect(masked(name)).toBe(name);
  });

  test("stays between two parts of tokens, unless it is short", () => {
    const between = (words: string) => masked(`eyJhbGciOi ${words} eyJhbGciOi`);
    expect(between("and the second one")).toBe("…");
    const sentence = "and after a sentence of some length there is the second one";
    expect(between(sentence)).toBe(`… ${sentence} …`);
  });

  test("stays as it is in a sentence, and in the name of its secret", () => {
    const sentences = ORDINARY_NAMES.map(
      (name) => `failed: token ${JSON.stringify(name)} (${APPLICATION}): store-refused: no`,
    );
    expect(sentences.filter((sentence) => masked(sentence) !== sentence)).toEqual([]);
  });
});

test("codes are searched for in one pass, also among fifty thousand backslashes", () => {
  const began = performance.now();
  expect([..."\\".repeat(50_000).matchAll(CODE)]).toEqual([]);
  expect([...`${"\\".repeat(50_000)}x41`.matchAll(CODE)]).toHaveLength(1);
  expect(performance.now() - began).toBeLessThan(1_000);
});

describe("a name that holds a token", () => {
  test.each([
    ["whole", STRING],
    ["cut at its end", "eyJhbGciOi"],
    ["cut at its start", STRING.slice(100)],
    ["in lines", STRING.replace(/.{30}/g, "$&\n")],
    ["in single characters", [...STRING].join(" ")],
    ["in threes", STRING.replace(/.{3}/g, "$& ")],
    ["with characters that nobody sees", STRING.replace(/.{5}/g, "$&\u200b")],
    ["percent-encoded", [...STRING].map((one) => `%${one.charCodeAt(0).toString(16)}`).join("")],
    ["in hexadecimal digits", Buffer.from(STRING).toString("hex")],
    ["in base64", Buffer.from(STRING).toString("base64")],
    ["in capitals", STRING.toUpperCase()],
  ])("%s, keeps its words and loses the token", (_, written) => {
    expect(masked(`pasted ${written}`)).toMatch(/^pasted …=*$/);
    expect(masked(masked(`pasted ${written}`))).toBe(masked(`pasted ${written}`));
  });

  test.each([
    ["zGgeq rfMIE 0IipF olocm aJJEb pjza", "…"],
    ["ryR c5q 6vO L77 dIx mhy XFA A5M", "…"],
    ["_DsBufe 5rLo790 86zO9OA 30BT", "_…"],
    ["oEG1IcZACKSZX_57EFFVPZNChaO", "…"],
    ["UEbyUlQKevQ-treiJIKh-FL-eLx_x", "…"],
    ["52w0-te2n Qw1JcQOgO GOavjgfqz 4M9BXcw0A tjowKQW", "…"],
    ["qXpkkR_P4FJVc8ydU0HhFkhs-RrWZ", "…"],
    [Buffer.from(STRING.slice(0, 20)).toString("hex"), "…"],
  ])("loses it even if it looks a little like words, or is short: %s", (written, shown) => {
    expect(masked(`pasted ${written} here`)).toBe(`pasted ${shown} here`);
  });

  test(`shows no twelve characters of it, nor has them in the name of its secret, in ${CASES} ways to write it`, () => {
    const leaks: unknown[] = [];
    for (let seed = 0; seed < CASES; seed += 1) {
      const random = randomFrom(seed);
      const string = tokenString(random);
      const name = `${prose(random, 5)} ${pick(random, WRITINGS_IN_NAMES)(string, random)} ${prose(random, 5)}`;
      for (const shown of [masked(name), secretNameFor("losant", APPLICATION, name)])
        if (isReadable(string, shown)) leaks.push({ seed, string, name, shown });
    }
    expect(leaks.slice(0, 3)).toEqual([]);
    expect(leaks).toHaveLength(0);
  }, 3_600_000);
});

test.each(["a", "aB", "12", "%41", "%25", "\\u0041", "&#65;", "=41", "-", "aaA", "65:", "aB3 ", "\u200b"])(
  "a name of ten thousand %j and one of a million are read in no time",
  (unit) => {
    for (const length of [9_000, 1_000_000]) {
      const startedAt = performance.now();
      masked(unit.repeat(length / unit.length));
      expect(performance.now() - startedAt).toBeLessThan(2_000);
    }
  },
);

describe("text for people and for machines", () => {
  const HOSTILE = "a\u0000\u001b[31m\u0085\n\u061c\u200e\u200f\u2028\u2029\u202a\u202e\u2066\u2069\ud800z";

  test("has no control characters, where it can't have codes", () => {
    expect(printable(HOSTILE)).toBe(`a··[31m${"·".repeat(12)}z`);
    expect(printableValue({ name: HOSTILE, n: 1 })).toEqual({ name: printable(HOSTILE), n: 1 });
    expect(printable("日本語 👩‍🔧 שלום")).toBe("日本語 👩‍🔧 שלום");
  });

  test("has them as codes in JSON, which says the same", () => {
    for (const indent of [undefined, 2]) {
      const text = printableJson({ name: HOSTILE }, indent);
      expect(text.replaceAll("\n", "")).toMatch(/^[ -~]*$/);
      expect(JSON.parse(text)).toEqual({ name: HOSTILE });
    }
    expect(quoted("a\u202e")).toBe('"a\\u202e"');
  });

  test("shows no token in either", () => {
    expect([printable(STRING), printableJson([STRING]), printableValue([STRING])[0]]).toEqual([
      "…",
      '["…"]',
      "…",
    ]);
  });
});
