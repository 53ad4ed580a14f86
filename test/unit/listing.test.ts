import { describe, expect, it } from "vitest";
import { flawsOf, losantTimeOf } from "../../lambda/observe/listing.ts";
import { applicationOf } from "../plan/builders.ts";

const NOW = new Date("2026-06-01T12:00:00.000Z");
const DAY = 86_400_000;
const WHOLE = { tokens: [], unreadable: [], nameless: { count: 0, problem: "" }, missing: 0 };

function timeAt(aheadMs: number | undefined) {
  const servedAt = aheadMs === undefined ? undefined : new Date(NOW.getTime() + aheadMs);
  return losantTimeOf({ ...WHOLE, servedAt }, NOW);
}

describe("Losant's clock", () => {
  it.each([0, 1, -1, 2_000, -2_000])("is this machine's where it is %i ms ahead", (aheadMs) => {
    expect(timeAt(aheadMs)).toEqual({ aheadMs: 0, shownAheadMs: 0, isTrusted: true });
  });

  it.each([2_001, -2_001, DAY, -DAY])("counts where it is %i ms ahead", (aheadMs) => {
    expect(timeAt(aheadMs)).toEqual({ aheadMs, shownAheadMs: aheadMs, isTrusted: true });
  });

  it("is not trusted where it is more than a day off: then a renewal may come too early, and not too late", () => {
    expect(timeAt(DAY + 1)).toEqual({ aheadMs: DAY + 1, shownAheadMs: DAY + 1, isTrusted: false });
    expect(timeAt(-DAY - 1)).toEqual({ aheadMs: 0, shownAheadMs: -DAY - 1, isTrusted: false });
  });

  it("is not trusted where an answer has no date", () => {
    expect(timeAt(undefined)).toEqual({ aheadMs: 0, shownAheadMs: 0, isTrusted: false });
  });
});

describe("what keeps a listing from showing every token", () => {
  const application = applicationOf({});
  const flaws = (count: number, missing: number) =>
    flawsOf(
      { ...WHOLE, nameless: { count, problem: "has no valid id" }, missing, servedAt: NOW },
      application,
    );

  it("is nothing where every row can be read, and there are as many as Losant counts", () => {
    expect(flaws(0, 0)).toEqual([]);
  });

  it.each([
    [1, /\b1 row\b.*has no valid id/],
    [2, /\b2 rows\b.*has no valid id/],
  ])("is told of %i rows without an id", (count, message) => {
    expect(flaws(count, 0)).toMatchObject([
      { code: "token-unreadable", message: expect.stringMatching(message) },
    ]);
  });

  it.each([
    [1, /\b1 more token\b/],
    [2, /\b2 more tokens\b/],
  ])("is told of %i tokens that are missing", (missing, message) => {
    expect(flaws(0, missing)).toMatchObject([
      { code: "listing-incomplete", message: expect.stringMatching(message) },
    ]);
  });
});
