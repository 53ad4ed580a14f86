import { describe, expect, it } from "vitest";
import { applicationIdOf, orphansIn } from "../../bench/ground.ts";
import { inMemory, trafficIn } from "../../bench/in-memory.ts";
import { MINUTE } from "../support/world.ts";

const APPLICATION = applicationIdOf(0);

describe("a storm that is more than one invocation manages", () => {
  it("loses nothing where a run stops in the middle: the next goes on, and each token is rotated once", async () => {
    const due = 1_500;
    const world = inMemory({ tokensEach: due, isDue: true });
    const before = new Set(world.losant.tokens(APPLICATION).map(({ id }) => id));
    const rotatedIn: number[] = [];
    for (let left = due; left > 0; ) {
      const { intercept } = trafficIn(world);
      const { report, failures } = await world.run({}, { intercept, budgetMs: 1.5 * MINUTE });
      const { rotated, deferred } = report.summary;
      expect(failures).toEqual([]);
      expect(rotated).toBeGreaterThan(0);
      left -= rotated;
      expect(deferred).toBe(left);
      expect(orphansIn(world, APPLICATION)).toBe(0);
      rotatedIn.push(rotated);
    }
    expect(rotatedIn.length).toBeGreaterThan(1);
    const made = world.losant.tokens(APPLICATION).filter(({ id }) => !before.has(id));
    expect(made).toHaveLength(due);
    expect(new Set(made.map(({ name }) => name)).size).toBe(due);
    const announced = world.events.filter(({ detailType }) => detailType === "Losant API Token Rotated");
    expect(new Set(announced.map(({ detail }) => detail.tokenId)).size).toBe(due);
    const secrets = world.aws.secretNames().filter((name) => name.startsWith("losant/"));
    const labels = secrets.map((name) =>
      world.aws
        .secret(name)
        ?.versions.flatMap((one) => one.labels)
        .sort(),
    );
    expect(labels).toEqual(Array(due).fill(["AWSCURRENT", "AWSPREVIOUS"]));
  });

  it("meets no throttling at the pace it keeps", async () => {
    const world = inMemory({ tokensEach: 300, isDue: true });
    const traffic = trafficIn(world);
    const { report } = await world.run({}, { intercept: traffic.intercept });
    expect(report.summary).toMatchObject({ rotated: 300, failed: 0 });
    expect(traffic.throttled).toBe(0);
  });
});
