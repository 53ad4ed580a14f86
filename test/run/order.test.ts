import { describe, expect, it } from "vitest";
import { applicationIdOf } from "../../bench/ground.ts";
import { applicationOrder } from "../../lambda/run/order.ts";
import type { Call, Intercept } from "../support/ports.ts";
import { DAY, HOUR, MINUTE, World } from "../support/world.ts";

const IDS = Array.from({ length: 160 }, (_, number) => applicationIdOf(number));

/** Each application has one token that is due. */
function slowWorld(): World {
  const world = new World({ applications: IDS });
  for (const id of IDS) world.token("backend", { age: 350 * DAY, lifetime: 365 * DAY }, id);
  return world;
}

/** Losant takes a minute and a half for a list. A hundred and sixty, some twenty at a time, take twelve minutes. */
const slowly: Intercept = ({ operation }: Call) => ({ latencyMs: operation === "list" ? 1.5 * MINUTE : 80 });

describe("where Losant is so slow that looking alone would take the whole run", () => {
  it("works on what it has seen, in time, and says of each other application that it was not reached", async () => {
    const world = slowWorld();
    const startedAt = world.clock.now().getTime();
    const { report, failures, facts } = await world.run(
      { trigger: "schedule" },
      { intercept: slowly, budgetMs: 6 * MINUTE },
    );
    const failed = report.applications.filter(({ outcome }) => outcome === "failed");
    expect(new Set(failed.map(({ code }) => code))).toEqual(new Set(["out-of-time"]));
    expect(failed).toHaveLength(97);
    expect(report.applications.map(({ applicationId }) => applicationId)).toEqual(IDS);
    expect(report.summary).toMatchObject({ rotated: 63, failed: 97 });
    expect(failures[0]).toContain("out-of-time");
    expect(facts.accessTokenExpiresAt).toBe("unknown");
    expect(world.clock.now().getTime()).toBeLessThan(startedAt + 6 * MINUTE);
  });

  it("leaves no application without its turn: run after run, all tokens are rotated", async () => {
    const world = slowWorld();
    let rotated = 0;
    let runs = 0;
    for (; rotated < IDS.length && runs < 8; runs += 1) {
      const { report } = await world.run(
        { trigger: "schedule" },
        { intercept: slowly, budgetMs: 6 * MINUTE },
      );
      rotated += report.summary.rotated;
      world.clock.advance(6 * HOUR);
    }
    expect(rotated).toBe(IDS.length);
  });

  it("looks at all of them where there is time, one begun in time being finished", async () => {
    const world = slowWorld();
    const { report, failures } = await world.run({}, { intercept: slowly, budgetMs: 18 * MINUTE });
    expect(failures).toEqual([]);
    expect(report.summary.rotated).toBe(IDS.length);
  });
});

describe("the turns of applications", () => {
  const START_MS = Date.UTC(2026, 0, 1);

  it("are the same for the same start, and every application is there once", () => {
    const startedAt = new Date(START_MS + 17);
    expect(applicationOrder(IDS, startedAt, HOUR)).toEqual(applicationOrder(IDS, startedAt, HOUR));
    expect(applicationOrder(IDS, startedAt, HOUR).toSorted()).toEqual(IDS.toSorted());
    expect(applicationOrder([], startedAt, HOUR)).toEqual([]);
  });

  it.each([
    [10, 1],
    [100, 7],
    [100, 50],
    [5_000, 100],
  ])(
    "of %i, %i reached by each run, come to all within thrice the runs that it takes at best",
    (count, reached) => {
      const all = Array.from({ length: count }, (_, number) => number);
      for (const intervalMs of [15 * MINUTE, 6 * HOUR, DAY, 3 * DAY])
        for (let first = 0; first < 20; first += 1) {
          const seen = new Set<number>();
          for (let run = 0; run < 3 * Math.ceil(count / reached); run += 1) {
            const startedAt = new Date(START_MS + (first * 37 + run) * intervalMs);
            for (const one of applicationOrder(all, startedAt, intervalMs).slice(0, reached)) seen.add(one);
          }
          expect(seen.size).toBe(count);
        }
    },
  );
});
