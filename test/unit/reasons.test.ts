import { expect, it } from "vitest";
import { REASONS, type Reason, restOf } from "../../lambda/plan/reasons.ts";

const reasons = Object.keys(REASONS) as Reason[];
const needing = (when: string) =>
  reasons.filter((reason) => restOf(reason)?.needsAPerson === when).toSorted();

it("a person has to look at what somebody did, and at what stands in the way of renewing, as long as it lasts", () => {
  expect(needing("always")).toEqual([
    "missing",
    "never-retired",
    "orphan-left",
    "orphan-reactivated",
    "retirement-unproven",
    "revoked",
    "rolled-back",
    "root-reactivated",
    "secret-is-replica",
    "secret-owned-by-service",
    "secret-scheduled-for-deletion",
    "shared",
    "still-read",
    "successor-unread",
    "unproven",
  ]);
});

it("a person has to look at whatever else is not renewed, once it would be due", () => {
  expect(needing("once-due")).toEqual([
    "excluded",
    "expired-unmanaged",
    "foreign",
    "marker-unknown",
    "never-expires",
    "no-scope",
    "not-due",
    "not-selected",
    "too-short-lived",
    "undecided",
  ]);
});

it("what counts in the metric of the soonest expiry is what the worker ought to renew and does not", () => {
  expect(reasons.filter((reason) => restOf(reason)?.isAtStake).toSorted()).toEqual([
    "just-rotated",
    "marker-unknown",
    "no-scope",
    "not-due",
    "orphan-left",
    "outside-window",
    "rolled-back",
    "secret-is-replica",
    "secret-owned-by-service",
    "secret-scheduled-for-deletion",
    "shared",
    "too-short-lived",
    "undecided",
    "young-orphan",
  ]);
});

it.each(reasons)("%s has a meaning, a brief one, and advice", (reason) => {
  const { meaning, brief, advice } = REASONS[reason];
  for (const words of [meaning, brief, advice]) expect(words).toMatch(/^\S.{4,}\S$/);
  expect(brief.length).toBeLessThan(40);
});
