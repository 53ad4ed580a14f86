import { describe, expect, it } from "vitest";
import { applicationIdOf } from "../../bench/ground.ts";
import { CALLS_AT_FIRST } from "../../lambda/limits.ts";
import { type ErrorCode, RotationError } from "../../lambda/model/errors.ts";
import type { ApplicationId } from "../../lambda/model/token.ts";
import { SLOT_MS, shardAt, shardOf } from "../../lambda/policy/slots.ts";
import { metricsOf } from "../../lambda/report/metrics.ts";
import type { Call, Intercept } from "../support/ports.ts";
import { DAY, HOUR, MINUTE, START, World, type WorldOptions } from "../support/world.ts";

const FLEET = "losant-access/fleet";
const ACME = "675ed6e87ae143cd83dc4aa1";
/** Four slots in an interval. */
const SHARDS = 4;
const IDS = Array.from({ length: 40 }, (_, number) => applicationIdOf(number) as ApplicationId);

const idsOf = (shard: number) => IDS.filter((id) => shardOf(id, SHARDS) === shard);

interface FleetOptions extends Omit<WorldOptions, "applications"> {
  readonly entry?: object;
  readonly applications?: readonly object[];
  readonly all?: readonly string[];
}

/** An organization with applications in every shard, each with a token that is due. */
function fleet({ entry, applications, config, policy, all = IDS, ...options }: FleetOptions = {}) {
  const world = new World({
    ...options,
    applications: [],
    config: {
      fleet: true,
      schedule: "1h",
      policy,
      discover: [{ accessToken: FLEET, organizations: ["Acme"], ...entry }],
      applications,
      ...config,
    },
  });
  const { losant } = world;
  const user = losant.addUser({ name: "Robot" });
  losant.addOrganization({ id: ACME, name: "Acme" });
  losant.setMember(ACME, user, "collaborate");
  world.aws.putSecret(FLEET, losant.addUserToken(user, { name: "fleet worker" }).token);
  for (const id of all) {
    losant.addApplication({ id, name: id, ownerId: ACME });
    world.token("backend", { age: 350 * DAY, lifetime: 365 * DAY }, id);
  }
  return world;
}

type Result = Awaited<ReturnType<World["run"]>>;

/** The start of the slot with this number, counted from the start of the world. */
const slotAt = (slot: number) => new Date(START.getTime() + slot * SLOT_MS);
const eventAt = (slot: number) => ({ trigger: "schedule", at: slotAt(slot).toISOString() });

/** The run of this slot, started late if the slot is over. */
function runOf(world: World, slot: number, options?: Parameters<World["run"]>[1]): Promise<Result> {
  world.clock.advance(Math.max(0, slotAt(slot).getTime() - world.clock.now().getTime()));
  return world.run(eventAt(slot), options);
}

const rotatedIn = ({ report }: Result) =>
  report.tokens.flatMap(({ outcome, applicationId }) => (outcome === "rotated" ? [applicationId] : []));

const looked = ({ report }: Result) => report.applications.map(({ applicationId }) => applicationId);

/** The shard whose slot is the first one of the world. */
const FIRST = shardAt(START, SHARDS);

const failing =
  (code: ErrorCode, isMeant: (call: Call) => boolean): Intercept =>
  (call) =>
    isMeant(call) ? { before: new RotationError(code, "planted") } : {};

/** No token is left that nobody has, and each application has one successor. */
function expectRotatedOnce(world: World, ids: readonly string[] = IDS): void {
  for (const id of ids) {
    expect([id, world.losant.tokens(id).length]).toEqual([id, 2]);
    expect(world.losant.accepts(world.stringIn(world.secretOf("backend", id)) ?? "")).toBe(true);
  }
}

