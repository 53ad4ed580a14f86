import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { applicationIdOf } from "../../bench/ground.ts";
import type { Outcome } from "../../lambda/apply/outcomes.ts";
import { RotationError } from "../../lambda/model/errors.ts";
import { ApplicationId, RunId, TokenId } from "../../lambda/model/token.ts";
import {
  type ApplicationRow,
  applicationRows,
  completedEvent,
  type ReportRow,
  Tally,
} from "../../lambda/report/report.ts";
import { APP, DAY, START, World } from "../support/world.ts";

const application = v.parse(ApplicationId, APP);
const idOf = (number: number) => v.parse(TokenId, number.toString(16).padStart(24, "0"));
const inDays = (days: number) => new Date(START.getTime() + days * DAY);

function waiting(number: number, expiresAt: Date | undefined = inDays(number)): Outcome {
  const subject = { id: idOf(number), name: `token ${number}`, expiresAt };
  return {
    action: "wait",
    reason: "not-due",
    outcome: "waiting",
    subject,
    secretName: undefined,
    dueAt: START,
  };
}

describe("the rows of a report", () => {
  it("are in the order of their expiry, first of what does not wait, and what never expires last", () => {
    const tally = new Tally();
    const rotated = { action: "rotate", reason: "renewal-window", outcome: "rotated" } as const;
    for (const outcome of [
      waiting(3),
      { ...waiting(1), ...rotated, subject: { id: idOf(7) } },
      waiting(2),
      { ...waiting(9), ...rotated },
      { ...waiting(8), ...rotated },
    ])
      tally.add(application, [outcome]);
    expect(tally.result(false).tokens.map(({ tokenId }) => Number.parseInt(tokenId, 16))).toEqual([
      8, 9, 7, 2, 3,
    ]);
  });

  it("are a thousand at most, of those that expire first, and the rest is counted", () => {
    const tally = new Tally();
    for (let number = 6_000; number > 0; number -= 1) tally.add(application, [waiting(number)]);
    const { tokens, omitted, summary } = tally.result(false);
    expect([tokens.length, omitted, summary.waiting]).toEqual([1_000, 5_000, 6_000]);
    expect(tokens.map(({ tokenId }) => Number.parseInt(tokenId, 16))).toEqual(
      Array.from({ length: 1_000 }, (_, index) => index + 1),
    );
  });

  it("have what failed and what was done, whatever else expires sooner", () => {
    const tally = new Tally();
    const error = new RotationError("losant-unavailable", "planted");
    const rotate = { action: "rotate", reason: "renewal-window" } as const;
    tally.add(application, [{ ...waiting(7_000), ...rotate, outcome: "failed", error }]);
    tally.add(application, [{ ...waiting(8_000), ...rotate, outcome: "rotated" }]);
    for (let number = 6_000; number > 0; number -= 1)
      tally.add(application, [
        { ...waiting(number), action: "skip", reason: "expired-unmanaged", outcome: "skipped" },
      ]);
    const { tokens, omitted } = tally.result(false);
    expect([tokens.length, omitted]).toEqual([1_000, 5_002]);
    expect(tokens.slice(-2).map(({ outcome }) => outcome)).toEqual(["failed", "rotated"]);
    expect(tokens[0]?.tokenId).toBe(idOf(1));
  });

  it("leave nothing out where there is room, to the last one", () => {
    const tally = new Tally();
    for (let number = 1; number <= 1_000; number += 1) tally.add(application, [waiting(number)]);
    expect(tally.result(false)).toMatchObject({ omitted: 0 });
    tally.add(application, [waiting(1_001)]);
    expect(tally.result(false)).toMatchObject({ omitted: 1 });
  });

  it("are one for each token: of the weightiest outcome, with what went wrong in a lighter one, and each counts", () => {
    const tally = new Tally();
    const subject = { id: idOf(1), name: "token 1" };
    const error = new RotationError("losant-unavailable", "planted");
    const oldString = { works: "yes", heldBy: "nobody", next: "nothing" } as const;
    const rotated = {
      action: "rotate",
      reason: "forced",
      outcome: "rotated",
      subject,
      secretName: undefined,
    } as const;
    const failed = {
      ...rotated,
      action: "retire",
      reason: "retire-now",
      outcome: "failed",
      error,
      oldString,
    } as const;
    for (const outcomes of [
      [rotated, failed],
      [failed, rotated],
    ])
      tally.add(application, outcomes);
    const { tokens, summary } = tally.result(false);
    expect(tokens).toEqual(
      Array(2).fill({
        applicationId: APP,
        tokenId: idOf(1),
        name: "token 1",
        action: "rotate",
        reason: "forced",
        outcome: "rotated",
        code: "losant-unavailable",
        message: "planted",
        oldString,
      }),
    );
    expect(summary).toMatchObject({ rotated: 2, failed: 2 });
  });
});

