import { describe, expect, it } from "vitest";
import { type ErrorCode, RotationError } from "../../lambda/model/errors.ts";
import type { Call, Intercept } from "../support/ports.ts";
import { DAY, HOUR, World } from "../support/world.ts";

const STORE_WRITES = ["createSecret", "stage", "promote", "attach", "detach"];

function failing(
  operations: readonly string[],
  code: ErrorCode,
  effect: "none" | "unknown" = "none",
): Intercept {
  const error = () => new RotationError(code, "planted", { effect });
  return ({ operation }) =>
    operations.includes(operation) ? { [effect === "none" ? "before" : "after"]: error() } : {};
}

function dueTokens(world: World, count: number) {
  return Array.from({ length: count }, (_, index) =>
    world.token(`token ${index}`, { age: (350 - index) * DAY, lifetime: 365 * DAY }),
  );
}

function calls(into: Call[], then: Intercept = () => ({})): Intercept {
  return (call) => {
    into.push(call);
    return then(call);
  };
}

const liveTokens = (world: World, name: string) =>
  world.losant
    .tokens(world.applications.all()[0]?.id ?? "")
    .filter((token) => token.name === name && token.status === "active");

describe("with Secrets Manager refusing writes", () => {
  it.each([
    ["store-denied", 3],
    ["store-unavailable", 1],
    ["store-throttled", 1],
  ] as const)(
    "of %s, issues no more than it takes to know, deletes that again, says so and fails",
    async (code, issued) => {
      const world = new World();
      dueTokens(world, 5);
      const seen: Call[] = [];
      const { report, failures } = await world.run({}, { intercept: calls(seen, failing(["stage"], code)) });
      expect(seen.filter(({ operation }) => operation === "create")).toHaveLength(issued);
      expect(seen.filter(({ operation }) => operation === "delete")).toHaveLength(issued);
      expect(world.losant.tokens(world.applications.all()[0]?.id ?? "")).toHaveLength(6);
      expect(report.summary).toMatchObject({ rotated: 0, failed: issued, deferred: 5 - issued });
      expect(failures.join()).toContain(code);
      expect(world.events.map(({ detailType }) => detailType)).toContain("Losant API Token Rotation Failed");
    },
  );

  it("issues none at all when not even an empty secret can be made", async () => {
    const world = new World();
    dueTokens(world, 3);
    const seen: Call[] = [];
    await world.run({}, { intercept: calls(seen, failing(STORE_WRITES, "store-denied")) });
    expect(seen.filter(({ operation }) => operation === "create")).toEqual([]);
  });

  it("heals by itself when the store is back", async () => {
    const world = new World();
    const tokens = dueTokens(world, 3);
    await world.run({}, { intercept: failing(STORE_WRITES, "store-unavailable") });
    world.clock.advance(6 * HOUR);
    const { report, failures } = await world.run();
    expect(failures).toEqual([]);
    expect(report.summary.rotated).toBe(tokens.length);
  });

  it("does not let one secret that takes no writes hold up the others for ever", async () => {
    const world = new World();
    world.token("stubborn", { age: 360 * DAY, lifetime: 365 * DAY });
    world.token("fresh", { age: 335 * DAY + HOUR, lifetime: 365 * DAY });
    const refusesOne: Intercept = ({ operation, subject }) =>
      operation === "stage" &&
      subject.endsWith(world.losant.tokens(world.applications.all()[0]?.id ?? "")[1]?.id ?? "")
        ? { before: new RotationError("store-denied", "planted") }
        : {};
    const { report } = await world.run({ trigger: "schedule" }, { intercept: refusesOne });
    expect(report.tokens.map(({ name, outcome }) => [name, outcome])).toEqual(
      expect.arrayContaining([
        ["stubborn", "failed"],
        ["fresh", "rotated"],
      ]),
    );
  });
});

describe("with the answers of Secrets Manager lost", () => {
  it("deletes nothing that was stored, and everything is whole after the next run", async () => {
    const world = new World();
    dueTokens(world, 3);
    const seen: Call[] = [];
    await world.run({}, { intercept: calls(seen, failing(STORE_WRITES, "store-unreachable", "unknown")) });
    world.clock.advance(6 * HOUR);
    await world.run();
    for (const { name, labels } of world.secrets.all()) {
      if (name.startsWith("losant-access")) continue;
      expect([...labels.keys()]).toEqual(["AWSCURRENT"]);
      expect(world.losant.accepts(world.stringIn(name) ?? "")).toBe(true);
    }
    expect(
      world.events.filter(({ detailType }) => detailType === "Losant API Token Rotated").length,
    ).toBeGreaterThanOrEqual(3);
  });
});

describe("with EventBridge down", () => {
  it("still rotates, fails the run, and sends each owed event when it is back", async () => {
    const world = new World();
    dueTokens(world, 4);
    const { report, failures } = await world.run(
      {},
      { intercept: failing(["publish"], "bus-unavailable", "none") },
    );
    expect(report.summary.rotated).toBe(4);
    expect(failures.join()).toContain("bus-unavailable");
    expect(world.events).toEqual([]);
    world.clock.advance(6 * HOUR);
    const next = await world.run();
    expect(next.failures).toEqual([]);
    expect(next.report.summary).toMatchObject({ announced: 4, rotated: 0 });
    const versions = world.events.flatMap(({ detail, detailType }) =>
      detailType === "Losant API Token Rotated" ? [detail.versionId] : [],
    );
    expect(new Set(versions).size).toBe(4);
  });
});

describe("two runs at the same time", () => {
  it("leave one successor for each token", async () => {
    const world = new World();
    dueTokens(world, 4);
    let turn = 0;
    const slowly: Intercept = () => ({ latencyMs: 5 + (turn++ % 7) });
    const [one, other] = await world.clock.run(
      Promise.all([world.start({}, { intercept: slowly }), world.start({}, { intercept: slowly })]),
    );
    expect([...one.failures, ...other.failures]).toEqual([]);
    for (const index of [0, 1, 2, 3]) expect(liveTokens(world, `token ${index}`)).toHaveLength(2);
    for (const { name } of world.secrets.all())
      expect(world.losant.accepts(world.stringIn(name) ?? "")).toBe(true);
    const { report } = await world.run();
    expect(report.summary).toMatchObject({ rotated: 0, resumed: 0, discarded: 0, announced: 0, failed: 0 });
  });
});
