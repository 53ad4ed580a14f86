import { Duration, Stack } from "aws-cdk-lib";
import { Annotations, Match, Template } from "aws-cdk-lib/assertions";
import { AwsSolutionsChecks } from "cdk-nag";
import { describe, expect, test } from "vitest";
import type { ConfigDocument } from "../../infra/config-document.ts";
import { TokenRotation } from "../../infra/token-rotation.ts";
import { FLEET } from "./fleet.ts";
import { policiesOf } from "./policies.ts";
import {
  CONFIG,
  manyApplications,
  newApp,
  onlyResource,
  readable,
  resourcesOf,
  synthesized,
} from "./synth.ts";

const templateOf = (config: ConfigDocument) => synthesized({ config }).template;

/** How many resources a template has, by type. */
function counted(template: Template): Readonly<Record<string, number>> {
  const groups = Map.groupBy(Object.values(resourcesOf(template)), ({ Type }) => Type);
  return Object.fromEntries([...groups].map(([type, resources]) => [type, resources.length]));
}

const without = (config: ConfigDocument): ConfigDocument => {
  const { fleet: _, ...others } = config;
  return others;
};

describe.each([
  ["30m", 2],
  ["6h", 24],
  ["1d", 96],
] as const)("a fleet with the schedule %s, which has %i shards,", (schedule, shards) => {
  const config = { ...FLEET, schedule };
  const template = templateOf(config);

  test("has an alarm for each shard, one over them, one about unseen applications and four queries, and no other resource more", () => {
    const { "AWS::CloudWatch::Alarm": alarms = 0, ...others } = counted(templateOf(without(config)));
    expect(counted(template)).toEqual({
      ...others,
      "AWS::CloudWatch::Alarm": alarms + shards,
      "AWS::CloudWatch::CompositeAlarm": 1,
      "AWS::Logs::QueryDefinition": 4,
    });
    expect(alarms).toBe(7);
  });

  test("starts a run at each quarter hour, with the time for which it was meant", () => {
    expect(onlyResource("AWS::Scheduler::Schedule", template)).toMatchObject({
      ScheduleExpression: "cron(0/15 * * * ? *)",
      ScheduleExpressionTimezone: "Etc/UTC",
      FlexibleTimeWindow: { Mode: "FLEXIBLE", MaximumWindowInMinutes: 1 },
      Target: {
        Input: '{"trigger":"schedule","at":"<aws.scheduler.scheduled-time>"}',
        RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 10 },
        DeadLetterConfig: { Arn: "<TokenRotationScheduleMissedStartsQueue.Arn>" },
      },
    });
  });

  test("names each shard in the rule of one alarm, which CloudWatch takes", () => {
    const { AlarmRule } = onlyResource("AWS::CloudWatch::CompositeAlarm", template) as {
      readonly AlarmRule: string;
    };
    const names = [...AlarmRule.matchAll(/ALARM\("(.*?)"\)/g)].map(([, id = ""]) => nameOf(id, template));
    expect(names).toEqual(
      Array.from({ length: shards }, (_, shard) => `<TokenRotationWorkerFunction>-NoCompletedRun-${shard}`),
    );
    // Lambda's names have 64 characters at most; CloudWatch takes 100 alarms and 10,240 characters.
    const longest = names.map((name) => `ALARM("${name.replace(/<.*>/, "x".repeat(64))}")`).join(" OR ");
    expect(longest.length).toBeLessThanOrEqual(10_240);
    expect(names.length).toBeLessThanOrEqual(100);
  });

  test("has alarms that CloudWatch can look back for", () => {
    for (const { Properties } of Object.values(resourcesOf(template, "AWS::CloudWatch::Alarm"))) {
      const [period, periods] = [Number(Properties.Period), Number(Properties.EvaluationPeriods)];
      expect(period * periods).toBeLessThanOrEqual(period < 3600 ? 86_400 : 604_800);
    }
  });

  test("has a role as small as that of one run, whatever is found", () => {
    const statements = (of: Template) => policiesOf(of).map(({ PolicyDocument }) => PolicyDocument);
    expect(statements(template)).toEqual(statements(templateOf(without(config))));
    expect(JSON.stringify(statements(template)).length).toBeLessThan(2_000);
  });
});

/** The readable name of the alarm with this readable id. */
function nameOf(id: string, template: Template): string {
  const found = Object.entries(resourcesOf(template, "AWS::CloudWatch::Alarm")).find(
    ([logicalId]) => readable({ Ref: logicalId }) === id,
  );
  return String(readable(found?.[1].Properties.AlarmName));
}

