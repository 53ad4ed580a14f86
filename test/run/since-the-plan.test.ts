import { describe, expect, it } from "vitest";
import { RotationError } from "../../lambda/model/errors.ts";
import type { Report } from "../../lambda/report/report.ts";
import type { Intercept } from "../support/ports.ts";
import { APP, DAY, HOUR, World } from "../support/world.ts";

const INTERVAL = 6 * HOUR;
const DUE = { age: 350 * DAY, lifetime: 365 * DAY };

/** One run in which something happens after everything has been read, and before anything is done. */
async function runWith(world: World, deed: () => void, event: object = {}, then: Intercept = () => ({})) {
  const reads = await readsOf(world, event);
  let calls = 0;
  const intercept: Intercept = (call) => {
    calls += 1;
    if (calls === reads + 1) deed();
    return then(call);
  };
  return world.run(event, { intercept });
}

/** How many calls it takes to plan: a dry run makes those and no others. */
async function readsOf(world: World, event: object): Promise<number> {
  let calls = 0;
  await world.run(
    { ...event, dryRun: true },
    {
      intercept: () => {
        calls += 1;
        return {};
      },
    },
  );
  return calls;
}

function counting(operation: string, then: Intercept = () => ({})) {
  const seen: string[] = [];
  const intercept: Intercept = (call) => {
    if (call.operation === operation) seen.push(call.subject);
    return then(call);
  };
  return { seen, intercept };
}

function rowOf({ tokens }: Report, id: string) {
  return tokens.find(({ tokenId }) => tokenId === id);
}

/** A token whose successor is current: the ids of both, oldest first. */
async function rotatedOnce(options?: ConstructorParameters<typeof World>[0]) {
  const world = new World(options);
  const root = world.token("backend", DUE);
  await world.run();
  world.clock.advance(INTERVAL);
  return { world, root, current: newest(world), secretName: world.secretOf("backend") };
}

function newest(world: World): string {
  return world.losant.tokens(APP).at(-1)?.id ?? "";
}

/** A second rotation, which died before it could promote: its token. */
async function leftStaged(world: World, current: string): Promise<string> {
  const dying: Intercept = ({ operation }) => (operation === "promote" ? { before: "crash" } : {});
  void world.start({ tokens: [current], force: true }, { intercept: dying });
  await world.clock.run(world.clock.sleep(HOUR));
  return newest(world);
}

const RETIRING = { policy: { retire: { unread: "ignore", deactivateAfter: "7d" } } };

/** A predecessor whose grace is over. */
async function graceOver(options: Parameters<World["run"]>[1] = {}) {
  const { world, current: former, secretName } = await rotatedOnce(RETIRING);
  const string = world.stringIn(secretName) ?? "";
  await world.run({ tokens: [former], force: true }, options);
  world.clock.advance(10 * DAY);
  return { world, former, string, secretName };
}

