import { Topic } from "aws-cdk-lib/aws-sns";
import { describe, expect, test } from "vitest";
import { anchorsIn } from "../support/markdown.ts";
import { type AlarmState, Metrics, stateAt } from "./cloudwatch.ts";
import { alarmsOf, DAY_MS, every, HOUR_MS, later, MINUTE_MS, type Run, runAt, START } from "./runs.ts";
import { CONFIG, synthesized } from "./synth.ts";

const alarms = alarmsOf(synthesized({ toleratedUnread: 0 }).template);

function stateOf(name: string, metrics: Metrics, at: Date, before?: AlarmState, of = alarms): AlarmState {
  const alarm = of[name];
  if (alarm === undefined) throw new Error(`no alarm ${name}`);
  return stateAt(alarm, metrics, at, before);
}

/** The end of the period in which the run at START ended. */
const SOON = later(15 * MINUTE_MS);

const BAD: Readonly<Record<string, Run>> = {
  Failures: { succeeded: false, summary: { failed: 1 } },
  TokenNearExpiry: { soonestExpiryAt: later(6.9 * DAY_MS) },
  AccessTokenNearExpiry: { accessTokenExpiresAt: later(13.9 * DAY_MS) },
  OrphansPresent: { orphans: 1 },
  UnreadSuccessors: { unreadSuccessors: 1 },
};

describe("after a good run", () => {
  test("every alarm is quiet", () => {
    for (const [name] of Object.entries(alarms))
      expect([name, stateOf(name, every(6 * HOUR_MS, 1), SOON)]).toEqual([name, "OK"]);
  });
});

test("an access token that nobody could ask about leaves its alarm as it is", () => {
  const metrics = new Metrics();
  metrics.log(runAt(START, { accessTokenExpiresAt: "unknown" }));
  for (const before of ["OK", "ALARM"] as const)
    expect(stateOf("AccessTokenNearExpiry", metrics, SOON, before)).toBe(before);
});

describe.each(Object.entries(BAD))("%s", (name, bad) => {
  test("fires after a bad run, until a good one", () => {
    const metrics = new Metrics();
    metrics.log(runAt(START, bad));
    expect(stateOf(name, metrics, SOON, "OK")).toBe("ALARM");
    const beforeTheNext = later(5 * HOUR_MS);
    expect(stateOf(name, metrics, beforeTheNext, "ALARM")).toBe("ALARM");
    metrics.log(runAt(later(6 * HOUR_MS)));
    expect(stateOf(name, metrics, later(6.25 * HOUR_MS), "ALARM")).toBe("OK");
  });

  test("is the only one of its kind that this run sets off", () => {
    const metrics = new Metrics();
    metrics.log(runAt(START, bad));
    const others = Object.keys(BAD).filter((other) => other !== name);
    for (const other of others) expect(stateOf(other, metrics, SOON)).toBe("OK");
  });

  test("does not fire for what Lambda's retry cured, a dry run, or a run over some of the tokens", () => {
    const metrics = new Metrics();
    metrics.log(runAt(START, bad));
    metrics.log(runAt(later(2 * MINUTE_MS)));
    expect(stateOf(name, metrics, SOON, "OK")).toBe("OK");
    for (const partial of [{ dryRun: true }, { isWhole: false }])
      expect(stateOf(name, every(HOUR_MS, 1, { ...bad, ...partial }), SOON, "OK")).toBe("OK");
  });
});

describe("a failure that lasts, of which no event tells any more", () => {
  test.each(["Failures", "NoSuccessfulRun"])("keeps %s red from the first run to the last", (name) => {
    const metrics = every(6 * HOUR_MS, 60, BAD.Failures);
    let state = stateOf(name, metrics, SOON);
    for (let hour = 1; hour < 14 * 24; hour += 1) {
      expect(state).toBe("ALARM");
      state = stateOf(name, metrics, later(15 * MINUTE_MS + hour * HOUR_MS), state);
    }
  });
});

