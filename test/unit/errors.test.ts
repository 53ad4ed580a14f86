import { expect, it } from "vitest";
import { ERROR_KINDS } from "../../lambda/model/errors.ts";

it("the next run may succeed although nobody does anything, or the same call of this run, after these failures only", () => {
  const retryable = Object.entries(ERROR_KINDS).filter(([, kind]) => kind.retryable);
  expect(retryable.map(([code]) => code).toSorted()).toEqual([
    "bus-unavailable",
    "bus-unreachable",
    "discovery-incomplete",
    "internal",
    "issue-uncertain",
    "listing-incomplete",
    "losant-answer-invalid",
    "losant-clock-unknown",
    "losant-intercepted",
    "losant-throttled",
    "losant-unavailable",
    "losant-unreachable",
    "out-of-time",
    "predecessor-changed",
    "replica-behind",
    "store-answer-invalid",
    "store-throttled",
    "store-unavailable",
    "store-unreachable",
    "successor-unusable",
  ]);
});