describe("what happened since a plan was made", () => {
  it("keeps a predecessor to which somebody rolled back", async () => {
    const { world, former, string, secretName } = await graceOver();
    const { report } = await runWith(world, () =>
      world.aws.moveLabel(secretName, "AWSCURRENT", "AWSPREVIOUS"),
    );
    expect(rowOf(report, former)).toMatchObject({ action: "retire", outcome: "deferred" });
    expect(world.losant.accepts(string)).toBe(true);
  });

  it("keeps it also in a leak response, which fails at once and says that the string works", async () => {
    const { world, former, string, secretName } = await graceOver();
    const { report } = await runWith(
      world,
      () => world.aws.moveLabel(secretName, "AWSCURRENT", "AWSPREVIOUS"),
      { tokens: [former], retireNow: true },
    );
    expect(report.finishedAt).toBe(report.startedAt);
    expect(rowOf(report, former)).toMatchObject({
      action: "retire",
      outcome: "deferred",
      code: "predecessor-active",
      oldString: { works: "yes" },
    });
    expect(world.losant.accepts(string)).toBe(true);
  });

  it("keeps a predecessor where somebody set a value by hand", async () => {
    const { world, former, string, secretName } = await graceOver();
    const { report } = await runWith(world, () => void world.aws.putSecret(secretName, "by hand"));
    expect(rowOf(report, former)).toMatchObject({ action: "retire", outcome: "deferred" });
    expect(world.losant.accepts(string)).toBe(true);
  });

  it("keeps a predecessor whose secret is gone", async () => {
    const { world, former, string, secretName } = await graceOver();
    const { report } = await runWith(world, () => world.secrets.remove(world.secrets.get(secretName)));
    expect(rowOf(report, former)).toMatchObject({ action: "retire", outcome: "deferred" });
    expect(world.losant.accepts(string)).toBe(true);
  });

  it.each([
    ["became current", ["AWSCURRENT"]],
    ["became current, and was superseded", ["AWSCURRENT", "AWSPREVIOUS"]],
  ])("keeps the token of a staged version that %s", async (_, moves) => {
    const { world, current, secretName } = await rotatedOnce();
    const staged = await leftStaged(world, current);
    world.losant.edit(APP, current, { status: "inactive" });
    world.clock.advance(3 * DAY);
    const version = `losant-${staged}-${current}`;
    const promoteByHand = () => {
      for (const [turn] of moves.entries())
        world.aws.moveLabel(secretName, "AWSCURRENT", turn === 0 ? version : "AWSPREVIOUS");
    };
    const { report } = await runWith(world, promoteByHand);
    expect(rowOf(report, staged)).toMatchObject({
      action: "discard",
      reason: "lost-race",
      outcome: "deferred",
    });
    expect(world.losant.tokens(APP).map(({ id }) => id)).toContain(staged);
  });

  it.each<[string, (world: World, id: string) => void]>([
    ["deactivated", (world, id) => world.losant.edit(APP, id, { status: "inactive" })],
    ["deleted", (world, id) => world.losant.remove(APP, id)],
  ])("makes no successor current that somebody %s", async (_, end) => {
    const { world, current, secretName } = await rotatedOnce();
    const staged = await leftStaged(world, current);
    const { report } = await runWith(world, () => end(world, staged));
    expect(rowOf(report, current)).toMatchObject({ action: "resume", outcome: "deferred" });
    expect(world.losant.tokenIdOf(world.stringIn(secretName) ?? "")).toBe(current);
  });

  it.each<[string, (world: World, name: string) => void]>([
    ["scheduled for deletion", (world, name) => world.aws.scheduleDeletion(name, 7)],
    ["given to another service", (world, name) => world.aws.setOwningService(name, "appflow")],
    ["made a replica", (world, name) => world.aws.makeReplica(name, "eu-west-1")],
  ])("issues nothing for a secret that was %s", async (_, change) => {
    const world = new World({ secrets: { backend: "prod/backend" } });
    const { id, token } = world.token("backend", DUE);
    world.aws.putSecret("prod/backend", token);
    const { seen, intercept } = counting("create");
    const { report } = await runWith(world, () => change(world, "prod/backend"), {}, intercept);
    expect(rowOf(report, id)).toMatchObject({ outcome: "failed", code: "store-refused" });
    expect(seen).toEqual([]);
  });

  it("lets one of two first rotations issue, where the other one looks a little later", async () => {
    const world = new World();
    const { id } = world.token("backend", DUE);
    const reads = await readsOf(world, {});
    let calls = 0;
    const late: Intercept = () => {
      calls += 1;
      return calls === reads + 1 ? { latencyMs: 30_000 } : {};
    };
    const runs = [world.start({}, {}), world.start({}, { intercept: late })];
    const [first, second] = await world.clock.run(Promise.all(runs));
    expect(first && rowOf(first.report, id)?.outcome).toBe("rotated");
    expect(second && rowOf(second.report, id)).toMatchObject({ outcome: "skipped", reason: "just-rotated" });
    expect(world.losant.tokens(APP).filter(({ name }) => name === "backend")).toHaveLength(2);
  });
});

describe("a promotion", () => {
  const lost = () => new RotationError("store-unreachable", "planted", { effect: "unknown" });

  it.each(["before", "after"] as const)(
    "whose answer is lost %s it took place is looked at, and repeated only where it is needed",
    async (when) => {
      const { world, current, secretName } = await rotatedOnce();
      const { seen, intercept } = counting("promote", ({ operation }) =>
        operation === "promote" && seen.length === 1 ? { [when]: lost() } : {},
      );
      const { report, failures } = await world.run({ tokens: [current], force: true }, { intercept });
      expect(failures).toEqual([]);
      expect(rowOf(report, current)?.outcome).toBe("rotated");
      expect(seen).toHaveLength(when === "before" ? 2 : 1);
      expect(world.losant.tokenIdOf(world.stringIn(secretName) ?? "")).toBe(newest(world));
    },
  );

  it("whose effect is unknown is tried again before it counts as lost", async () => {
    const { world, current, secretName } = await rotatedOnce();
    const { seen, intercept } = counting("promote", ({ operation }) => {
      if (operation !== "promote" || seen.length > 1) return {};
      world.aws.putSecret(secretName, "by hand");
      return { before: lost() };
    });
    const { report } = await world.run({ tokens: [current], force: true }, { intercept });
    expect(rowOf(report, current)).toMatchObject({ outcome: "deferred", reason: "lost-race" });
    expect(seen).toHaveLength(2);
  });

  it("that is refused although nothing stands in its way is tried three times, and left to a later run", async () => {
    const { world, current, secretName } = await rotatedOnce();
    const { seen, intercept } = counting("promote", ({ operation }) =>
      operation === "promote" ? { before: new RotationError("store-denied", "planted") } : {},
    );
    const { report } = await world.run({ tokens: [current], force: true }, { intercept });
    expect(rowOf(report, current)).toMatchObject({ outcome: "failed", code: "store-denied" });
    expect(seen).toHaveLength(3);
    expect(world.losant.tokenIdOf(world.stringIn(secretName) ?? "")).toBe(current);
    world.clock.advance(HOUR);
    expect((await world.run()).report.summary).toMatchObject({ resumed: 1, failed: 0 });
  });

  it("that another one has superseded by the time of the look is over, and takes its label off", async () => {
    const { world, current, secretName } = await rotatedOnce();
    const { seen, intercept } = counting("promote", ({ operation, subject }) => {
      if (operation === "describe" && seen.length === 1 && subject === secretName)
        world.aws.moveLabel(secretName, "AWSCURRENT", "AWSPREVIOUS");
      return operation === "promote" ? { after: lost() } : {};
    });
    const { report, failures } = await world.run({ tokens: [current], force: true }, { intercept });
    expect(failures).toEqual([]);
    expect(rowOf(report, current)?.outcome).toBe("rotated");
    expect(seen).toHaveLength(1);
    expect(labelsOf(world, secretName)).toEqual(["AWSCURRENT", "AWSPREVIOUS"]);
  });

  it("that loses against a value set by hand leaves its token: from there, another run may be promoting it", async () => {
    const { world, current, secretName } = await rotatedOnce();
    const { intercept } = counting("promote", ({ operation }) => {
      if (operation === "promote") world.aws.putSecret(secretName, "by hand");
      return {};
    });
    const { report } = await world.run({ tokens: [current], force: true }, { intercept });
    expect(rowOf(report, current)).toMatchObject({ outcome: "deferred", reason: "lost-race" });
    expect(labelsOf(world, secretName)).toContain(`rotating-${newest(world)}`);
    expect(world.aws.value(secretName)).toBe("by hand");
  });
});

