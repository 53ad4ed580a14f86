import { describe, expect, it } from "vitest";
import { RotationError } from "../../lambda/model/errors.ts";
import type { Intercept } from "../support/ports.ts";
import { APP, DAY, HOUR, MINUTE, World } from "../support/world.ts";

const DUE = { age: 350 * DAY, lifetime: 365 * DAY };

async function rotatedOnce(options?: ConstructorParameters<typeof World>[0]) {
  const world = new World(options);
  const root = world.token("backend", DUE);
  await world.run();
  world.clock.advance(HOUR);
  return { world, root, current: newest(world), secretName: world.secretOf("backend") };
}

function newest(world: World): string {
  return world.losant.tokens(APP).at(-1)?.id ?? "";
}

/** Losant takes so long to answer the creation of a token. */
const slowly =
  (answerMs: number): Intercept =>
  ({ operation }) =>
    operation === "create" ? { answerMs } : {};

describe("the end of a run", () => {
  it.each([
    [45_000, "rotated"],
    [44_999, "deferred"],
  ])("with %i ms left leaves a due token %s", async (budgetMs, outcome) => {
    const world = new World();
    const { id } = world.token("backend", DUE);
    const { report, failures } = await world.run({}, { budgetMs });
    expect(report.tokens.find(({ tokenId }) => tokenId === id)?.outcome).toBe(outcome);
    expect(failures).toEqual([]);
  });

  it.each([
    [10_001, "rotated", true],
    [10_000, "failed", false],
  ])("is too near to store a string with %i ms left, if %s", async (leftMs, outcome, isStored) => {
    const world = new World();
    const { id } = world.token("backend", DUE);
    const { report } = await world.run({}, { budgetMs: MINUTE, intercept: slowly(MINUTE - leftMs) });
    const row = report.tokens.find(({ tokenId }) => tokenId === id);
    expect(row?.outcome).toBe(outcome);
    expect(world.losant.tokens(APP)).toHaveLength(isStored ? 3 : 2);
    expect(world.stringIn(world.secretOf("backend")) !== undefined).toBe(isStored);
    if (!isStored) expect(row?.message).toMatch(/^it is too late to store losant-.*; a later run continues/);
  });

  it.each([
    [8_000, 1],
    [7_999, 0],
  ])("with %i ms left sends so many owed events: %i", async (budgetMs, announced) => {
    const { world, current } = await rotatedOnce();
    const dead = { before: new RotationError("bus-unavailable", "planted") };
    const intercept: Intercept = ({ operation }) => (operation === "publish" ? dead : {});
    await world.run({ tokens: [current], force: true }, { intercept });
    const { report } = await world.run({}, { budgetMs });
    expect(report.summary).toMatchObject({ announced, deferred: 1 - announced, failed: 0 });
  });

  it.each([
    [8_000, 1],
    [7_999, 0],
  ])("with %i ms left takes so many labels off that owe nothing: %i", async (budgetMs, taken) => {
    const { world, current, secretName } = await rotatedOnce();
    const version = `losant-${current}-${world.losant.tokens(APP)[1]?.id}`;
    await world.run({ tokens: [current], force: true });
    world.aws.moveLabel(secretName, `rotating-${current}`, version);
    const { report } = await world.run({}, { budgetMs });
    expect(report.summary).toMatchObject({ failed: 0, deferred: 0 });
    expect(world.secrets.get(secretName).labels.has(`rotating-${current}`)).toBe(taken === 0);
  });

  it.each([
    [8_000, 1],
    [7_999, 0],
  ])("with %i ms left ends so many lives: %i", async (budgetMs, retired) => {
    const { world, current } = await rotatedOnce({
      policy: { retire: { unread: "ignore", deactivateAfter: "1d" } },
    });
    await world.run({ tokens: [current], force: true });
    world.clock.advance(10 * DAY);
    const { report } = await world.run({}, { budgetMs });
    expect(report.summary).toMatchObject({ retired, deferred: 1 - retired, failed: 0 });
  });
});