describe("NoSuccessfulRun", () => {
  const INTERVAL_MS = 6 * HOUR_MS;
  const LIMIT_MS = 2 * INTERVAL_MS + 45 * MINUTE_MS;

  test("is quiet while every second run succeeds, however late in its window", () => {
    const metrics = every(2 * INTERVAL_MS, 3);
    for (let minutes = 15; minutes < 36 * 60; minutes += 5)
      expect(stateOf("NoSuccessfulRun", metrics, later(minutes * MINUTE_MS))).toBe("OK");
  });

  test("fires when nothing runs any more, after two intervals, the window and the longest run", () => {
    const metrics = every(INTERVAL_MS, 1);
    expect(stateOf("NoSuccessfulRun", metrics, later(LIMIT_MS))).toBe("OK");
    expect(stateOf("NoSuccessfulRun", metrics, later(LIMIT_MS + 5 * MINUTE_MS))).toBe("ALARM");
  });

  test("fires when all runs fail, and when only dry or partial runs succeed", () => {
    for (const run of [{ succeeded: false }, { dryRun: true }, { isWhole: false }])
      expect(stateOf("NoSuccessfulRun", every(INTERVAL_MS, 4, run), later(18 * HOUR_MS))).toBe("ALARM");
  });

  test.each([
    ["15m", 0.25 * HOUR_MS],
    ["3d", 72 * HOUR_MS],
  ])("stays within what CloudWatch can look back over with a schedule of %s", (schedule, intervalMs) => {
    const own = alarmsOf(synthesized({ config: { ...CONFIG, schedule } }).template);
    const { Period, EvaluationPeriods } = (own.NoSuccessfulRun?.Properties ?? {}) as Readonly<
      Record<string, number>
    >;
    const seconds = Number(Period) * Number(EvaluationPeriods);
    expect(seconds).toBeLessThanOrEqual(Number(Period) < 3600 ? 86_400 : 604_800);
    expect(seconds * 1000).toBeGreaterThan(2 * intervalMs);
    const metrics = every(intervalMs, 1);
    expect(stateOf("NoSuccessfulRun", metrics, later(2 * intervalMs), "OK", own)).toBe("OK");
    expect(stateOf("NoSuccessfulRun", metrics, later(3 * intervalMs + DAY_MS / 12), "OK", own)).toBe("ALARM");
  });
});

describe.each([
  ["FailedRunsWaiting", "<TokenRotationWorkerFailedRunsQueue.QueueName>"],
  ["MissedStartsWaiting", "<TokenRotationScheduleMissedStartsQueue.QueueName>"],
])("%s", (name, QueueName) => {
  test("fires while its queue holds a message, and for no other", () => {
    const metrics = new Metrics();
    const put = (queue: string, at: Date, value: number) =>
      metrics.put("AWS/SQS", "ApproximateNumberOfMessagesVisible", { QueueName: queue }, at, value);
    put("another", START, 5);
    put(QueueName, START, 0);
    expect(stateOf(name, metrics, later(5 * MINUTE_MS))).toBe("OK");
    put(QueueName, later(5 * MINUTE_MS), 1);
    expect(stateOf(name, metrics, later(10 * MINUTE_MS))).toBe("ALARM");
    expect(stateOf(name, metrics, later(60 * MINUTE_MS))).toBe("OK");
  });
});

test("unread successors set off an alarm only if you ask for it, and if there are more than you tolerate", () => {
  expect(Object.keys(alarmsOf(synthesized().template))).not.toContain("UnreadSuccessors");
  const { template } = synthesized({ toleratedUnread: 5 });
  const after = (unreadSuccessors: number) => {
    const metrics = new Metrics();
    metrics.log(runAt(START, { unreadSuccessors }));
    return stateOf("UnreadSuccessors", metrics, SOON, "OK", alarmsOf(template));
  };
  expect([5, 6].map(after)).toEqual(["OK", "ALARM"]);
});

describe("every alarm", () => {
  const anchors = anchorsIn("RUNBOOK.md");

  test.each(Object.entries(alarms))("%s links an article of the runbook that exists", (_name, alarm) => {
    const [, article] = /RUNBOOK\.md#([\w-]+)$/.exec(String(alarm.Properties.AlarmDescription)) ?? [];
    expect(anchors).toContain(article);
  });

  test("tells a topic of its beginning and its end, where one is given", () => {
    const told = alarmsOf(synthesized((stack) => ({ alarmTopic: new Topic(stack, "Topic") })).template);
    expect(Object.keys(told)).toHaveLength(7);
    for (const { Properties } of Object.values(told)) {
      expect(Properties.AlarmActions).toHaveLength(1);
      expect(Properties.OKActions).toEqual(Properties.AlarmActions);
    }
    for (const { Properties } of Object.values(alarms)) expect(Properties.AlarmActions).toBeUndefined();
  });

  test("links the runbook where its readers find it", () => {
    const runbookUrl = "https://wiki.example.com/losant";
    const { template } = synthesized({ runbookUrl });
    for (const { Properties } of Object.values(alarmsOf(template)))
      expect(Properties.AlarmDescription).toContain(`${runbookUrl}#`);
    template.hasResourceProperties("AWS::Lambda::Function", {
      Environment: { Variables: { RUNBOOK_URL: runbookUrl } },
    });
  });
});
