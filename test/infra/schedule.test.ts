import { describe, expect, test } from "vitest";
import { durationMs } from "../../lambda/policy/config.ts";
import { latenessMs } from "../../lambda/policy/windows.ts";
import { CONFIG, onlyResource, readable, resourcesOf, synthesized } from "./synth.ts";

const plain = synthesized();

describe("the schedule", () => {
  test("is EventBridge Scheduler's, starts runs and nothing else, and keeps what it could not deliver", () => {
    expect(onlyResource("AWS::Scheduler::Schedule", plain.template)).toEqual({
      Description: expect.any(String),
      FlexibleTimeWindow: { MaximumWindowInMinutes: 30, Mode: "FLEXIBLE" },
      GroupName: "<TokenRotationScheduleGroup>",
      ScheduleExpression: "rate(6 hours)",
      ScheduleExpressionTimezone: "Etc/UTC",
      State: "ENABLED",
      Target: {
        Arn: "<TokenRotationWorkerFunction.Arn>",
        DeadLetterConfig: { Arn: "<TokenRotationScheduleMissedStartsQueue.Arn>" },
        Input: '{"trigger":"schedule"}',
        RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 10 },
        RoleArn: "<TokenRotationScheduleRole.Arn>",
      },
    });
    expect(resourcesOf(plain.template, "AWS::Events::Rule")).toEqual({});
  });

  test("has a role that may start this function only, and that only its own schedules may take on", () => {
    const roles = Object.entries(resourcesOf(plain.template, "AWS::IAM::Role"));
    const role = roles.find(([id]) => id.startsWith("TokenRotationScheduleRole"))?.[1];
    expect(readable(role?.Properties)).toEqual({
      Description: expect.any(String),
      AssumeRolePolicyDocument: {
        Version: "2012-10-17",
        Statement: [
          {
            Action: "sts:AssumeRole",
            Effect: "Allow",
            Principal: { Service: "scheduler.amazonaws.com" },
            Condition: {
              StringEquals: {
                "aws:SourceAccount": "<AWS::AccountId>",
                "aws:SourceArn": "<TokenRotationScheduleGroup.Arn>",
              },
            },
          },
        ],
      },
      Policies: [
        {
          PolicyName: "StartRuns",
          PolicyDocument: {
            Version: "2012-10-17",
            Statement: [
              {
                Action: "lambda:InvokeFunction",
                Effect: "Allow",
                Resource: "<TokenRotationWorkerFunction.Arn>",
              },
              {
                Action: "sqs:SendMessage",
                Effect: "Allow",
                Resource: "<TokenRotationScheduleMissedStartsQueue.Arn>",
              },
            ],
          },
        },
      ],
    });
  });

  test.each([
    ["15m", "rate(15 minutes)", 1],
    ["1h", "rate(1 hour)", 5],
    ["90m", "rate(90 minutes)", 7],
    ["3d", "rate(3 days)", 30],
  ])("every %s is %s, %i minutes late at most", (schedule, ScheduleExpression, MaximumWindowInMinutes) => {
    const { template } = synthesized({ config: { ...CONFIG, schedule } });
    // The worker allows for this delay when it decides whether this run sends a warning.
    expect(MaximumWindowInMinutes * 60_000).toBeLessThanOrEqual(latenessMs(durationMs(schedule)));
    expect(onlyResource("AWS::Scheduler::Schedule", template)).toMatchObject({
      ScheduleExpression,
      FlexibleTimeWindow: { MaximumWindowInMinutes },
    });
  });
});
