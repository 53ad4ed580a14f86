import fc from "fast-check";
import { expect, it } from "vitest";
import { jsonFlaw } from "../../lambda/policy/json-flaw.ts";

/** The text before the position. */
function before(text: string, where: string): string {
  const [, line = "", column = ""] = /^line (\d+), column (\d+)$/.exec(where) ?? [];
  const lines = text.split("\n");
  return [...lines.slice(0, Number(line) - 1), lines[Number(line) - 1]?.slice(0, Number(column) - 1)].join(
    "\n",
  );
}

it("of JSON, finds nothing before its end", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(before(text, jsonFlaw(text))).toBe(text);
    }),
  );
});
