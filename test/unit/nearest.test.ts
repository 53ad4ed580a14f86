import { describe, expect, it } from "vitest";
import { nearestWord } from "../../lambda/model/nearest.ts";

describe("the word that was probably meant", () => {
  it.each([
    ["a character too few", "edg"],
    ["a character too few at the start", "dge"],
    ["a character too many", "edgee"],
    ["another character", "egge"],
    ["two neighbours that are swapped", "edeg"],
    ["other case and blanks", " EDGE "],
  ])("is found in spite of %s", (_, written) => {
    expect(nearestWord(written, ["backend", "edge"])).toBe("edge");
  });

  it.each([
    ["two mistakes in a short word", "egee", "edge"],
    ["four in a long one", "bcakedn-servre-x", "backend-server"],
    ["more than a third of its characters", "abx", "xyz"],
  ])("is not found with %s", (_, written, word) => {
    expect(nearestWord(written, [word])).toBeUndefined();
  });

  it("is the most similar one, and the first of several", () => {
    expect(nearestWord("backand", ["bakund", "backend", "backund"])).toBe("backend");
  });
});