describe("a service that is down at the end of a run", () => {
  const down = new RotationError("losant-unavailable", "planted", { effect: "unknown" });
  const storeDown = new RotationError("store-unavailable", "planted", { effect: "unknown" });

  /** A run of a minute begins an effect 9 s before its end, because the reads before it take that long. */
  async function endOf(world: World, operation: string, error: RotationError) {
    const startedMs = world.clock.now().getTime();
    let isFirst = true;
    const intercept: Intercept = (call) => {
      if (call.operation === "list" && isFirst) {
        isFirst = false;
        return { answerMs: MINUTE - 9_000 };
      }
      return call.operation === operation ? { before: error } : {};
    };
    const { report } = await world.run({}, { intercept, budgetMs: MINUTE });
    return { leftMs: startedMs + MINUTE - world.clock.now().getTime(), report };
  }

  it.each([
    ["deactivate", down],
    ["detach", storeDown],
  ])("does not keep it beyond its deadline by tries of %s: it reports", async (operation, error) => {
    const { world, current, secretName } = await rotatedOnce({
      policy: { retire: { unread: "ignore", deactivateAfter: "1d" } },
    });
    const version = `losant-${current}-${world.losant.tokens(APP)[1]?.id}`;
    await world.run({ tokens: [current], force: true });
    if (operation === "detach") world.aws.moveLabel(secretName, `rotating-${current}`, version);
    world.clock.advance(10 * DAY);
    const { leftMs, report } = await endOf(world, operation, error);
    expect(report.summary.failed).toBe(1);
    expect(leftMs).toBeGreaterThanOrEqual(8_000);
  });

  it("does not keep it by tries of a promotion, which a later run makes", async () => {
    const { world, current, secretName } = await rotatedOnce();
    const { report } = await world.run(
      { tokens: [current], force: true },
      {
        budgetMs: MINUTE,
        intercept: ({ operation }) =>
          operation === "stage"
            ? { answerMs: MINUTE - 11_000 }
            : operation === "promote"
              ? { before: new RotationError("store-throttled", "planted") }
              : {},
      },
    );
    expect(report.summary.failed).toBe(1);
    expect(Date.parse(report.finishedAt) - Date.parse(report.startedAt)).toBeLessThanOrEqual(MINUTE - 8_000);
    expect((await world.run()).report.summary).toMatchObject({ resumed: 1, failed: 0 });
    expect(world.losant.tokenIdOf(world.stringIn(secretName) ?? "")).toBe(newest(world));
  });

  it("does not keep it by looks at a predecessor that is still read elsewhere", async () => {
    const { world, current } = await rotatedOnce();
    world.config = { ...world.config, secretPrefix: "moved", formerPrefixes: ["losant"] };
    world.clock.advance(DAY);
    await world.run();
    world.clock.advance(DAY);
    const startedMs = world.clock.now().getTime();
    const { failures } = await world.run({ tokens: [current], retireNow: true }, { budgetMs: 10_000 });
    expect(failures.join()).toContain("predecessor-active");
    expect(world.clock.now().getTime() - startedMs).toBeLessThanOrEqual(2_000);
  });

  it("does not keep it by looks for an event that another run owes", async () => {
    const { world, current } = await rotatedOnce();
    const startedMs = world.clock.now().getTime();
    const event = { tokens: [current], force: true, retireNow: true };
    const slow = world.start(event, { intercept: slowly(40_000), budgetMs: MINUTE });
    void world.start(event, {
      intercept: ({ operation }) => (operation === "publish" ? { before: "crash" } : {}),
    });
    const { failures } = await world.clock.run(slow);
    expect(failures.join()).toContain("has not been sent yet");
    expect(world.clock.now().getTime() - startedMs).toBeLessThanOrEqual(MINUTE - 8_000 + 1_000);
  });
});

describe("a process that stood still after it stored a string", () => {
  /** By then, half of `orphanAfter` after the creation of its token, another run may soon discard that. */
  it.each([
    [29 * MINUTE, "rotated"],
    [30 * MINUTE, "failed"],
  ])("for %i ms: its token is %s", async (answerMs, outcome) => {
    const { world, current, secretName } = await rotatedOnce();
    const { report } = await world.run(
      { tokens: [current], force: true },
      { intercept: ({ operation }) => (operation === "stage" ? { answerMs } : {}), budgetMs: 2 * HOUR },
    );
    const row = report.tokens.find(({ tokenId }) => tokenId === current);
    expect(row?.outcome).toBe(outcome);
    const isCurrent = world.losant.tokenIdOf(world.stringIn(secretName) ?? "") === newest(world);
    expect(isCurrent).toBe(outcome === "rotated");
    if (!isCurrent) expect(row?.message).toContain("too late to promote");
    world.clock.advance(HOUR);
    expect((await world.run()).report.summary).toMatchObject({ resumed: isCurrent ? 0 : 1, failed: 0 });
  });
});

