import { describe, expect, test } from "vitest";
import { looksLikeToken, scrub } from "../../lambda/adapters/scrub.ts";
import { Redacted } from "../../lambda/model/redacted.ts";

describe("what a foreign service says", () => {
  test.each([
    [
      "keeps plain words and ids",
      "no token 575ed71e7ae143cd83dc4aa9 here",
      "no token 575ed71e7ae143cd83dc4aa9 here",
    ],
    ["loses a run of 32 token-like characters", `a ${"x".repeat(32)} b`, "a … b"],
    ["keeps a run of 31", `a ${"x".repeat(31)} b`, `a ${"x".repeat(31)} b`],
    ["becomes one line", "a\r\n\tb\u0000c\u2028d\u001b[31me", "a b c d [31me"],
    ["loses the secrets that are known, however short", "a hush b hush", "a … b …"],
    ["keeps three codes", "it says %20%21%22 there", "it says %20%21%22 there"],
    [
      "loses what stands from the first of four codes to the last",
      "it says %20%21%22b%23 there",
      "it says … there",
    ],
    ["may be nothing", "", ""],
  ])("%s", (_, said, shown) => {
    expect(scrub(said, [new Redacted("hush"), new Redacted("")])).toBe(shown);
  });

  test.each([
    ["eyJhbGciOiJIUzI1NiJ9.e30.AAAABBBBCCCC_DDDD-EEEE", true],
    ["x".repeat(32), true],
    ["x".repeat(31), false],
    [`${"x".repeat(32)}+y`, false],
    ["", true],
  ])("needs no secret to lose what looks like a token by itself: %s, %s", (string, isRecognised) => {
    expect(looksLikeToken(new Redacted(string))).toBe(isRecognised);
    for (const [before, after] of [
      ["", ""],
      [" ", "?"],
      ["x", "+"],
      ["'", "'"],
    ])
      if (isRecognised && string !== "") expect(scrub(before + string + after)).not.toContain(string);
  });

  test.each(["", "x", "xy"])("loses a known secret after %j in base64, also in lines", (before) => {
    const written = Buffer.from(`${before}correct-horse-battery`).toString("base64").replace(/.{5}/g, "$&\n");
    expect(scrub(written, [new Redacted("correct-horse-battery")])).toMatch(/^.{0,3}…[ =]*$/);
    expect(scrub(written)).not.toContain("…");
  });

  test("is cut after 200 characters", () => {
    const shown = scrub("word ".repeat(100_000));
    expect(shown.length).toBeLessThanOrEqual(200);
    expect(shown.endsWith("…")).toBe(true);
  });

  test.each([" ", "\t", "\n", "\r"])(
    "shows the beginning of a long text whose words stand apart by %j",
    (blank) => {
      expect(scrub(`word${blank}`.repeat(2_000)).startsWith("word word word")).toBe(true);
    },
  );

  test("shows no half of a token where it is cut", () => {
    const token = "ab.".repeat(60);
    for (let before = 3_800; before <= 4_000; before += 1) {
      const shown = scrub(`${`${"-".repeat(400)} `.repeat(9)}${" ".repeat(before - 3_609)}${token}`);
      expect(shown).not.toContain("ab.");
    }
  });
});
