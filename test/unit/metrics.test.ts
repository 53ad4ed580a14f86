import * as v from "valibot";
import { describe, expect, test } from "vitest";
import type { Outcome } from "../../lambda/apply/outcomes.ts";
import { TokenId } from "../../lambda/model/token.ts";
import {
  expiryAtStake,
  FAR_DAYS,
  isOrphanLeft,
  metricsOf,
  type RunFacts,
} from "../../lambda/report/metrics.ts";

const NOW = new Date("2026-03-01T12:00:00Z");
const EXPIRY = new Date("2026-03-31T12:00:00Z");
const SUMMARY = {
  listed: 12,
  rotated: 2,
  resumed: 1,
  announced: 0,
  retired: 0,
  discarded: 0,
  skipped: 1,
  waiting: 6,
  deferred: 2,
  failed: 3,
};
const FACTS: RunFacts = {
  functionName: "worker",
  report: {
    runId: "run-1",
    dryRun: false,
    startedAt: "2026-03-01T11:59:58.500Z",
    finishedAt: NOW.toISOString(),
    summary: SUMMARY,
  },
  isWhole: true,
  succeeded: false,
  orphans: 1,
  unreadSuccessors: 2,
  soonestExpiryAt: EXPIRY,
  accessTokenExpiresAt: undefined,
};

describe("the metrics of a run", () => {
  test("are one line in the embedded metric format", () => {
    expect(metricsOf(FACTS, NOW)).toEqual({
      _aws: {
        Timestamp: NOW.getTime(),
        CloudWatchMetrics: [
          {
            Namespace: "LosantTokenRotation",
            Dimensions: [["FunctionName"]],
            Metrics: [
              { Name: "Rotated", Unit: "Count" },
              { Name: "DurationMs", Unit: "Milliseconds" },
              { Name: "RunSucceeded", Unit: "Count" },
              { Name: "Listed", Unit: "Count" },
              { Name: "Failed", Unit: "Count" },
              { Name: "Deferred", Unit: "Count" },
              { Name: "Orphans", Unit: "Count" },
              { Name: "UnreadSuccessors", Unit: "Count" },
              { Name: "SoonestExpiryDays", Unit: "None" },
              { Name: "AccessTokenDaysLeft", Unit: "None" },
            ],
          },
        ],
      },
      FunctionName: "worker",
      runId: "run-1",
      Rotated: 3,
      DurationMs: 1500,
      RunSucceeded: 0,
      Listed: 12,
      Failed: 3,
      Deferred: 2,
      Orphans: 1,
      UnreadSuccessors: 2,
      SoonestExpiryDays: 30,
      AccessTokenDaysLeft: FAR_DAYS,
    });
  });

  test("are none for a dry run", () => {
    expect(metricsOf({ ...FACTS, report: { ...FACTS.report, dryRun: true } }, NOW)).toBeUndefined();
  });

  test("of a run over some of the tokens say nothing of the whole", () => {
    const { _aws, ...values } = metricsOf({ ...FACTS, isWhole: false }, NOW) ?? {};
    expect(values).toEqual({ FunctionName: "worker", runId: "run-1", Rotated: 3, DurationMs: 1500 });
  });

  test("count days down below zero, and no further up than a year", () => {
    const daysAt = (soonestExpiryAt: Date) =>
      metricsOf({ ...FACTS, soonestExpiryAt }, NOW)?.SoonestExpiryDays;
    expect(daysAt(new Date("2026-03-02T00:00:00Z"))).toBe(0.5);
    // Down to a hundredth: what is nearly a day is no day.
    expect(daysAt(new Date("2026-03-02T11:59:00Z"))).toBe(0.99);
    expect(daysAt(new Date("2026-03-01T11:59:00Z"))).toBe(-0.01);
    expect(daysAt(new Date("2026-02-28T12:00:00Z"))).toBe(-1);
    expect(daysAt(new Date("2036-02-28T12:00:00Z"))).toBe(FAR_DAYS);
  });
});

const subject = { id: v.parse(TokenId, "5f0000000000000000000001"), expiresAt: EXPIRY };

function outcome(of: Pick<Outcome, "action" | "reason" | "outcome">): Outcome {
  return { ...of, subject, secretName: undefined };
}

describe("the soonest expiry", () => {
  test.each([
    outcome({ action: "wait", reason: "not-due", outcome: "waiting" }),
    outcome({ action: "rotate", reason: "renewal-window", outcome: "failed" }),
    outcome({ action: "rotate", reason: "renewal-window", outcome: "deferred" }),
    outcome({ action: "skip", reason: "no-scope", outcome: "skipped" }),
    outcome({ action: "skip", reason: "undecided", outcome: "failed" }),
  ])("is that of a token that is to be renewed or in use: $action, $reason, $outcome", (one) => {
    expect(expiryAtStake(one)).toBe(EXPIRY);
  });

  test.each([
    outcome({ action: "rotate", reason: "renewal-window", outcome: "rotated" }),
    outcome({ action: "resume", reason: "unfinished", outcome: "resumed" }),
    outcome({ action: "skip", reason: "superseded", outcome: "skipped" }),
    outcome({ action: "skip", reason: "excluded", outcome: "skipped" }),
    outcome({ action: "skip", reason: "revoked", outcome: "skipped" }),
    outcome({ action: "retire", reason: "grace-over", outcome: "deactivated" }),
    outcome({ action: "announce", reason: "unannounced", outcome: "announced" }),
  ])("is not that of a token that has a successor or is given up: $action, $reason, $outcome", (one) => {
    expect(expiryAtStake(one)).toBeUndefined();
  });
});

test("an orphan is left while it is young, or could not be deleted", () => {
  expect(isOrphanLeft(outcome({ action: "skip", reason: "young-orphan", outcome: "skipped" }))).toBe(true);
  expect(isOrphanLeft(outcome({ action: "discard", reason: "orphan", outcome: "failed" }))).toBe(true);
  expect(isOrphanLeft(outcome({ action: "discard", reason: "orphan", outcome: "deferred" }))).toBe(true);
  expect(isOrphanLeft(outcome({ action: "discard", reason: "orphan", outcome: "discarded" }))).toBe(false);
  expect(isOrphanLeft(outcome({ action: "wait", reason: "not-due", outcome: "waiting" }))).toBe(false);
});