function labelsOf(world: World, secretName: string): readonly string[] {
  return [...world.secrets.get(secretName).labels.keys()].sort();
}

describe("two runs that replace the same token", () => {
  /** The one that is slow at Losant loses. */
  async function race(ofLoser: Intercept) {
    const { world, current, secretName } = await rotatedOnce();
    const event = { tokens: [current], force: true };
    const slow = world.start(event, {
      intercept: (call) => (call.operation === "create" ? { answerMs: 5_000 } : ofLoser(call)),
    });
    const fast = world.start(event, {});
    const [loser] = await world.clock.run(Promise.all([slow, fast]));
    const winnerId = world.losant.tokenIdOf(world.stringIn(secretName) ?? "");
    return { world, current, secretName, loser, winnerId };
  }

  it("leave the token of one, and no label", async () => {
    const { world, current, secretName, loser, winnerId } = await race(() => ({}));
    expect(rowOf(loser.report, current)).toMatchObject({ outcome: "discarded", reason: "lost-race" });
    expect(rowOf(loser.report, current)?.successorId).not.toBe(winnerId);
    expect(world.losant.tokens(APP).filter(({ name }) => name === "backend")).toHaveLength(3);
    expect(labelsOf(world, secretName)).toEqual(["AWSCURRENT", "AWSPREVIOUS"]);
  });

  it("leave the label of a loser whose token could not be deleted, so that a later run does it", async () => {
    const before = new RotationError("access-token-forbidden", "planted");
    const { world, current, secretName, loser } = await race(({ operation }) =>
      operation === "delete" ? { before } : {},
    );
    const lostId = rowOf(loser.report, current)?.successorId ?? "";
    expect(labelsOf(world, secretName)).toContain(`rotating-${lostId}`);
    expect(world.log).toContainEqual(
      expect.objectContaining({
        level: "warn",
        fields: expect.objectContaining({
          tokenId: lostId,
          code: "access-token-forbidden",
          message: "planted",
        }),
      }),
    );
    world.clock.advance(3 * DAY);
    expect((await world.run()).report.summary).toMatchObject({ discarded: 1, failed: 0 });
    expect(labelsOf(world, secretName)).toEqual(["AWSCURRENT", "AWSPREVIOUS"]);
    expect(world.losant.tokens(APP).map(({ id }) => id)).not.toContain(lostId);
  });
});

describe("an event that is still owed when a predecessor is to be deactivated", () => {
  const deadBus: Intercept = ({ operation }) =>
    operation === "publish" ? { before: new RotationError("bus-unavailable", "planted") } : {};

  it("is sent first: while the bus is dead, the old string goes on working", async () => {
    const { world, former, string } = await graceOver({ intercept: deadBus });
    const leak = { tokens: [former], retireNow: true };
    const waiting = await world.run(leak, { intercept: deadBus });
    expect(rowOf(waiting.report, former)).toMatchObject({
      action: "retire",
      outcome: "deferred",
      code: "predecessor-active",
      message: expect.stringContaining("was not deactivated"),
      oldString: { works: "yes" },
    });
    expect(world.losant.accepts(string)).toBe(true);
    const { report, failures } = await world.run(leak);
    expect(failures).toEqual([]);
    expect(report.summary).toMatchObject({ announced: 1, retired: 1 });
    expect(world.events.map(({ detailType }) => detailType).slice(-3)).toEqual([
      "Losant API Token Rotated",
      "Losant API Token Retired",
      "Losant Token Rotation Run Completed",
    ]);
    expect(world.losant.accepts(string)).toBe(false);
  });
});
