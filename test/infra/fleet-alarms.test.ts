import { Topic } from "aws-cdk-lib/aws-sns";
import { describe, expect, test } from "vitest";
import { shardAt } from "../../lambda/policy/slots.ts";
import { anchorsIn } from "../support/markdown.ts";
import { type AlarmState, compositeStateAt, Metrics, stateAt } from "./cloudwatch.ts";
import { FLEET } from "./fleet.ts";
import { alarmsOf, DAY_MS, HOUR_MS, later, MINUTE_MS, type Run, runAt, START } from "./runs.ts";
import { onlyResource, readable, resourcesOf, synthesized } from "./synth.ts";

const SLOT_MS = 15 * MINUTE_MS;
const [SHARDS, INTERVAL_MS] = [24, 6 * HOUR_MS];
const FUNCTION = "<TokenRotationWorkerFunction>";

const { template } = synthesized({ config: FLEET, toleratedUnread: 0 });
const alarms = alarmsOf(template);
const { AlarmRule } = onlyResource("AWS::CloudWatch::CompositeAlarm", template) as {
  readonly AlarmRule: string;
};

function stateOf(name: string, metrics: Metrics, at: Date, of = alarms): AlarmState {
  const alarm = of[name];
  if (alarm === undefined) throw new Error(`no alarm ${name}`);
  return stateAt(alarm, metrics, at);
}

/** The one alarm over all shards, and the names of the alarms that set it off. */
function overAll(metrics: Metrics, at: Date) {
  const states = new Map(
    Object.entries(resourcesOf(template, "AWS::CloudWatch::Alarm")).map(([id, alarm]) => [
      String(readable({ Ref: id })),
      { name: String(readable(alarm.Properties.AlarmName)), state: stateAt(alarm, metrics, at) },
    ]),
  );
  const { state, atFault } = compositeStateAt(AlarmRule, (id) => states.get(id)?.state);
  return { state, atFault: atFault.map((id) => states.get(id)?.name) };
}

/** A run of a shard that took four minutes from the slot that begins at this moment. */
function slotAt(slot: Date, { unseen = 0, completed = unseen === 0, ...run }: SlotRun = {}) {
  const index = shardAt(slot, SHARDS);
  const fleet = {
    shard: { index, of: SHARDS },
    applications: { seen: 100 - unseen, failed: 0, unseen },
    completed,
  };
  return runAt(new Date(slot.getTime() + 4 * MINUTE_MS), { fleet, ...run });
}

interface SlotRun extends Run {
  readonly unseen?: number;
  readonly completed?: boolean;
}

/** The slots of some days, each with the run that `of` says. `undefined`: the run reports nothing. */
function slots(days: number, of: (shard: number, slot: Date) => SlotRun | undefined = () => ({})): Metrics {
  const metrics = new Metrics();
  for (let ms = 0; ms < days * DAY_MS; ms += SLOT_MS) {
    const slot = later(ms);
    const run = of(shardAt(slot, SHARDS), slot);
    if (run !== undefined) metrics.log(slotAt(slot, run));
  }
  return metrics;
}

describe("a healthy fleet", () => {
  test("sets off no alarm, from the second interval on", () => {
    const metrics = slots(2);
    for (let ms = INTERVAL_MS + SLOT_MS; ms < 2 * DAY_MS; ms += SLOT_MS) {
      for (const name of Object.keys(alarms))
        expect([name, stateOf(name, metrics, later(ms))]).toEqual([name, "OK"]);
      expect(overAll(metrics, later(ms)).state).toBe("OK");
    }
  });
});

describe("a dead shard", () => {
  const dead = slots(3, (shard, slot) => (shard === 7 && slot > later(DAY_MS) ? undefined : {}));
  const lastRun = Array.from({ length: 96 }, (_, index) => later(index * SLOT_MS))
    .filter((slot) => shardAt(slot, SHARDS) === 7)
    .at(-1) as Date;
  const sinceThen = (ms: number) => new Date(lastRun.getTime() + ms);

  test("is seen and named after two intervals, the window and the longest run, while all others run", () => {
    expect(overAll(dead, sinceThen(2 * INTERVAL_MS + 10 * MINUTE_MS)).state).toBe("OK");
    expect(overAll(dead, sinceThen(2 * INTERVAL_MS + 25 * MINUTE_MS))).toEqual({
      state: "ALARM",
      atFault: [`${FUNCTION}-NoCompletedRun-7`],
    });
  });

  test("stays named until it completes a run", () => {
    for (let ms = 2 * INTERVAL_MS + 25 * MINUTE_MS; ms < DAY_MS; ms += SLOT_MS)
      expect(overAll(dead, sinceThen(ms)).atFault).toEqual([`${FUNCTION}-NoCompletedRun-7`]);
    dead.log(slotAt(sinceThen(DAY_MS)));
    expect(overAll(dead, sinceThen(DAY_MS + 10 * MINUTE_MS)).state).toBe("OK");
  });

  test("is seen also if its runs report, but never complete", () => {
    const metrics = slots(2, (shard) => ({ completed: shard !== 3 }));
    expect(overAll(metrics, later(DAY_MS + HOUR_MS)).atFault).toEqual([`${FUNCTION}-NoCompletedRun-3`]);
  });
});

test("a fleet that doesn't run at all names all of its shards in one alarm", () => {
  const { state, atFault } = overAll(slots(1), later(2 * DAY_MS));
  expect(state).toBe("ALARM");
  expect(atFault).toHaveLength(SHARDS);
});