describe("the runs of a fleet", () => {
  it("look at each application once in an interval, and at those of their shard only", async () => {
    const world = fleet();
    for (let slot = 0; slot < SHARDS; slot += 1) {
      const listed: string[] = [];
      const intercept: Intercept = ({ operation, subject }) => {
        if (operation === "list") listed.push(subject);
        return {};
      };
      const result = await runOf(world, slot, { intercept });
      expect(result.failures).toEqual([]);
      expect(listed.toSorted()).toEqual(idsOf((FIRST + slot) % SHARDS).toSorted());
      expect(rotatedIn(result).toSorted()).toEqual(listed.toSorted());
      expect(result.report.shard).toEqual({ index: (FIRST + slot) % SHARDS, of: SHARDS });
    }
    expectRotatedOnce(world);
    expect(rotatedIn(await runOf(world, SHARDS))).toEqual([]);
  });

  it("take configured applications by the same rule as discovered ones", async () => {
    const world = fleet({
      applications: IDS.slice(0, 12).map((id) => ({ id, accessToken: `losant-access/${id}` })),
    });
    for (const id of IDS.slice(0, 12))
      world.aws.putSecret(`losant-access/${id}`, world.losant.addToken(id, { name: "own" }).token);
    const result = await runOf(world, 1);
    expect(result.failures).toEqual([]);
    expect(looked(result).toSorted()).toEqual(idsOf((FIRST + 1) % SHARDS).toSorted());
  });

  it("begin with another application in each interval, and with others when they are repeated", async () => {
    const firstOf = async (slot: number, lateMs: number) => {
      const world = fleet();
      let first: string | undefined;
      world.clock.advance(slotAt(slot).getTime() + lateMs - START.getTime());
      await world.run(eventAt(slot), {
        intercept: ({ operation, subject }) => {
          if (operation === "list") first ??= subject;
          return {};
        },
      });
      return first;
    };
    const firsts = await Promise.all([0, 1, 2].map((interval) => firstOf(interval * SHARDS, 0)));
    expect(new Set(firsts).size).toBe(3);
    expect(await firstOf(0, 10 * MINUTE)).toBe(firsts[0]);
    expect(await firstOf(0, 16 * MINUTE)).not.toBe(firsts[0]);
  });

  it("describe each secret by itself if a list of secrets can't be read, and are completed", async () => {
    const world = fleet();
    await runOf(world, 0);
    const result = await runOf(world, SHARDS, {
      intercept: failing("store-unavailable", ({ operation }) => operation === "listSecrets"),
    });
    expect(result.codes).toEqual(["store-unavailable"]);
    expect(result.isToBeRepeated).toBe(false);
    expect(rotatedIn(result)).toEqual([]);
  });

  it("fail for an override that is not discovered in its own slot only", async () => {
    const missing = "575ec8687ae143cd83dc4aff" as ApplicationId;
    const world = fleet({ applications: [{ id: missing }] });
    const slotOfMissing = (shardOf(missing, SHARDS) - FIRST + SHARDS) % SHARDS;
    for (let slot = 0; slot < SHARDS; slot += 1) {
      const { codes, facts } = await runOf(world, slot);
      expect(codes).toEqual(slot === slotOfMissing ? ["application-not-found"] : []);
      expect(facts.fleet?.applications.failed).toBe(slot === slotOfMissing ? 1 : 0);
    }
  });

  it("count all applications of an entry for atLeast, and not those of a shard", async () => {
    expect((await runOf(fleet({ entry: { atLeast: IDS.length } }), 0)).failures).toEqual([]);
    expect((await runOf(fleet({ entry: { atLeast: IDS.length + 1 } }), 0)).codes).toEqual([
      "discovery-too-small",
    ]);
  });
});

describe("a run by hand in a fleet", () => {
  it("takes the shard that it is told, whatever the time is", async () => {
    const world = fleet();
    const shard = (FIRST + 2) % SHARDS;
    const result = await world.run({ shard });
    expect(rotatedIn(result).toSorted()).toEqual(idsOf(shard).toSorted());
    expect(result.report).toMatchObject({ trigger: "manual", shard: { index: shard, of: SHARDS } });
    expect(metricsOf({ functionName: "f", ...result.facts }, START)).toMatchObject({
      RunCompleted: 1,
      Shard: String(shard),
    });
  });

  it("takes one application of any shard", async () => {
    const world = fleet();
    const [id = ""] = idsOf((FIRST + 3) % SHARDS);
    const result = await world.run({ applicationId: id });
    expect(rotatedIn(result)).toEqual([id]);
    expect(result.report).not.toHaveProperty("shard");
    expect(metricsOf({ functionName: "f", ...result.facts }, START)).not.toHaveProperty("RunCompleted");
  });

  it("over some tokens of a shard says nothing about the whole shard", async () => {
    const result = await fleet().run({ shard: 0, tokens: ["backend"] });
    expect(rotatedIn(result)).toHaveLength(idsOf(0).length);
    expect(metricsOf({ functionName: "f", ...result.facts }, START)).not.toHaveProperty("RunCompleted");
  });

  it("fails because of a single token, as without a fleet", async () => {
    const world = fleet();
    world.losant.addToken(idsOf(0)[0] ?? "", {
      name: "odd",
      scope: ["no.longer.granted"],
      expirationDate: new Date(START.getTime() + DAY),
      creationDate: new Date(START.getTime() - 300 * DAY),
    });
    const { isToBeRepeated, facts } = await world.run({ shard: 0 });
    expect(isToBeRepeated).toBe(true);
    expect(facts.fleet?.completed).toBe(true);
  });

  it.each([
    [{}, "in a fleet, name an applicationId, or a shard from 0 to 3"],
    [{ tokens: ["backend"] }, "in a fleet, name an applicationId, or a shard from 0 to 3"],
    [{ shard: 4 }, "shard: must be 3 or less"],
  ])("is refused with the event %j", async (event, message) => {
    await expect(fleet().run(event)).rejects.toMatchObject({
      code: "event-invalid",
      message: `event: ${message}`,
    });
  });

  it("is refused with a shard without a fleet", async () => {
    await expect(new World().run({ shard: 0 })).rejects.toMatchObject({
      code: "event-invalid",
      message: "event: shard: the configuration has no fleet",
    });
  });
});

