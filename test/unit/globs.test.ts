import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitsGlob } from "../../lambda/policy/policy.ts";

describe("a glob over token names", () => {
  test.each([
    ["my-server", "my-server", true],
    ["my-server", "my-*", true],
    ["my-server", "my server", false],
    ["plant/line [4]", "plant/line [4]", true],
    ["plant/line 4", "plant/line [4]", false],
    ["a.b", "a.b", true],
    ["axb", "a.b", false],
    ["日本-🚚", "日本-?", true],
    ["two\nlines", "two*", true],
    ["", "*", true],
  ])("%j fits %j: %j", (name, glob, fits) => {
    expect(fitsGlob(name, glob)).toBe(fits);
  });

  test.each([
    ["*-*-*-*-*-test", "-".repeat(255)],
    ["*a*a*a*a*a*a*a*a*a*a*b", "a".repeat(255)],
    ["?*?*?*?*?*?*?*?*x", "y".repeat(255)],
  ])("comes to an end where a name was made for %s to take for ever", (glob, name) => {
    expect(fitsGlob(name, glob)).toBe(false);
  });

  test("says what a regular expression says, on everything short", () => {
    const letters = fc.array(fc.constantFrom("a", "b", "*", "?", "\n", "🚚"), { maxLength: 7 });
    fc.assert(
      fc.property(letters, letters, (glob, name) => {
        const pattern = glob.map((one) => (one === "*" ? ".*" : one === "?" ? "." : RegExp.escape(one)));
        const expected = new RegExp(`^${pattern.join("")}$`, "su").test(name.join(""));
        expect(fitsGlob(name.join(""), glob.join(""))).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  test("takes every printable character for itself, but the two that mean something", () => {
    const characters = Array.from({ length: 95 }, (_, index) => String.fromCodePoint(32 + index));
    const plain = characters.filter((character) => !["*", "?"].includes(character));
    const misread = plain.filter(
      (character) => !fitsGlob(`a${character}b`, `a${character}b`) || fitsGlob("a\u00e9b", `a${character}b`),
    );
    expect(misread).toEqual([]);
  });
});