test("one lost or failed run of a shard sets off nothing", () => {
  for (const lost of [undefined, { completed: false }]) {
    const metrics = slots(2, (shard, slot) =>
      shard === 7 && slot.getTime() - START.getTime() < DAY_MS && slot > later(18 * HOUR_MS) ? lost : {},
    );
    for (let ms = 18 * HOUR_MS; ms < 2 * DAY_MS; ms += SLOT_MS)
      expect(overAll(metrics, later(ms)).state).toBe("OK");
  }
});

const BAD: Readonly<Record<string, SlotRun>> = {
  Failures: { succeeded: false, summary: { failed: 1 } },
  TokenNearExpiry: { soonestExpiryAt: later(1 * DAY_MS) },
  AccessTokenNearExpiry: { accessTokenExpiresAt: later(1 * DAY_MS) },
  OrphansPresent: { orphans: 1 },
  UnreadSuccessors: { unreadSuccessors: 1 },
  Unseen: { unseen: 1 },
};

describe.each(Object.entries(BAD))("%s", (name, bad) => {
  /** One shard is bad in all its slots of the first day. */
  const metrics = slots(3, (shard, slot) => (shard === 7 && slot < later(DAY_MS) ? bad : {}));
  const first = Array.from({ length: 24 }, (_, index) => later(index * SLOT_MS)).find(
    (slot) => shardAt(slot, SHARDS) === 7,
  ) as Date;

  test("is red from an hour after the bad run until all runs of an interval are good, whatever other shards do", () => {
    const lastBad = first.getTime() + DAY_MS - INTERVAL_MS;
    for (let ms = first.getTime() + HOUR_MS + SLOT_MS; ms <= lastBad + INTERVAL_MS; ms += SLOT_MS)
      expect(stateOf(name, metrics, new Date(ms))).toBe("ALARM");
    expect(stateOf(name, metrics, new Date(lastBad + INTERVAL_MS + 2 * HOUR_MS + SLOT_MS))).toBe("OK");
  });

  test("is the only one of its kind that these runs set off", () => {
    const others = Object.keys(BAD).filter((other) => other !== name);
    for (const other of others) expect(stateOf(other, metrics, later(12 * HOUR_MS))).toBe("OK");
  });

  test("is not set off by a dry run, or by a run over some tokens", () => {
    for (const partial of [{ dryRun: true }, { isWhole: false }]) {
      const mixed = slots(1);
      mixed.log(slotAt(later(12 * HOUR_MS), { ...bad, ...partial }));
      expect(stateOf(name, mixed, later(14 * HOUR_MS))).toBe("OK");
    }
  });
});

describe.each([
  ["30m", 2],
  ["1d", 96],
] as const)("with the schedule %s", (schedule, shards) => {
  const own = alarmsOf(synthesized({ config: { ...FLEET, schedule } }).template);

  test("a bad value stays an interval", () => {
    const intervalMs = shards * SLOT_MS;
    const metrics = new Metrics();
    for (let ms = 0; ms < 4 * DAY_MS; ms += SLOT_MS)
      metrics.log(slotAt(later(ms), ms === 2 * DAY_MS ? { orphans: 1 } : {}));
    for (let ms = HOUR_MS + SLOT_MS; ms <= intervalMs; ms += SLOT_MS)
      expect(stateOf("OrphansPresent", metrics, later(2 * DAY_MS + ms), own)).toBe("ALARM");
    expect(
      stateOf(
        "OrphansPresent",
        metrics,
        later(2 * DAY_MS + Math.max(intervalMs, HOUR_MS) + 2 * HOUR_MS),
        own,
      ),
    ).toBe("OK");
  });
});

test("tolerated failures don't set off the alarm, and one more does", () => {
  const own = alarmsOf(synthesized({ config: FLEET, toleratedFailures: 5 }).template);
  const withFailures = (failed: number) =>
    slots(1, (shard) => ({ summary: { failed: shard === 7 ? failed : 0 } }));
  expect(stateOf("Failures", withFailures(5), later(12 * HOUR_MS), own)).toBe("OK");
  expect(stateOf("Failures", withFailures(6), later(12 * HOUR_MS), own)).toBe("ALARM");
});

describe("the topic", () => {
  const told = synthesized((stack) => ({ config: FLEET, alarmTopic: new Topic(stack, "Topic") })).template;
  const all = {
    ...resourcesOf(told, "AWS::CloudWatch::Alarm"),
    ...resourcesOf(told, "AWS::CloudWatch::CompositeAlarm"),
  };

  test("is told by the alarm over all shards, and not by that of a shard", () => {
    const acting = Object.entries(all).filter(([, { Properties }]) => Properties.AlarmActions !== undefined);
    expect(
      acting.map(([id]) => String(readable({ Ref: id })).replace(/<TokenRotationAlarms(.*)>/, "$1")),
    ).toEqual([
      "Failures",
      "TokenNearExpiry",
      "AccessTokenNearExpiry",
      "OrphansPresent",
      "Unseen",
      "FailedRunsWaiting",
      "MissedStartsWaiting",
      "NoCompletedRunAny",
    ]);
    for (const [, { Properties }] of acting) expect(Properties.OKActions).toEqual(Properties.AlarmActions);
  });

  test("gets the link of an article that the runbook has", () => {
    const anchors = anchorsIn("RUNBOOK.md");
    for (const { Properties } of Object.values(all)) {
      const [, article] = /RUNBOOK\.md#([\w-]+)$/.exec(String(Properties.AlarmDescription)) ?? [];
      expect(anchors).toContain(article);
    }
  });
});