describe("a completed run of a fleet", () => {
  const oddToken = (world: World, id: string) =>
    world.losant.addToken(id, {
      name: "odd",
      scope: ["no.longer.granted"],
      expirationDate: new Date(START.getTime() + DAY),
      creationDate: new Date(START.getTime() - 300 * DAY),
    });
  const first = idsOf(FIRST);

  it("is not repeated because of tokens and applications that fail by themselves", async () => {
    const world = fleet();
    oddToken(world, first[0] ?? "");
    const denied = failing(
      "losant-forbidden",
      ({ operation, subject }) => operation === "list" && subject === first[1],
    );
    const result = await runOf(world, 0, { intercept: denied });
    expect(result.codes.toSorted()).toEqual(["losant-forbidden", "scope-rejected"]);
    expect(result.isToBeRepeated).toBe(false);
    const { detail } = world.events.at(-1) ?? {};
    expect(detail).toMatchObject({
      succeeded: false,
      shard: { index: FIRST, of: SHARDS },
      applications: { seen: first.length - 1, failed: 1, unseen: 0 },
    });
    expect(metricsOf({ functionName: "f", ...result.facts }, START)).toMatchObject({
      RunSucceeded: 0,
      Failed: 2,
      Applications: first.length,
      Unseen: 0,
      RunCompleted: 1,
    });
  });

  it("may have no applications at all, and those of other shards fail nothing", async () => {
    const world = fleet({ entry: { include: [idsOf((FIRST + 1) % SHARDS)[0] ?? ""] } });
    const { failures, isToBeRepeated, report } = await runOf(world, 0);
    expect({ failures, isToBeRepeated, applications: report.applications }).toEqual({
      failures: [],
      isToBeRepeated: false,
      applications: [],
    });
  });

  it("may have left due tokens to the next interval", async () => {
    const world = fleet();
    const result = await runOf(world, 0, { budgetMs: 44_000 });
    expect(result.report.summary).toMatchObject({ deferred: first.length, failed: 0 });
    expect(result.isToBeRepeated).toBe(false);
    expect(rotatedIn(await runOf(world, SHARDS)).toSorted()).toEqual(first.toSorted());
  });

  it("has a second directive for the metric of its shard, so that each shard can have an alarm", async () => {
    const { facts } = await runOf(fleet(), 0);
    const line = metricsOf({ functionName: "f", ...facts }, START);
    expect(line?._aws.CloudWatchMetrics.map(({ Dimensions }) => Dimensions)).toEqual([
      [["FunctionName"]],
      [["FunctionName", "Shard"]],
    ]);
    expect(line?._aws.CloudWatchMetrics.at(-1)?.Metrics).toEqual([{ Name: "RunCompleted", Unit: "Count" }]);
    expect(line).toMatchObject({ FunctionName: "f", Shard: String(FIRST) });
  });

  it.each([
    ["every application failed", failing("losant-forbidden", ({ operation }) => operation === "list")],
    [
      "the list of applications is refused",
      failing("losant-unavailable", ({ operation }) => operation === "listApplications"),
    ],
    ["the store takes no strings", failing("store-unavailable", ({ operation }) => operation === "stage")],
    ["the bus is down", failing("bus-unavailable", ({ operation }) => operation === "publish")],
  ])("it is not one, and is repeated, if %s", async (_, intercept) => {
    const { isToBeRepeated, facts } = await runOf(fleet(), 0, { intercept });
    expect(isToBeRepeated).toBe(true);
    expect(facts.fleet?.completed).toBe(false);
    expect(metricsOf({ functionName: "f", ...facts }, START)).toMatchObject({ RunCompleted: 0 });
  });

  it("it is not one if the discovery lacks something, although it does all that it can", async () => {
    const world = fleet({ entry: { atLeast: IDS.length + 1 } });
    const result = await runOf(world, 0);
    expect(result.isToBeRepeated).toBe(true);
    expect(rotatedIn(result).toSorted()).toEqual(first.toSorted());
  });
});