describe("a fleet", () => {
  const only = (type: string, props = {}) =>
    onlyResource(type, synthesized({ config: FLEET, ...props }).template);

  test("ends each run before the next one starts", () => {
    expect(only("AWS::Lambda::Function")).toMatchObject({ Timeout: 840, MemorySize: 512 });
    expect(only("AWS::Lambda::Function", { timeout: Duration.minutes(10) })).toMatchObject({ Timeout: 600 });
    expect(() => synthesized({ config: FLEET, timeout: Duration.minutes(15) })).toThrow(
      "timeout: with fleet, a run may take 14 minutes at most",
    );
  });

  test("is retried as any run, and reserves no concurrency unless asked", () => {
    const invokes = (template: Template) => onlyResource("AWS::Lambda::EventInvokeConfig", template);
    expect(invokes(templateOf(FLEET))).toEqual(invokes(templateOf(CONFIG)));
    expect(JSON.stringify(only("AWS::Lambda::Function"))).not.toContain("ReservedConcurrentExecutions");
  });

  test("has nothing that cdk-nag finds", () => {
    const stack = new Stack(newApp(), "Test");
    new TokenRotation(stack, "TokenRotation", { config: FLEET, testEvents: "create-registry" });
    expect(new AwsSolutionsChecks(stack).validateScope(stack).violations).toEqual([]);
  });

  test("fits twice into one stack: no two names are the same", () => {
    const stack = new Stack(newApp(), "Test");
    for (const id of ["One", "Two"]) new TokenRotation(stack, id, { config: { ...FLEET, secretPrefix: id } });
    const named = Object.values(resourcesOf(Template.fromStack(stack)))
      .map(({ Type, Properties = {} }) => [Type, readable(Properties.AlarmName ?? Properties.Name)])
      .filter(([, name]) => typeof name === "string")
      .map((pair) => pair.join());
    expect(named).toHaveLength(2 * (24 + 1 + 4));
    expect(new Set(named).size).toBe(named.length);
  });
});

describe("without fleet", () => {
  test("no template mentions what a fleet has", () => {
    for (const config of [CONFIG, without(FLEET)]) {
      const text = JSON.stringify(templateOf(config).toJSON());
      expect(
        text.match(
          /Shard|NoCompletedRun|RunCompleted|Unseen|"Applications"|scheduled-time|cron|QueryDefinition|DatapointsToAlarm/g,
        ),
      ).toBeNull();
    }
  });

  test("the stack has exactly these resources", () => {
    const ids = Object.entries(resourcesOf(templateOf(CONFIG))).map(
      ([id, { Type }]) => `${readable({ Ref: id })} ${Type.replace("AWS::", "")}`,
    );
    expect(ids).toEqual([
      "<TokenRotationWorkerFailedRunsQueue> SQS::Queue",
      "<TokenRotationWorkerFailedRunsQueuePolicy> SQS::QueuePolicy",
      "<TokenRotationWorkerLog> Logs::LogGroup",
      "<TokenRotationWorkerPermissionsRole> IAM::Role",
      "<TokenRotationWorkerPermissionsPolicy> IAM::Policy",
      "<TokenRotationWorkerPermissionsWithoutResources> IAM::Policy",
      "<TokenRotationWorkerFunction> Lambda::Function",
      "<TokenRotationWorkerFunctionEventInvokeConfig> Lambda::EventInvokeConfig",
      "<TokenRotationScheduleMissedStartsQueue> SQS::Queue",
      "<TokenRotationScheduleMissedStartsQueuePolicy> SQS::QueuePolicy",
      "<TokenRotationScheduleGroup> Scheduler::ScheduleGroup",
      "<TokenRotationScheduleRole> IAM::Role",
      "<TokenRotationSchedule> Scheduler::Schedule",
      "<TokenRotationAlarmsNoSuccessfulRun> CloudWatch::Alarm",
      "<TokenRotationAlarmsFailures> CloudWatch::Alarm",
      "<TokenRotationAlarmsTokenNearExpiry> CloudWatch::Alarm",
      "<TokenRotationAlarmsAccessTokenNearExpiry> CloudWatch::Alarm",
      "<TokenRotationAlarmsOrphansPresent> CloudWatch::Alarm",
      "<TokenRotationAlarmsFailedRunsWaiting> CloudWatch::Alarm",
      "<TokenRotationAlarmsMissedStartsWaiting> CloudWatch::Alarm",
      "<TokenRotationDashboard> CloudWatch::Dashboard",
    ]);
  });

  test("tolerated failures are refused, because a run with failures is retried and fails", () => {
    expect(() => synthesized({ toleratedFailures: 5 })).toThrow("toleratedFailures: needs fleet");
  });

  test.each([
    [10_000, false, 0],
    [10_001, false, 1],
    [10_001, true, 0],
  ] as const)(
    "with %i configured applications, and fleet %j, synth warns %i times",
    (count, fleet, warnings) => {
      // Without the report, which would show the warning while the tests run.
      const app = newApp({ "@aws-cdk/core:annotationsInValidationReport": false });
      const stack = new Stack(app, "Test");
      const shared = manyApplications(count, () => ({ accessToken: "shared" }));
      new TokenRotation(stack, "TokenRotation", { config: { ...shared, ...(fleet && { fleet }) } });
      expect(
        Annotations.fromStack(stack).findWarning("*", Match.stringLikeRegexp('"fleet": true')),
      ).toHaveLength(warnings);
    },
  );
});
