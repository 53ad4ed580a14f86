import { describe, expect, it } from "vitest";
import { BUS_FAILURES, TOLD_AT_ONCE } from "../../lambda/limits.ts";
import { RotationError } from "../../lambda/model/errors.ts";
import type { Intercept } from "../support/ports.ts";
import { DAY, World } from "../support/world.ts";

const EXPIRING = "Losant API Token Expiring";

/** So many tokens that nobody renews, all of them on a warning day. */
function expiring(count: number): World {
  const world = new World({ policy: { exclude: ["*"] } });
  for (let number = 0; number < count; number += 1)
    world.token(`token ${number}`, { age: 16 * DAY, lifetime: 30 * DAY });
  return world;
}

describe("warnings of very many tokens", () => {
  it("are sent several at once, never more than the bound, and each token's once", async () => {
    const world = expiring(200);
    let underWay = 0;
    let most = 0;
    const intercept: Intercept = ({ operation }) => {
      if (operation !== "publish") return {};
      underWay += 1;
      most = Math.max(most, underWay);
      return {
        latencyMs: 10,
        get before() {
          underWay -= 1;
          return undefined;
        },
      };
    };
    const { report, failures } = await world.run({ trigger: "schedule" }, { intercept });
    expect(failures).toEqual([]);
    expect(report.summary.skipped).toBe(201);
    const warned = world.events.filter(({ detailType }) => detailType === EXPIRING);
    expect(warned).toHaveLength(200);
    expect(new Set(warned.map(({ detail }) => detail.tokenId)).size).toBe(200);
    expect(most).toBe(TOLD_AT_ONCE);
  });

  it("are not tried one after the other on a dead bus, and each is a failure of its own", async () => {
    const world = expiring(200);
    let tried = 0;
    const intercept: Intercept = ({ operation }) => {
      if (operation !== "publish") return {};
      tried += 1;
      return { latencyMs: 10, before: new RotationError("bus-unavailable", "planted") };
    };
    const { report } = await world.run({ trigger: "schedule" }, { intercept });
    expect(tried).toBeLessThan(BUS_FAILURES + TOLD_AT_ONCE);
    expect(tried).toBeGreaterThanOrEqual(BUS_FAILURES);
    expect(report.summary.failed).toBe(201);
  });
});

describe("the log of a run", () => {
  const linesOf = (world: World, message: string) => world.log.filter((line) => line.message === message);

  it.each(["skipped", "waiting"])(
    "has so many lines of tokens at rest (%s), and says how many it leaves out",
    async (outcome) => {
      const world = new World({ policy: { exclude: outcome === "skipped" ? ["*"] : ["rotation worker"] } });
      for (let number = 0; number < 1_200; number += 1)
        world.token(`token ${number}`, { lifetime: 365 * DAY });
      const { report } = await world.run();
      expect(report.tokens.filter((row) => row.outcome === outcome).length).toBeGreaterThanOrEqual(999);
      expect(linesOf(world, "token outcome")).toHaveLength(1_000);
      expect(linesOf(world, "the log omits some tokens at rest")).toEqual([
        { level: "info", message: "the log omits some tokens at rest", fields: { count: 201 } },
      ]);
    },
  );

  it("leaves out nothing that is worth a warning, and says nothing where all is there", async () => {
    const world = new World();
    for (let number = 0; number < 1_200; number += 1)
      world.token(`token ${number}`, { lifetime: 365 * DAY, scope: [] });
    await world.run();
    expect(linesOf(world, "token outcome").filter(({ level }) => level === "warn")).toHaveLength(1_200);
    expect(linesOf(world, "the log omits some tokens at rest")).toEqual([]);
  });
});