describe("the summary of a report", () => {
  it("counts both ends of a life as retired, and an end that failed besides", () => {
    const tally = new Tally();
    const retired = { ...waiting(1), action: "retire", reason: "grace-over" } as const;
    const error = new RotationError("bus-unavailable", "planted");
    tally.list(3);
    tally.list(2);
    tally.fail();
    tally.add(application, [
      { ...retired, outcome: "deactivated" },
      { ...retired, outcome: "deleted", error },
      { ...retired, outcome: "failed", error },
    ]);
    expect(tally.result(false).summary).toEqual({
      listed: 5,
      rotated: 0,
      resumed: 0,
      announced: 0,
      retired: 2,
      discarded: 0,
      skipped: 0,
      waiting: 0,
      deferred: 0,
      failed: 3,
    });
    expect(tally.result(true).summary).toHaveProperty("planned", 0);
  });
});

describe("the event of a completed run", () => {
  it.each([19, 20, 21])("names twenty failed applications at most: of %i", (count) => {
    const rows = Array.from({ length: count }, (_, index) => ({
      applicationId: idOf(index),
      outcome: "failed" as const,
      code: "losant-unreachable",
    }));
    const completion = {
      runId: v.parse(RunId, "run-1"),
      trigger: "schedule" as const,
      startedAt: START,
      finishedAt: START,
    };
    const { summary } = new Tally().result(false);
    const ok = { applicationId: APP, outcome: "ok" as const };
    expect(completedEvent(completion, false, summary, [ok, ...rows]).detail).toMatchObject({
      failedApplications: rows.slice(0, 20).map(({ applicationId, code }) => ({ applicationId, code })),
    });
  });
});

describe("the failures of a run", () => {
  it.each([
    [20, 20, false],
    [21, 21, true],
    [25, 21, true],
  ])("of %i tokens are so many sentences: %i", async (count, sentences, hasMore) => {
    const world = new World();
    for (let index = 0; index < count; index += 1)
      world.token(`token ${index}`, { age: 350 * DAY, lifetime: 365 * DAY, scope: ["no.longer.granted"] });
    const { failures, codes, report } = await world.run();
    expect(report.summary.failed).toBe(count);
    expect(codes).toEqual(["scope-rejected"]);
    expect(failures).toHaveLength(sentences);
    expect(failures[0]).toMatch(/^token "token \d+" \([a-f\d]{24}\): scope-rejected: /);
    expect(failures.at(-1) === `and ${count - 20} more`).toBe(hasMore);
  });
});

describe("the log of a run", () => {
  it("names entries of `secrets` that fit no token, as the report does, also where the application fails", async () => {
    const world = new World({ secrets: { bakcend: "prod/backend" } });
    world.token("backend", { lifetime: 365 * DAY });
    world.skipped.add(world.token("gateway", { lifetime: 365 * DAY }).id);
    const unusedSecrets = [{ entry: "bakcend", secretName: "prod/backend", nearest: "backend" }];
    const { applications } = (await world.run()).report;
    expect(applications).toMatchObject([{ outcome: "failed", code: "listing-incomplete", unusedSecrets }]);
    expect(world.log.filter(({ message }) => message.includes("fit no token"))).toEqual([
      {
        level: "warn",
        message: "entries of `secrets` fit no token",
        fields: { applicationId: application, unusedSecrets },
      },
    ]);
  });

  it("has a line for each token: of what is done, of what rests, and louder of what a person should see", async () => {
    const world = new World();
    world.token("due", { age: 350 * DAY, lifetime: 365 * DAY });
    world.token("without rights", { lifetime: 365 * DAY, scope: [] });
    world.token("scopeless", { age: 350 * DAY, lifetime: 365 * DAY, scope: ["no.longer.granted"] });
    await world.run();
    const lines = world.log.map(({ level, message, fields }) => [
      level,
      message,
      fields.name,
      fields.outcome,
    ]);
    expect(lines).toEqual(
      expect.arrayContaining([
        ["info", "token outcome", "due", "rotated"],
        ["info", "token outcome", "rotation worker", "skipped"],
        ["warn", "token outcome", "without rights", "skipped"],
      ]),
    );
    expect(world.log.filter(({ level }) => level === "error")).toEqual([
      {
        level: "error",
        message: expect.stringMatching(/^failed: token "scopeless" \(/),
        fields: expect.objectContaining({
          code: "scope-rejected",
          retryable: false,
          remedy: expect.stringContaining("#scope-rejected"),
          outcome: "failed",
        }),
      },
    ]);
  });
});

describe("the applications of a report", () => {
  const rowsOf = (count: number) =>
    Array.from({ length: count }, (_, number): ApplicationRow => {
      const applicationId = applicationIdOf(number);
      return { applicationId, outcome: number === count - 1 ? "failed" : "ok" };
    });
  const tokenIn = (applicationId: string) => ({ applicationId }) as ReportRow;

  it("are all there, as long as they are a thousand", () => {
    const rows = rowsOf(1_000);
    expect(applicationRows(rows, [])).toEqual({ applications: rows });
  });

  it("are a thousand at most: those that failed, those with tokens in the report, and the first others", () => {
    const rows = rowsOf(100_000);
    const { applications, omittedApplications } = applicationRows(rows, [tokenIn(applicationIdOf(50_000))]);
    expect(omittedApplications).toBe(99_000);
    expect(applications).toEqual([...rows.slice(0, 998), rows[50_000], rows[99_999]]);
  });
});
