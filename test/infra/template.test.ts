import { Duration } from "aws-cdk-lib";
import { Architecture } from "aws-cdk-lib/aws-lambda";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { describe, expect, test } from "vitest";
import { CONFIG, onlyResource, resourcesOf, synthesized } from "./synth.ts";

const plain = synthesized();
const only = (type: string, template = plain.template) => onlyResource(type, template);

describe("the function", () => {
  test("runs on Node 24 and arm64, with its own log in JSON, and nothing that has to be asked for", () => {
    expect(only("AWS::Lambda::Function")).toEqual({
      Architectures: ["arm64"],
      Code: expect.anything(),
      Description: expect.any(String),
      Handler: "index.handler",
      LoggingConfig: { LogFormat: "JSON", LogGroup: "<TokenRotationWorkerLog>" },
      MemorySize: 512,
      Role: "<TokenRotationWorkerPermissionsRole.Arn>",
      Runtime: "nodejs24.x",
      Timeout: 900,
    });
    expect(only("AWS::Logs::LogGroup")).toEqual({ RetentionInDays: 90 });
  });

  test("runs on x86_64 where a region lacks arm64", () => {
    const { template } = synthesized({ architecture: Architecture.X86_64 });
    expect(only("AWS::Lambda::Function", template)).toMatchObject({ Architectures: ["x86_64"] });
  });

  test("takes its limits from properties", () => {
    const { template } = synthesized({
      timeout: Duration.minutes(5),
      memorySize: 1024,
      reservedConcurrency: 1,
      tracing: true,
      logRetention: RetentionDays.ONE_YEAR,
    });
    expect(only("AWS::Lambda::Function", template)).toMatchObject({
      Timeout: 300,
      MemorySize: 1024,
      ReservedConcurrentExecutions: 1,
      TracingConfig: { Mode: "Active" },
    });
    expect(only("AWS::Logs::LogGroup", template)).toEqual({ RetentionInDays: 365 });
  });

  test("is retried twice within an hour, and then leaves a message", () => {
    expect(only("AWS::Lambda::EventInvokeConfig")).toEqual({
      DestinationConfig: { OnFailure: { Destination: "<TokenRotationWorkerFailedRunsQueue.Arn>" } },
      FunctionName: "<TokenRotationWorkerFunction>",
      MaximumEventAgeInSeconds: 3600,
      MaximumRetryAttempts: 2,
      Qualifier: "$LATEST",
    });
  });

  test("waits for its permissions, without which Lambda refuses the queue", () => {
    const [config] = Object.values(resourcesOf(plain.template, "AWS::Lambda::EventInvokeConfig"));
    expect((config as { readonly DependsOn?: readonly string[] }).DependsOn).toContainEqual(
      expect.stringMatching(/^TokenRotationWorkerPermissionsPolicy/),
    );
  });
});

describe("the dead-letter queues", () => {
  test("are two, encrypted, kept for two weeks, and closed to plain HTTP", () => {
    const queues = Object.values(resourcesOf(plain.template, "AWS::SQS::Queue"));
    const expected = { MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true };
    expect(queues.map(({ Properties }) => Properties)).toEqual([expected, expected]);
    const policies = Object.values(resourcesOf(plain.template, "AWS::SQS::QueuePolicy"));
    expect(policies).toHaveLength(2);
    for (const { Properties } of policies)
      expect(Properties).toMatchObject({
        PolicyDocument: {
          Statement: [
            {
              Effect: "Deny",
              Action: "sqs:*",
              Condition: { Bool: { "aws:SecureTransport": "false" } },
              Principal: { AWS: "*" },
            },
          ],
        },
      });
  });
});

describe("nothing of the user's is at risk", () => {
  test("no secret is part of the stack, and no resource is kept or replaced against the user's will", () => {
    const types = Object.values(resourcesOf(plain.template)).map(({ Type }) => Type);
    expect(types.filter((type) => /SecretsManager|KMS|Custom/.test(type))).toEqual([]);
    const all = Object.values(
      resourcesOf(
        synthesized({ logEvents: true, eventSchemas: true, testEvents: "existing-registry", ownEventBus: {} })
          .template,
      ),
    );
    for (const { DeletionPolicy = "Delete", UpdateReplacePolicy = "Delete" } of all)
      expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(["Delete", "Delete"]);
  });

  test("no concurrency is reserved, which a new account has too little of", () => {
    expect(JSON.stringify(plain.template.toJSON())).not.toContain("ReservedConcurrentExecutions");
  });

  test("no name is fixed, so that two of it fit into one account", () => {
    const named = Object.values(resourcesOf(plain.template)).flatMap(({ Type, Properties }) =>
      Object.keys(Properties ?? {})
        .filter(
          (key) =>
            /Name$/.test(key) && !["PolicyName", "GroupName", "FunctionName", "MetricName"].includes(key),
        )
        .map((key) => `${Type}.${key}`),
    );
    expect(named).toEqual([]);
  });

  test("a configuration that the worker would refuse can't be synthesized", () => {
    const config = { ...CONFIG, schedule: "5m", applications: [] };
    expect(() => synthesized({ config })).toThrow("schedule: must be 15m to 3d");
  });
});