describe("in a fleet, what fails costs nothing but time", () => {
  const first = idsOf(FIRST);

  /** Some tokens that nothing renews, whose warning days fall into the first interval. */
  function withWarnings(): World {
    const world = fleet({ policy: { exclude: ["excluded *"] } });
    for (const id of IDS)
      for (const [days, minutes] of [
        [14, 10],
        [7, 59],
        [3, 1],
        [1, 30],
      ] as const)
        world.token(`excluded ${days}`, { lifetime: days * DAY + minutes * MINUTE }, id);
    return world;
  }

  const toldBy = (world: World) =>
    world.events
      .flatMap(({ detailType, detail: { key } }) => (detailType.includes("Expiring") ? [key] : []))
      .toSorted();

  it.each([1, 29, 70])(
    "a start that is %d minutes late takes the same shard and tells the same",
    async (minutes) => {
      const [inTime, late] = [withWarnings(), withWarnings()];
      for (let slot = 0; slot < SHARDS; slot += 1) await runOf(inTime, slot);
      for (let slot = 0; slot < SHARDS; slot += 1) {
        late.clock.advance(
          Math.max(0, slotAt(slot).getTime() + minutes * MINUTE - late.clock.now().getTime()),
        );
        const result = await late.run(eventAt(slot));
        expect(result.report.shard?.index).toBe((FIRST + slot) % SHARDS);
        expect(rotatedIn(result).toSorted()).toEqual(idsOf((FIRST + slot) % SHARDS).toSorted());
      }
      expect(toldBy(late)).toEqual(toldBy(inTime));
      expect(toldBy(late).length).toBeGreaterThan(IDS.length);
    },
  );

  it.each([
    ["of another day", slotAt(-96 + 1)],
    ["more than two hours ago", new Date(START.getTime() - 2 * HOUR - 1)],
    ["in the future", slotAt(1)],
  ])("a scheduled time %s doesn't count, but the clock does", async (_, at) => {
    const { report } = await fleet().run({ trigger: "schedule", at: at.toISOString() });
    expect(report.shard?.index).toBe(FIRST);
  });

  it("a clock that is a second slow takes the shard of the scheduled time", async () => {
    const { report } = await fleet().run(eventAt(0), { skewMs: -1_000 });
    expect(report.shard?.index).toBe(FIRST);
  });

  it("a start that is lost leaves its shard to the next interval", async () => {
    const world = fleet();
    for (let slot = 1; slot < SHARDS; slot += 1) await runOf(world, slot);
    expectRotatedOnce(
      world,
      IDS.filter((id) => !first.includes(id)),
    );
    expect(rotatedIn(await runOf(world, SHARDS)).toSorted()).toEqual(first.toSorted());
  });

  it("a region that is down misses all slots, and the next interval looks at each application and rotates each token once", async () => {
    const world = fleet();
    const results: Result[] = [];
    for (let slot = SHARDS; slot < 2 * SHARDS; slot += 1) results.push(await runOf(world, slot));
    expect(results.flatMap(looked).toSorted()).toEqual(IDS);
    expect(results.flatMap(rotatedIn).toSorted()).toEqual(IDS);
    expect(results.flatMap(({ failures }) => failures)).toEqual([]);
  });

  it("a start that is delivered twice rotates each token once", async () => {
    const world = fleet();
    const both = await world.clock.run(
      Promise.all([world.start(eventAt(0), {}), world.start(eventAt(0), {})]),
    );
    for (const { isToBeRepeated } of both) expect(isToBeRepeated).toBe(false);
    expectRotatedOnce(world, first);
    const keys = world.events.flatMap(({ detailType, detail: { key } }) =>
      detailType.includes("Rotated") ? [key] : [],
    );
    expect(new Set(keys).size).toBe(first.length);
  });

  it("a run that is killed at any of its calls is completed when Lambda starts it again", async () => {
    const few = { entry: { include: first.slice(0, 2) } };
    let total = 0;
    const counting: Intercept = () => {
      total += 1;
      return {};
    };
    await runOf(fleet(few), 0, { intercept: counting });
    for (let fatal = 1; fatal <= total; fatal += 1) {
      const world = fleet(few);
      let calls = 0;
      const dying: Intercept = () => {
        calls += 1;
        return calls < fatal ? {} : { before: "crash" };
      };
      await runOf(world, 0, { intercept: dying, runId: "request" }).catch(() => {});
      world.clock.advance(MINUTE);
      const again = await world.run(eventAt(0), { runId: "request" });
      expect([fatal, again.report.shard?.index, again.isToBeRepeated]).toEqual([fatal, FIRST, false]);
      for (const interval of [1, 2]) await runOf(world, interval * SHARDS);
      for (const id of first.slice(0, 2))
        expect(world.losant.accepts(world.stringIn(world.secretOf("backend", id)) ?? "")).toBe(true);
    }
  }, 60_000);

  it("a slot that is too short leaves applications unseen, and its repetitions see them", async () => {
    const many = Array.from({ length: 160 }, (_, number) => applicationIdOf(number) as ApplicationId);
    const ofShard = many.filter((id) => shardOf(id, SHARDS) === FIRST);
    const world = fleet({ all: many });
    const slowly: Intercept = ({ operation }) => ({ latencyMs: operation === "list" ? 2.5 * MINUTE : 80 });
    // In two thirds of the time, a run begins with as many as it lists at first. All that is left is for their tokens.
    const short = { intercept: slowly, budgetMs: 3.5 * MINUTE };
    const rotated = new Set<string>();
    const left: number[] = [];
    for (let attempts = 0; left.at(-1) !== 0 && attempts < 3; attempts += 1) {
      world.clock.advance(slotAt(0).getTime() + attempts * 16 * MINUTE - world.clock.now().getTime());
      const result = await world.run(eventAt(0), short);
      for (const id of rotatedIn(result)) rotated.add(id);
      const unseen = result.facts.fleet?.applications.unseen ?? 0;
      left.push(unseen);
      expect(result.isToBeRepeated).toBe(unseen > 0);
      expect(metricsOf({ functionName: "f", ...result.facts }, START)).toMatchObject({
        Applications: ofShard.length,
        Unseen: unseen,
        RunCompleted: unseen > 0 ? 0 : 1,
      });
    }
    expect(left[0]).toBe(ofShard.length - CALLS_AT_FIRST);
    expect([...rotated].toSorted()).toEqual(ofShard.toSorted());
  });

  it("a Losant that refuses all as too many leaves all unseen, and nothing changes", async () => {
    const world = fleet();
    const throttled = failing("losant-throttled", ({ operation }) => operation === "list");
    const result = await runOf(world, 0, { intercept: throttled });
    expect(result.facts.fleet?.applications).toEqual({ seen: 0, failed: 0, unseen: first.length });
    expect(result.isToBeRepeated).toBe(true);
    expect([...world.secrets.all()].map(({ name }) => name)).toEqual([FLEET]);
    expect(rotatedIn(await runOf(world, SHARDS))).toHaveLength(first.length);
  });

  it("two shards whose runs overlap rotate their own tokens", async () => {
    const world = fleet();
    const slowly: Intercept = () => ({ latencyMs: 20_000 });
    const one = world.start(eventAt(0), { intercept: slowly });
    const other = (async () => {
      await world.clock.sleep(SLOT_MS / 3);
      return world.start({ shard: (FIRST + 1) % SHARDS }, { intercept: slowly });
    })();
    for (const { failures } of await world.clock.run(Promise.all([one, other]))) expect(failures).toEqual([]);
    expectRotatedOnce(world, [...first, ...idsOf((FIRST + 1) % SHARDS)]);
  });

  it("two stacks that see the same applications each give a root a successor, and end nothing of each other's", async () => {
    const world = fleet({ policy: { retire: { unread: "ignore", deactivateAfter: "1h" } } });
    const { config } = world;
    const other = { ...config, secretPrefix: "staging" };
    const rotated = async (slot: number, by: Record<string, unknown>) => {
      world.config = by;
      const result = await runOf(world, slot);
      expect(result.failures).toEqual([]);
      return rotatedIn(result).toSorted();
    };
    expect(await rotated(0, config)).toEqual(first.toSorted());
    expect(await rotated(0, other)).toEqual(first.toSorted());
    for (const by of [config, other]) expect(await rotated(100 * SHARDS, by)).toEqual([]);
    const tokens = first.flatMap((id) => world.losant.tokens(id));
    expect(tokens).toHaveLength(3 * first.length);
    expect(tokens.every(({ status }) => status === "active")).toBe(true);
  });

  it("a store that takes no strings costs one token in each slot, which is deleted again", async () => {
    const world = fleet();
    const created: string[] = [];
    const intercept: Intercept = (call) => {
      if (call.operation === "create") created.push(call.subject);
      return call.operation === "stage" ? { before: new RotationError("store-unavailable", "planted") } : {};
    };
    for (let slot = 0; slot < SHARDS; slot += 1) await runOf(world, slot, { intercept });
    expect(created).toHaveLength(SHARDS);
    for (const id of IDS) expect(world.losant.tokens(id)).toHaveLength(1);
    for (let slot = SHARDS; slot < 2 * SHARDS; slot += 1) await runOf(world, slot);
    expectRotatedOnce(world);
  });

  it("a discovery that shrinks and grows again ends nothing", async () => {
    const world = fleet({ policy: { retire: { unread: "ignore", deactivateAfter: "1d" } } });
    for (let slot = 0; slot < SHARDS; slot += 1) await runOf(world, slot);
    world.listedAs = () => ({ applications: [] });
    const before = JSON.stringify(IDS.map((id) => world.losant.tokens(id)));
    for (let slot = SHARDS; slot < 2 * SHARDS; slot += 1)
      expect((await runOf(world, slot)).codes).toEqual(["discovery-too-small"]);
    expect(JSON.stringify(IDS.map((id) => world.losant.tokens(id)))).toBe(before);
    world.listedAs = undefined;
    for (let slot = 2 * SHARDS; slot < 3 * SHARDS; slot += 1)
      expect((await runOf(world, slot)).failures).toEqual([]);
  });

  it("an end of the fleet moves nothing: the next run looks at all applications and rotates none again", async () => {
    const world = fleet();
    for (let slot = 0; slot < SHARDS; slot += 1) await runOf(world, slot);
    world.config = { ...world.config, fleet: undefined };
    const result = await world.run(eventAt(SHARDS));
    expect(result.failures).toEqual([]);
    expect(looked(result).toSorted()).toEqual(IDS.toSorted());
    expect(rotatedIn(result)).toEqual([]);
  });
});

