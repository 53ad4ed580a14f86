import { describe, expect, it } from "vitest";
import type { Call } from "../support/ports.ts";
import { APP, DAY, HOUR, START, World, type WorldOptions } from "../support/world.ts";

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

describe("a replica that doesn't get the changes", () => {
  const REPLICA = "eu-west-1";
  const HELD = "a secret of that name exists there";
  const failed = (world: World) =>
    world.events.filter(({ detail }) => detail.code === "replica-failed").map(({ detail }) => detail);
  /** Runs every six hours, with what happens between them. */
  async function pass(world: World, ms: number, between = () => {}) {
    const reports = [];
    for (let passed = 0; passed < ms; passed += 6 * HOUR) {
      world.clock.advance(6 * HOUR);
      between();
      reports.push((await world.run()).report);
    }
    return reports;
  }

  it("is in the report of the rotation, whose run doesn't fail", async () => {
    const world = due(0);
    await world.run();
    world.aws.failReplica(world.secretOf("backend"), REPLICA, HELD);
    world.clock.advance(351 * DAY);
    const { report, failures } = await world.run();
    expect(failures).toEqual([]);
    expect(report.tokens.find(({ outcome }) => outcome === "rotated")).toMatchObject({
      failedReplicas: [{ region: REPLICA, status: "failed", message: HELD }],
    });
    expect(failed(world)).toEqual([]);
  });

  it("is told in an event an hour after the rotation, on the warning days of the former token, and every thirty days", async () => {
    const world = due(0, { policy: { renewBefore: "31d" } });
    world.aws.failReplica(world.secretOf("backend"), REPLICA, HELD);
    const intercept = ({ operation }: Call) => {
      if (operation === "stage") world.aws.failReplica(world.secretOf("backend"), REPLICA, HELD);
      return {};
    };
    await world.run({ trigger: "schedule" }, { intercept });
    const reports = await pass(world, 50 * DAY);
    expect(reports.every(({ summary }) => summary.failed === 0)).toBe(true);
    const said = failed(world);
    // The former token had 15 days left. After its end, nobody can say more than that the replica still doesn't work.
    const days = said.map(({ key }) => {
      const moment = new Date(String(key).slice(-24)).getTime();
      return Math.round((moment - START.getTime()) / DAY);
    });
    expect([...new Set(days)]).toEqual([0, 1, 8, 12, 14, 15, 45]);
    expect(new Set(said.map(({ key }) => key)).size).toBe(7);
    expect(said[0]).toMatchObject({
      tokenName: "backend",
      secretName: world.secretOf("backend"),
      code: "replica-failed",
      retryable: false,
      message: `${world.secretOf("backend")}: the replica in ${REPLICA} failed: ${HELD}`,
      headline: expect.stringContaining("The token that they may still have expires in 14 days"),
      advice: expect.stringContaining("RUNBOOK.md#replica-failed"),
    });
  });

  it("costs one look for each event, and none in any other run", async () => {
    const world = due(0);
    await world.run();
    let looks = 0;
    let lookedIn = 0;
    for (let run = 0; run < 40; run += 1) {
      world.clock.advance(6 * HOUR);
      const one = callsOf(world);
      await one.run();
      const described = one.calls.filter(({ operation }) => operation === "describe").length;
      looks += described;
      lookedIn += Number(described > 0);
    }
    // An hour after the rotation, and at 7, 3, 1 and 0 days before the end of the former token. The first run after a moment may be late.
    expect(looks).toBe(lookedIn);
    expect(lookedIn).toBeLessThanOrEqual(6);
    expect(failed(world)).toEqual([]);
  });

  it.each(["hangs", "fails"])(
    "that %s stops nothing, also if somebody edits the tags all the time",
    async (how) => {
      const world = due(0);
      await world.run();
      const name = world.secretOf("backend");
      const edit = () => world.secrets.saveChanged(world.secrets.get(name));
      world.clock.advance(334 * DAY);
      if (how === "hangs") world.aws.hangReplicas(name, true);
      else world.aws.failReplica(name, REPLICA, HELD);
      const reports = await pass(world, 3 * DAY, edit);
      expect(reports.reduce((sum, { summary }) => sum + summary.rotated, 0)).toBe(1);
      const { versions = [] } = world.aws.secret(name) ?? {};
      expect(versions.map(({ labels }) => labels)).toEqual([["AWSPREVIOUS"], ["AWSCURRENT"]]);
      expect(failed(world).length).toBeGreaterThan(0);
    },
  );

  it("isn't waited for longer than an hour if it hangs from the beginning, and somebody edits the tags all the time", async () => {
    const world = due(0);
    const name = world.secretOf("backend");
    const hang = ({ operation }: Call) => {
      if (operation === "describe" && world.secrets.find(name)) world.aws.hangReplicas(name, true);
      return {};
    };
    const edit = () => world.secrets.saveChanged(world.secrets.get(name));
    const first = await world.run({ trigger: "schedule" }, { intercept: hang });
    expect(first.codes).toEqual(["replica-behind"]);
    const reports = await pass(world, 3 * DAY, edit);
    expect(reports.map(({ summary }) => summary.rotated).indexOf(1)).toBe(0);
    expect(world.secrets.get(name).labels.size).toBe(1);
  });

  it("isn't told while it only lags", async () => {
    const world = due(15 * SECOND);
    await world.run();
    await pass(world, 2 * DAY, () =>
      world.secrets.replication.changed(world.secrets.get(world.secretOf("backend"))),
    );
    expect(failed(world)).toEqual([]);
  });

  it("is told at once by a manual run that rotates the token", async () => {
    const world = due(0);
    await world.run();
    world.aws.failReplica(world.secretOf("backend"), REPLICA, HELD);
    world.clock.advance(DAY);
    await world.run({ trigger: "manual", tokens: ["backend"], force: true }, { runId: "by-hand" });
    expect(failed(world).map(({ key }) => key)).toEqual([expect.stringMatching(/-replica-failed-by-hand$/)]);
  });

  it("that can't be looked at is logged, and fails nothing", async () => {
    const world = due(0);
    await world.run();
    world.aws.deny(world.secretOf("backend"), "DescribeSecret");
    world.clock.advance(6 * HOUR);
    expect((await world.run()).failures).toEqual([]);
    expect(
      world.log.filter(({ message }) => message === "the replicas of a secret could not be looked at"),
    ).toHaveLength(1);
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
    world.clock.advance(2 * DAY);
    const idle = callsOf(world);
    await idle.run();
    expect(idle.calls.map(({ operation }) => operation)).not.toContain("describe");
  });
});
