import { describe, expect, it } from "vitest";
import { type ErrorCode, RotationError } from "../../lambda/model/errors.ts";
import { metricsOf } from "../../lambda/report/metrics.ts";
import type { Intercept } from "../support/ports.ts";
import { APP, DAY, HOUR, type RunOptions, World } from "../support/world.ts";

const DUE = { age: 350 * DAY, lifetime: 365 * DAY };
const OTHER = "675ec8687ae143cd83dc4a97";

type Line = Readonly<Record<string, unknown>>;

async function metrics(world: World, event: object = {}, options: RunOptions = {}): Promise<Line> {
  const { facts } = await world.run(event, options);
  return metricsOf({ ...facts, functionName: "worker" }, world.clock.now()) ?? {};
}

const failing =
  (operation: string, code: ErrorCode): Intercept =>
  (call) =>
    call.operation === operation ? { before: new RotationError(code, "planted") } : {};

describe("the metrics of a run", () => {
  it("say nothing of the whole where it was over one application, or over named tokens", async () => {
    const world = new World({ applications: [APP, OTHER] });
    const { id } = world.token("backend", { lifetime: 365 * DAY });
    expect(await metrics(world)).toMatchObject({ RunSucceeded: 1, Listed: 3 });
    for (const event of [{ applicationId: APP }, { tokens: [id] }])
      expect(Object.keys(await metrics(world, event)).sort()).toEqual(
        ["DurationMs", "FunctionName", "Rotated", "_aws", "runId"].sort(),
      );
  });

  it("count a rotation whose event failed as a rotation and as a failure", async () => {
    const world = new World();
    world.token("backend", DUE);
    const intercept: Intercept = ({ operation, subject }) =>
      operation === "publish" && subject === "Losant API Token Rotated"
        ? { before: new RotationError("bus-unavailable", "planted") }
        : {};
    const { report, facts } = await world.run({}, { intercept });
    expect(report.summary).toMatchObject({ rotated: 1, failed: 1 });
    expect(metricsOf({ ...facts, functionName: "worker" }, world.clock.now())).toMatchObject({
      Rotated: 1,
      Failed: 1,
      RunSucceeded: 0,
    });
  });

  it("count an orphan while it is young, while it can't be deleted, and while that is put off", async () => {
    const world = new World();
    world.token("backend", DUE);
    const dying: Intercept = ({ operation }) => (operation === "stage" ? { before: "crash" } : {});
    void world.start({}, { intercept: dying });
    await world.clock.run(world.clock.sleep(HOUR / 2));
    // With the token that waits for it.
    expect(await metrics(world)).toMatchObject({ Orphans: 2, Failed: 0, Deferred: 0 });
    world.clock.advance(HOUR);
    const forbidden = failing("deactivate", "access-token-forbidden");
    expect(await metrics(world, {}, { intercept: forbidden })).toMatchObject({ Orphans: 1, Failed: 1 });
    expect(await metrics(world, {}, { budgetMs: 7_999 })).toMatchObject({ Orphans: 1, Failed: 0 });
    expect(await metrics(world)).toMatchObject({ Orphans: 0, Failed: 0 });
  });

  it("know the soonest expiry of all that is at stake, in whatever order it was found", async () => {
    const world = new World({ applications: [APP, OTHER] });
    expect((await metrics(world)).SoonestExpiryDays).toBe(365);
    for (const [name, days, app] of [
      ["one", 70, APP],
      ["soonest", 50, OTHER],
      ["last", 90, APP],
      ["also last", 95, OTHER],
    ] as const)
      world.token(name, { lifetime: days * DAY }, app);
    expect((await metrics(world)).SoonestExpiryDays).toBe(50);
  });

  it("say how long the run took", async () => {
    const world = new World();
    const slow: Intercept = ({ operation }) => (operation === "list" ? { latencyMs: 1_234 } : {});
    expect((await metrics(world, {}, { intercept: slow })).DurationMs).toBe(1_234);
  });
});

describe("of several access tokens, the metric is that of the one that expires first", () => {
  it.each([
    ["in this order", [20, 40]],
    ["in the other order", [40, 20]],
    ["where one never expires", [20, undefined]],
    ["where the first never expires", [undefined, 20]],
  ])("%s", async (_, lives) => {
    const world = new World({ applications: [APP, OTHER] });
    for (const [index, app] of [APP, OTHER].entries()) {
      const days = lives[index];
      const life = days === undefined ? {} : { lifetime: days * DAY };
      const { token } = world.token("access", { ...life, scope: ["all.Application"] }, app);
      world.aws.putSecret(`losant-access/${app}`, token);
    }
    expect((await metrics(world)).AccessTokenDaysLeft).toBe(20);
  });

  it("and none where the store does not say what one of them is, in any order", async () => {
    for (const silent of [APP, OTHER]) {
      const world = new World({ applications: [APP, OTHER] });
      const before = new RotationError("store-unavailable", "planted");
      const intercept: Intercept = ({ operation, subject }) =>
        operation === "readAccessToken" && subject.endsWith(silent) ? { before } : {};
      expect(await metrics(world, {}, { intercept })).not.toHaveProperty("AccessTokenDaysLeft");
    }
  });

  it.each<[ErrorCode, number | undefined]>([
    ["access-token-missing", 0],
    ["access-token-unreadable", 0],
    ["access-token-rejected", 0],
    ["store-denied", undefined],
  ])("where it can't be read because of %s: %s", async (code, days) => {
    const world = new World();
    const line = await metrics(world, {}, { intercept: failing("readAccessToken", code) });
    expect(line.AccessTokenDaysLeft).toBe(days);
  });
});