describe("without a fleet", () => {
  it("a run is the same as ever: not one call, metric, field or line more", async () => {
    const told = async (event: object) => {
      const world = fleet({ config: { fleet: undefined } });
      const calls: Call[] = [];
      const intercept: Intercept = (call) => {
        calls.push(call);
        return {};
      };
      const { report, facts } = await world.run(event, { intercept });
      return {
        calls,
        log: world.log,
        report,
        events: world.events,
        metrics: metricsOf({ functionName: "f", ...facts }, START),
      };
    };
    const today = await told({ trigger: "schedule" });
    expect(await told(eventAt(-1))).toEqual(today);
    expect(Object.keys(today.report)).toEqual([
      "runId",
      "trigger",
      "dryRun",
      "startedAt",
      "finishedAt",
      "summary",
      "omitted",
      "tokens",
      "applications",
    ]);
    expect(Object.keys(today.events.at(-1)?.detail ?? {})).toEqual([
      "schemaVersion",
      "runId",
      "trigger",
      "key",
      "startedAt",
      "finishedAt",
      "succeeded",
      "summary",
      "failedApplications",
    ]);
    expect(today.metrics?._aws.CloudWatchMetrics).toHaveLength(1);
    expect(Object.keys(today.metrics ?? {})).toEqual([
      "_aws",
      "FunctionName",
      "runId",
      "Rotated",
      "DurationMs",
      "RunSucceeded",
      "Listed",
      "Failed",
      "Deferred",
      "Orphans",
      "UnreadSuccessors",
      "SoonestExpiryDays",
      "AccessTokenDaysLeft",
    ]);
  });
});
