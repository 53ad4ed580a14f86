import { describe, expect, it } from "vitest";
import type { Call } from "../support/ports.ts";
import { APP, DAY, HOUR, World, type WorldOptions } from "../support/world.ts";

const SECOND = 1_000;
const REGIONS = ["eu-central-1", "eu-west-1"];

/** A due token, whose new secret gets replicas that need this long for a change. */
function due(lagMs: number, options: WorldOptions = {}): World {
  const world = new World({
    config: { newSecrets: { replicaRegions: REGIONS } },
    settings: { replicaLagMs: () => lagMs },
    ...options,
  });
  world.token("backend", { age: 350 * DAY, lifetime: 365 * DAY });
  return world;
}

/** The worker's calls to the store, in order. */
function callsOf(world: World) {
  const calls: Call[] = [];
  const intercept = (call: Call) => {
    calls.push(call);
    return {};
  };
  return { calls, run: () => world.run({ trigger: "schedule" }, { intercept }) };
}

const told = ({ log }: World) =>
  log.filter(({ message }) => message === "a replica doesn't get the changes of its secret");

describe("a secret with replicas", () => {
  it.each([0, 3 * SECOND, 15 * SECOND])(
    "is rotated without two changes at once, with a lag of %i ms",
    async (lagMs) => {
      const world = due(lagMs);
      expect((await world.run()).report.summary).toMatchObject({ rotated: 1, failed: 0 });
      expect(world.aws.secret(world.secretOf("backend"))).toMatchObject({ replicaRegions: REGIONS });
      world.clock.advance(351 * DAY);
      expect((await world.run()).report.summary).toMatchObject({ rotated: 1, failed: 0 });
      expect(world.aws.hangingReplicas()).toEqual([]);
      expect(told(world)).toEqual([]);
    },
  );

  it("is announced when its replicas have the new string", async () => {
    const world = due(15 * SECOND);
    const states: unknown[] = [];
    const intercept = ({ operation, subject }: Call) => {
      if (operation === "publish" && subject === "Losant API Token Rotated")
        states.push(...world.secrets.replication.statesOf(world.secrets.get(world.secretOf("backend"))));
      return {};
    };
    await world.run({ trigger: "schedule" }, { intercept });
    expect(states).toEqual(REGIONS.map((Region) => ({ Region, Status: "InSync" })));
  });

  it("gets no token while its replicas lag, and a later run goes on", async () => {
    const world = due(40 * SECOND);
    const { report } = await world.run();
    expect(report.tokens.flatMap(({ code }) => code ?? [])).toEqual(["replica-behind"]);
    expect(world.losant.tokens(APP)).toHaveLength(2);
    world.clock.advance(60 * SECOND);
    await world.run();
    expect(world.aws.hangingReplicas()).toEqual([]);
    for (let run = 0; run < 3; run += 1) {
      world.clock.advance(60 * SECOND);
      await world.run();
    }
    expect(world.aws.hangingReplicas()).toEqual([]);
    expect(world.losant.tokens(APP)).toHaveLength(3);
    const { versions = [] } = world.aws.secret(world.secretOf("backend")) ?? {};
    expect(versions.map(({ labels }) => labels)).toEqual([["AWSCURRENT"]]);
  });

  it("is rotated if a replica fails, which is told once", async () => {
    const world = due(0);
    await world.run();
    world.aws.failReplica(world.secretOf("backend"), "eu-west-1", "a secret of that name exists there");
    world.clock.advance(351 * DAY);
    expect((await world.run()).report.summary).toMatchObject({ rotated: 1, failed: 0 });
    expect(told(world).map(({ level, fields }) => ({ level, ...fields }))).toEqual([
      {
        level: "warn",
        secretName: world.secretOf("backend"),
        region: "eu-west-1",
        status: "failed",
        detail: "a secret of that name exists there",
      },
    ]);
  });

  it("is rotated if its replicas have hung for an hour, which is told", async () => {
    const world = due(0);
    await world.run();
    world.clock.advance(351 * DAY);
    world.aws.hangReplicas(world.secretOf("backend"), true);
    await world.run();
    world.clock.advance(2 * HOUR);
    await world.run();
    world.clock.advance(2 * HOUR);
    await world.run();
    const { versions = [] } = world.aws.secret(world.secretOf("backend")) ?? {};
    expect(versions.map(({ labels }) => labels)).toEqual([["AWSPREVIOUS"], ["AWSCURRENT"]]);
    expect(told(world).map(({ fields }) => fields.region)).toEqual(expect.arrayContaining(REGIONS));
  });
});

describe("a secret without replicas", () => {
  it("costs no call more", async () => {
    const world = due(0, { config: {} });
    const first = callsOf(world);
    await first.run();
    expect(first.calls.filter(({ operation }) => operation === "describe")).toHaveLength(3);
    world.clock.advance(DAY);
    const idle = callsOf(world);
    await idle.run();
    expect(idle.calls.map(({ operation }) => operation)).not.toContain("describe");
  });

  it("costs nothing either if it has replicas, while nothing is due", async () => {
    const world = due(0);
    await world.run();
    world.clock.advance(DAY);
    const idle = callsOf(world);
    await idle.run();
    expect(idle.calls.map(({ operation }) => operation)).not.toContain("describe");
  });
});
