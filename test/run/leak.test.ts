import { describe, expect, it } from "vitest";
import { RotationError } from "../../lambda/model/errors.ts";
import type { Report, ReportRow } from "../../lambda/report/report.ts";
import type { Intercept } from "../support/ports.ts";
import { APP, DAY, HOUR, MINUTE, World } from "../support/world.ts";

const WORKER_SCOPE = ["applicationApiTokens.*", "applicationApiToken.*"];

/** As a person sends it who has heard of a leak. */
const leak = (...tokens: readonly string[]) => ({ tokens, force: true, retireNow: true });

function leakedRoot(world: World) {
  return world.token("backend", { age: 10 * DAY, lifetime: 365 * DAY });
}

function rowOf({ tokens }: Report, id: string): ReportRow | undefined {
  return tokens.find(({ tokenId }) => tokenId === id);
}

function failing(operation: string, effect: "none" | "unknown" = "none"): Intercept {
  const error = new RotationError("losant-unavailable", "planted", { effect });
  return (call) => (call.operation === operation ? { before: error } : {});
}

const kinds = (world: World) => world.events.map(({ detailType }) => detailType);

describe("a leaked token", () => {
  it("is replaced and deactivated in one run, and the report says who may still hold its string", async () => {
    const world = new World();
    const leaked = leakedRoot(world);
    const { report, failures } = await world.run(leak(leaked.id));
    expect(failures).toEqual([]);
    expect(world.losant.accepts(leaked.token)).toBe(false);
    expect(rowOf(report, leaked.id)).toMatchObject({
      outcome: "rotated",
      oldString: {
        works: "no",
        heldBy: "everybody who received it by hand. No secret of this worker has held it",
        next: expect.stringContaining(`losant-token-rotation undo --token ${leaked.id}`),
      },
    });
  });

  it("that a secret has held is held by those who read it there, until they read it again", async () => {
    const world = new World();
    leakedRoot(world);
    const first = await world.run({ tokens: ["backend"], force: true });
    const current = first.report.tokens.find(({ name }) => name === "backend")?.successorId ?? "";
    world.clock.advance(HOUR);
    const { report } = await world.run(leak(current));
    expect(rowOf(report, current)?.oldString).toMatchObject({
      works: "no",
      heldBy: `everybody who read it from the secret ${world.secretOf("backend")}, until they read it again`,
    });
  });

  it("that may have been in a secret before the worker came is held by hand, or by those who read it there", async () => {
    const world = new World({ secrets: { backend: "prod/backend" } });
    const leaked = leakedRoot(world);
    const { versionId } = world.aws.putSecret("prod/backend", leaked.token);
    const { report } = await world.run(leak(leaked.id));
    expect(rowOf(report, leaked.id)?.oldString?.heldBy).toMatch(
      new RegExp(
        `by hand. Also everybody who read it from the secret prod/backend, if its version ${versionId} held it`,
      ),
    );
  });

  it("that is named by a name which the worker didn't give it is replaced, and lives until its id is named", async () => {
    const world = new World();
    const leaked = leakedRoot(world);
    const { report, failures } = await world.run(leak("backend"));
    expect(failures).toEqual([expect.stringContaining("use its id")]);
    expect(rowOf(report, leaked.id)).toMatchObject({
      code: "predecessor-active",
      oldString: { works: "yes", next: expect.stringContaining("with its id") },
    });
    expect(world.losant.accepts(leaked.token)).toBe(true);
    world.clock.advance(MINUTE);
    expect((await world.run(leak(leaked.id))).failures).toEqual([]);
    expect(world.losant.accepts(leaked.token)).toBe(false);
  });

  it("ends no other token that somebody has called by its id", async () => {
    const world = new World();
    const leaked = leakedRoot(world);
    const other = world.token(leaked.id, { age: 10 * DAY, lifetime: 365 * DAY });
    expect((await world.run(leak(leaked.id))).failures).toEqual([]);
    expect(world.losant.accepts(leaked.token)).toBe(false);
    expect(world.losant.accepts(other.token)).toBe(true);
  });

  it("of another deployment is taken over, and the report names the secret that it says it is in", async () => {
    const world = new World();
    const abroad = `arn:aws:secretsmanager:eu-west-1:999988887777:secret:losant/${APP}/backend-AbCdEf`;
    const leaked = world.token("backend", {
      age: 10 * DAY,
      lifetime: 365 * DAY,
      creatorType: "apiToken",
      description: `[losant-token-rotation replaces=${"a".repeat(24)} secret=${abroad} run=run-9]`,
    });
    const { report, failures } = await world.run(leak(leaked.id));
    expect(failures).toEqual([]);
    expect(world.losant.accepts(leaked.token)).toBe(false);
    expect(rowOf(report, leaked.id)?.oldString?.heldBy).toContain(`${abroad}, until they read it again`);
    expect((await world.run(leak(leaked.id))).report.summary).toMatchObject({ rotated: 0, retired: 0 });
  });

  it("that consumers still read from the secret where it was before is kept, and the report names that", async () => {
    const world = new World();
    leakedRoot(world);
    await world.run({ tokens: ["backend"], force: true });
    const former = world.secretOf("backend");
    const leaked = world.stringIn(former) ?? "";
    const id = world.losant.tokenIdOf(leaked) ?? "";
    world.config = { ...world.config, secretPrefix: "moved", formerPrefixes: ["losant"] };
    world.clock.advance(DAY);
    expect((await world.run()).report.summary).toMatchObject({ rotated: 1, failed: 0 });
    world.clock.advance(DAY);
    const { report } = await world.run(leak(id));
    expect(rowOf(report, id)).toMatchObject({
      code: "predecessor-active",
      message: expect.stringContaining(`it has the label AWSCURRENT in the secret ${former}`),
      oldString: { works: "yes" },
    });
    expect(world.losant.accepts(leaked)).toBe(true);
  });

  it("is only said to be deactivated by a dry run", async () => {
    const world = new World();
    const leaked = leakedRoot(world);
    const { report } = await world.run({ ...leak(leaked.id), dryRun: true });
    expect(rowOf(report, leaked.id)).toMatchObject({
      outcome: "planned",
      oldString: { works: "yes", next: expect.stringContaining("a real run deactivates it") },
    });
    expect(world.losant.accepts(leaked.token)).toBe(true);
    expect(world.aws.secret(world.secretOf("backend"))).toBeUndefined();
  });
});