describe("a store that goes down in the middle of a run", () => {
  it("stops issuing: what is under way ends, its tokens are deleted, and the rest waits", async () => {
    const world = new World();
    for (let index = 0; index < 60; index += 1) world.token(`token ${index}`, DUE);
    let stored = 0;
    let issued = 0;
    const intercept: Intercept = ({ operation }) => {
      if (operation === "create") issued += 1;
      if (operation !== "stage") return { latencyMs: 100 };
      stored += 1;
      return stored <= 15 ? {} : { before: new RotationError("store-unavailable", "planted") };
    };
    const { report } = await world.run({}, { intercept });
    expect(report.summary.rotated).toBe(15);
    expect(issued).toBeLessThanOrEqual(25);
    expect(report.summary.failed).toBe(issued - 15);
    expect(report.summary.deferred).toBe(60 - issued);
    expect(world.losant.tokens(APP)).toHaveLength(61 + 15);
  });
});

describe("a string that the store does not take at once", () => {
  const refusing = (world: World, forMs: number): Intercept => {
    let sinceMs: number | undefined;
    return ({ operation }) => {
      if (operation !== "stage") return {};
      const nowMs = world.clock.now().getTime();
      sinceMs ??= nowMs;
      return nowMs - sinceMs < forMs ? { before: new RotationError("store-unavailable", "planted") } : {};
    };
  };

  it.each([
    [50_000, "rotated"],
    [61_000, "failed"],
  ])("is kept for a minute: refused for %i ms, its token is %s", async (forMs, outcome) => {
    const world = new World();
    const { id } = world.token("backend", DUE);
    const { report } = await world.run({}, { intercept: refusing(world, forMs) });
    expect(report.tokens.find(({ tokenId }) => tokenId === id)?.outcome).toBe(outcome);
    expect(world.losant.tokens(APP)).toHaveLength(outcome === "rotated" ? 3 : 2);
  });

  it("is kept no longer than that also where it would fit into the time of the run", async () => {
    const world = new World();
    world.token("backend", DUE);
    const startedMs = world.clock.now().getTime();
    await world.run({}, { intercept: refusing(world, Number.POSITIVE_INFINITY), budgetMs: 15 * MINUTE });
    expect(world.clock.now().getTime() - startedMs).toBeLessThanOrEqual(MINUTE);
  });

  it("may have been stored where no answer says: a look tells, and its token is deleted only if it was not", async () => {
    for (const when of ["before", "after"] as const) {
      const world = new World();
      const { id } = world.token("backend", DUE);
      const lost = new RotationError("store-refused", "planted", { effect: "unknown" });
      const { report } = await world.run(
        {},
        { intercept: ({ operation }) => (operation === "stage" ? { [when]: lost } : {}) },
      );
      const row = report.tokens.find(({ tokenId }) => tokenId === id);
      expect(row).toMatchObject(
        when === "after" ? { outcome: "rotated" } : { outcome: "failed", code: "store-refused" },
      );
      expect(world.losant.tokens(APP)).toHaveLength(when === "after" ? 3 : 2);
    }
  });

  it("is left to a later run where not even a look is answered: its token is not deleted", async () => {
    const world = new World();
    const { id } = world.token("backend", DUE);
    const lost = new RotationError("store-refused", "planted", { effect: "unknown" });
    const { report } = await world.run(
      {},
      {
        intercept: ({ operation }) =>
          operation === "stage" ? { before: lost } : operation === "history" ? { before: lost } : {},
      },
    );
    expect(report.tokens.find(({ tokenId }) => tokenId === id)).toMatchObject({
      outcome: "failed",
      code: "store-refused",
      message: expect.stringMatching(
        /^planted; whether .*backend holds the string of the token .* is unknown$/,
      ),
    });
    expect(world.losant.tokens(APP)).toHaveLength(3);
    world.clock.advance(6 * HOUR);
    expect((await world.run()).report.summary).toMatchObject({ rotated: 1, discarded: 1, failed: 0 });
  });
});
