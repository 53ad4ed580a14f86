import { describe, expect, it } from "vitest";
import { RotationError } from "../../lambda/model/errors.ts";
import type { Intercept } from "../support/ports.ts";
import { rateWindow, WINDOW_MS } from "../support/rate-window.ts";
import { APP, DAY, MINUTE, World, withAccessTokenDue } from "../support/world.ts";

/** Every call takes as long as a call to Losant. */
const windowed = (world: World, allowed: number, isSaid: boolean) =>
  rateWindow(world.clock, allowed, isSaid, () => ({ latencyMs: 80 }));

function due(world: World, count: number): void {
  for (let index = 0; index < count; index += 1)
    world.token(`token ${index}`, { age: 350 * DAY, lifetime: 365 * DAY });
}

describe("where Losant allows thirty requests in fifteen seconds", () => {
  it.each([
    ["and says when the next begin", true],
    ["and says nothing", false],
  ])(
    "%s, a hundred tokens are tried and rotated about as fast as that allows, and none fails",
    async (_, isSaid) => {
      const world = new World();
      due(world, 100);
      const { intercept, seen } = windowed(world, 30, isSaid);
      const startedMs = world.clock.now().getTime();
      const { report, failures } = await world.run({}, { intercept, budgetMs: 15 * MINUTE });
      expect(failures).toEqual([]);
      expect(report.summary).toMatchObject({ rotated: 100, deferred: 0 });
      const tookMs = world.clock.now().getTime() - startedMs;
      const allowedMs = (Math.ceil(seen.answered / 30) - 1) * WINDOW_MS;
      expect(tookMs / allowedMs).toBeLessThan(1.2);
      expect(seen.refused).toBeLessThan(seen.answered / 3);
      const tried = report.tokens.filter(({ verified }) => verified === "probe");
      expect(tried).toHaveLength(100);
    },
  );

  it("puts off what there is no time for, and the next run goes on", async () => {
    const world = new World();
    due(world, 100);
    const { intercept } = windowed(world, 30, true);
    const first = await world.run({}, { intercept, budgetMs: 2 * MINUTE });
    expect(first.failures).toEqual([]);
    expect(first.report.summary.rotated).toBeGreaterThan(20);
    expect(first.report.summary.deferred).toBe(100 - first.report.summary.rotated);
    let left = first.report.summary.deferred;
    for (let run = 0; run < 5 && left > 0; run += 1)
      left -= (await world.run({}, { intercept, budgetMs: 2 * MINUTE })).report.summary.rotated;
    expect(left).toBe(0);
  });

  it("makes no token twice, and leaves no orphan", async () => {
    const world = new World();
    due(world, 40);
    const { intercept } = windowed(world, 10, false);
    await world.run({}, { intercept, budgetMs: 5 * MINUTE });
    const made = world.losant.tokens(APP).filter(({ creatorType }) => creatorType === "apiToken");
    expect(new Set(made.map(({ name }) => name)).size).toBe(made.length);
  });
});

describe("one call that is throttled for ever", () => {
  it("costs its own token, and holds up no other for long", async () => {
    const world = new World();
    due(world, 20);
    const before = new RotationError("losant-throttled", "planted");
    const intercept: Intercept = ({ operation, subject }) =>
      operation === "create" && subject === "token 3" ? { before } : {};
    const { report } = await world.run({}, { intercept, budgetMs: 15 * MINUTE });
    expect(report.summary).toMatchObject({ rotated: 19, deferred: 1 });
  });
});

describe("applications of which Losant throttles everything", () => {
  const OTHERS = Array.from({ length: 6 }, (_, index) => `575ec8687ae143cd83dc4b0${index}`);
  const throttled = { before: new RotationError("losant-throttled", "planted", { retryAfterMs: MINUTE }) };

  it("hold up no token of another application for longer than some minutes", async () => {
    const [other = ""] = OTHERS;
    const world = new World({ applications: [APP, other] });
    due(world, 60);
    for (let index = 0; index < 20; index += 1)
      world.token(`other ${index}`, { age: 340 * DAY, lifetime: 365 * DAY }, other);
    const intercept: Intercept = ({ operation, subject }) =>
      operation === "create" && subject.startsWith("token") ? throttled : {};
    const startedMs = world.clock.now().getTime();
    const { report } = await world.run({}, { intercept });
    expect(report.summary).toMatchObject({ rotated: 20, deferred: 60, failed: 0 });
    expect(world.clock.now().getTime() - startedMs).toBeLessThan(7 * MINUTE);
  });

  it("don't keep others from being read, although they are as many as are read at once", async () => {
    const world = new World({ applications: [APP, ...OTHERS] });
    for (const app of OTHERS.slice(-2)) world.token("due", { age: 350 * DAY, lifetime: 365 * DAY }, app);
    const bad = [APP, ...OTHERS.slice(0, 4)];
    const { report } = await world.run(
      {},
      {
        intercept: ({ operation, subject }) =>
          operation === "list" && bad.includes(subject) ? throttled : {},
      },
    );
    expect(report.summary).toMatchObject({ rotated: 2, failed: 5 });
  });

  it("get no token less than they may where Losant answers them now and then", async () => {
    const world = new World();
    due(world, 30);
    const { intercept } = windowed(world, 1, false);
    const { report, failures } = await world.run({}, { intercept, budgetMs: 60 * MINUTE });
    expect(failures).toEqual([]);
    expect(report.summary.rotated).toBe(30);
  });
});