describe("when the deactivation of a leaked token does not succeed at once", () => {
  it.each([
    ["none", "yes", "the old string still works"],
    ["unknown", "unknown", "the old string may still work"],
  ] as const)(
    "the run fails and says so (effect %s), and the same event mends it although the successor is new",
    async (effect, works, says) => {
      const world = new World();
      const leaked = leakedRoot(world);
      const { report, failures } = await world.run(leak(leaked.id), {
        intercept: failing("deactivate", effect),
      });
      expect(failures).toEqual([expect.stringContaining(says)]);
      expect(rowOf(report, leaked.id)).toMatchObject({
        outcome: "rotated",
        code: "losant-unavailable",
        oldString: { works, next: expect.stringContaining("send the same event again") },
      });
      world.clock.advance(MINUTE);
      const again = await world.run(leak(leaked.id));
      expect(again.failures).toEqual([]);
      expect(again.report.summary).toMatchObject({ rotated: 0, retired: 1 });
      expect(rowOf(again.report, leaked.id)).toMatchObject({
        outcome: "deactivated",
        oldString: { works: "no", heldBy: expect.stringContaining("by hand") },
      });
      expect(world.losant.accepts(leaked.token)).toBe(false);
      expect(world.losant.accepts(world.stringIn(world.secretOf("backend")) ?? "")).toBe(true);
    },
  );

  it("waits for the event, which a dead bus owes: the old string works until the same event is sent again", async () => {
    const world = new World();
    const leaked = leakedRoot(world);
    const error = new RotationError("bus-unavailable", "planted");
    const { report, failures } = await world.run(leak(leaked.id), {
      intercept: ({ operation }) => (operation === "publish" ? { before: error } : {}),
    });
    expect(failures.length).toBeGreaterThan(0);
    expect(rowOf(report, leaked.id)?.oldString?.works).toBe("yes");
    expect(world.losant.accepts(leaked.token)).toBe(true);
    const again = await world.run(leak(leaked.id));
    expect(again.failures).toEqual([]);
    expect(world.losant.accepts(leaked.token)).toBe(false);
    expect(kinds(world)).toEqual([
      "Losant API Token Rotated",
      "Losant API Token Retired",
      "Losant Token Rotation Run Completed",
    ]);
  });

  it.each(["stage", "publish", "detach"])(
    "a process that dies after %s is followed by the same event, under the same request id",
    async (operation) => {
      const world = new World();
      const leaked = leakedRoot(world);
      let dead = false;
      void world.start(leak(leaked.id), {
        runId: "leak",
        intercept: (call) => {
          if (dead) return { before: "crash" };
          dead = call.operation === operation;
          return dead ? { after: "crash" } : {};
        },
      });
      await world.clock.run(world.clock.sleep(MINUTE));
      expect(world.losant.accepts(leaked.token)).toBe(true);
      const { report, failures } = await world.run(leak(leaked.id), { runId: "leak" });
      expect(failures).toEqual([]);
      expect(report.summary).toMatchObject({ rotated: 0, retired: 1 });
      expect(world.losant.accepts(leaked.token)).toBe(false);
      expect(world.losant.tokens(APP).filter(({ name }) => name === "backend")).toHaveLength(2);
      const third = await world.run(leak(leaked.id), { runId: "leak" });
      expect(third.report.summary).toMatchObject({ rotated: 0, retired: 0, failed: 0 });
    },
  );

  it("ends the old string also where another run wins the race to replace it", async () => {
    const world = new World();
    const leaked = leakedRoot(world);
    const slow = world.start(leak(leaked.id), {
      intercept: ({ operation }) => (operation === "create" ? { latencyMs: 5_000 } : {}),
    });
    const fast = world.start({ tokens: [leaked.id], force: true }, {});
    const [loser] = await world.clock.run(Promise.all([slow, fast]));
    expect(loser.failures).toEqual([]);
    expect(rowOf(loser.report, leaked.id)).toMatchObject({
      outcome: "discarded",
      reason: "lost-race",
      oldString: { works: "no" },
    });
    expect(loser.report.summary.retired).toBe(1);
    expect(world.losant.accepts(leaked.token)).toBe(false);
    expect(world.losant.accepts(world.stringIn(world.secretOf("backend")) ?? "")).toBe(true);
  });

  it("fails, with the old string at work, where the winner of that race never announces", async () => {
    const world = new World();
    const leaked = leakedRoot(world);
    const slow = world.start(leak(leaked.id), {
      intercept: ({ operation }) => (operation === "create" ? { latencyMs: 5_000 } : {}),
    });
    void world.start(
      { tokens: [leaked.id], force: true },
      { intercept: ({ operation }) => (operation === "publish" ? { before: "crash" } : {}) },
    );
    const { report, failures } = await world.clock.run(slow);
    expect(failures).toEqual([expect.stringMatching(/predecessor-active.*has not been sent yet/)]);
    expect(rowOf(report, leaked.id)).toMatchObject({
      code: "predecessor-active",
      oldString: { works: "yes" },
    });
    expect(world.losant.accepts(leaked.token)).toBe(true);
    const again = await world.run(leak(leaked.id));
    expect(again.failures).toEqual([]);
    expect(world.losant.accepts(leaked.token)).toBe(false);
  });
});