describe("a new string that Losant throttles when it is tried", () => {
  it("is tried again, also that of the worker's own access token, whose successor is not deleted", async () => {
    const { world, access } = withAccessTokenDue();
    let firstMs: number | undefined;
    const intercept: Intercept = ({ operation }) => {
      if (operation !== "probe") return {};
      const nowMs = world.clock.now().getTime();
      firstMs ??= nowMs;
      return nowMs - firstMs < 12_000 ? { before: new RotationError("losant-throttled", "planted") } : {};
    };
    const { report, failures } = await world.run({}, { intercept });
    expect(failures).toEqual([]);
    expect(report.tokens.find(({ tokenId }) => tokenId === access.id)).toMatchObject({
      outcome: "rotated",
      verified: "probe",
    });
  });

  it("is given up until the next run if it is that of the worker's own access token, which is no failure", async () => {
    const { world, access } = withAccessTokenDue();
    const before = new RotationError("losant-throttled", "planted");
    const intercept: Intercept = ({ operation }) => (operation === "probe" ? { before } : {});
    const count = world.losant.tokens(APP).length;
    const { report, failures } = await world.run({}, { intercept });
    expect(failures).toEqual([]);
    const row = report.tokens.find(({ tokenId }) => tokenId === access.id);
    expect(row).toMatchObject({ outcome: "deferred" });
    // What nobody has tried doesn't stay.
    expect(world.losant.tokens(APP)).toHaveLength(count);
    const next = await world.run();
    expect(next.report.tokens.find(({ tokenId }) => tokenId === access.id)).toMatchObject({
      outcome: "rotated",
    });
  });
});

describe("a leak response whose deactivation is throttled", () => {
  it("fails while the old string works, also where its successor is current already", async () => {
    const world = new World();
    const leaked = world.token("backend", { age: 350 * DAY, lifetime: 365 * DAY });
    await world.run();
    world.clock.advance(DAY);
    const before = new RotationError("losant-throttled", "planted");
    const { report, failures } = await world.run(
      { tokens: [leaked.id], retireNow: true },
      { intercept: ({ operation }) => (operation === "deactivate" ? { before } : {}), budgetMs: 5 * MINUTE },
    );
    expect(world.losant.accepts(leaked.token)).toBe(true);
    expect(failures.join()).toContain("losant-throttled");
    expect(report.tokens.find(({ tokenId }) => tokenId === leaked.id)?.oldString?.works).toBe("yes");
  });
});

describe("a leak response that a run has no time for", () => {
  it("fails, and says that the old string works", async () => {
    const world = new World();
    const leaked = world.token("backend", { age: 10 * DAY, lifetime: 365 * DAY });
    const event = { tokens: [leaked.id], force: true, retireNow: true };
    const { report, failures } = await world.run(event, { budgetMs: 30_000 });
    expect(failures.join()).toContain("predecessor-active");
    expect(report.tokens.find(({ tokenId }) => tokenId === leaked.id)).toMatchObject({
      outcome: "deferred",
      code: "predecessor-active",
      oldString: { works: "yes" },
    });
    const again = await world.run(event);
    expect(again.failures).toEqual([]);
    expect(world.losant.accepts(leaked.token)).toBe(false);
  });
});

describe("a Retry-After of a year", () => {
  it("makes the run wait for a minute, and the others go on", async () => {
    const world = new World();
    due(world, 5);
    let isFirst = true;
    const intercept: Intercept = ({ operation }) => {
      if (operation !== "create" || !isFirst) return {};
      isFirst = false;
      return { before: new RotationError("losant-throttled", "planted", { retryAfterMs: 365 * DAY }) };
    };
    const { report } = await world.run({}, { intercept, budgetMs: 15 * MINUTE });
    expect(report.summary).toMatchObject({ rotated: 5, failed: 0 });
  });
});

describe("a Losant that throttles everything", () => {
  it("fails the listing in time, and says so", async () => {
    const world = new World();
    due(world, 1);
    const before = new RotationError("losant-throttled", "planted");
    const startedMs = world.clock.now().getTime();
    const { report } = await world.run(
      {},
      { intercept: ({ operation }) => (operation === "list" ? { before } : {}), budgetMs: 3 * MINUTE },
    );
    expect(report.applications[0]).toMatchObject({ outcome: "failed", code: "losant-throttled" });
    expect(world.clock.now().getTime() - startedMs).toBeLessThanOrEqual(3 * MINUTE);
  });
});