describe("a leaked access token", () => {
  it("is replaced, and deactivated by the same event again: the worker never cuts itself off", async () => {
    const world = new World({ secrets: { own: `losant-access/${APP}` } });
    const leaked = world.token("own", { age: DAY, lifetime: 90 * DAY, scope: WORKER_SCOPE });
    world.aws.putSecret(`losant-access/${APP}`, leaked.token);
    const { report, failures } = await world.run(leak(leaked.id));
    expect(failures).toEqual([]);
    expect(rowOf(report, leaked.id)).toMatchObject({
      outcome: "rotated",
      oldString: { works: "yes", next: expect.stringContaining("send the same event again") },
    });
    expect(world.losant.accepts(leaked.token)).toBe(true);
    const again = await world.run(leak(leaked.id));
    expect(again.failures).toEqual([]);
    expect(rowOf(again.report, leaked.id)?.oldString?.works).toBe("no");
    expect(world.losant.accepts(leaked.token)).toBe(false);
    expect((await world.run()).failures).toEqual([]);
  });

  it("that no entry of `secrets` maps is not deactivated: that fails until another one is stored", async () => {
    const world = new World();
    const leaked = world.token("by hand", { age: DAY, lifetime: 90 * DAY, scope: WORKER_SCOPE });
    world.aws.putSecret(`losant-access/${APP}`, leaked.token);
    for (let time = 0; time < 2; time += 1) {
      const { report, failures } = await world.run(leak(leaked.id));
      expect(failures).toEqual([expect.stringContaining("the worker logs in with it")]);
      expect(rowOf(report, leaked.id)?.code).toBe("predecessor-active");
      expect(world.losant.accepts(leaked.token)).toBe(true);
    }
    const other = world.token("another", { lifetime: 90 * DAY, scope: WORKER_SCOPE });
    world.aws.putSecret(`losant-access/${APP}`, other.token);
    expect((await world.run(leak(leaked.id))).failures).toEqual([]);
    expect(world.losant.accepts(leaked.token)).toBe(false);
  });
});
