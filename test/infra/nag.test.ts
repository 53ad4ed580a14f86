import { Stack, Validations } from "aws-cdk-lib";
import { Policy, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import { AwsSolutionsChecks } from "cdk-nag";
import type { IConstruct } from "constructs";
import { describe, expect, test } from "vitest";
import type { TokenRotationProps } from "../../infra/props.ts";
import { TokenRotation } from "../../infra/token-rotation.ts";
import { READ_BY_ANOTHER_ACCOUNT } from "../support/resource-policy.ts";
import { APPLICATION, CONFIG, manyApplications, newApp } from "./synth.ts";

function stackWith(props: (stack: Stack) => Partial<TokenRotationProps>, env?: Stack["environment"]): Stack {
  const app = newApp();
  const [account, region] = env?.split("/") ?? [];
  const stack = new Stack(app, "Test", account && region ? { env: { account, region } } : {});
  new TokenRotation(stack, "TokenRotation", { config: CONFIG, ...props(stack) });
  return stack;
}

function findings(stack: Stack): readonly string[] {
  const { violations } = new AwsSolutionsChecks(stack).validateScope(stack);
  return violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map(({ constructPath }) => `${ruleName} at ${constructPath}`),
  );
}

/** Each acknowledgement with its construct. */
function acknowledged(stack: Stack): readonly string[] {
  return stack.node.findAll().flatMap((construct: IConstruct) =>
    construct.node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.entries(data as Readonly<Record<string, string>>))
      .map(([id, reason]) => {
        expect(reason.length).toBeGreaterThan(20);
        return `${id.replace(/^annotation::/i, "")} at ${construct.node.path}`;
      }),
  );
}

describe("AwsSolutions of cdk-nag", () => {
  test("finds nothing in the stack as most people deploy it", () => {
    expect(findings(stackWith(() => ({})))).toEqual([]);
    expect(findings(stackWith(() => ({}), "111122223333/eu-west-1"))).toEqual([]);
  });

  test("finds nothing with everything switched on", () => {
    const everything = stackWith((stack) => ({
      tracing: true,
      logEvents: true,
      eventSchemas: true,
      testEvents: "create-registry",
      ownEventBus: {},
      reservedConcurrency: 1,
      secretsKey: new Key(stack, "Key", { enableKeyRotation: true }),
      config: {
        ...CONFIG,
        newSecrets: {
          kmsKeyArn: "arn:aws:kms:eu-west-1:111122223333:key/1",
          tags: { owner: "iot" },
          replicaRegions: ["us-east-1"],
          resourcePolicy: READ_BY_ANOTHER_ACCOUNT,
        },
      },
    }));
    expect(findings(everything)).toEqual([]);
  });

  test.each([26, 200, 5_000])("finds nothing with %i applications", (count) => {
    const config = {
      ...manyApplications(count),
      formerPrefixes: ["old"],
      newSecrets: {
        tags: { owner: "iot" },
        replicaRegions: ["us-east-1"],
        resourcePolicy: READ_BY_ANOTHER_ACCOUNT,
      },
    };
    expect(findings(stackWith(() => ({ config }), "111122223333/eu-west-1"))).toEqual([]);
    expect(findings(stackWith(() => ({ config })))).toEqual([]);
  });

  test("is told to overlook exactly this", () => {
    const secrets = "arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret";
    expect(acknowledged(stackWith(() => ({})))).toEqual([
      "AwsSolutions-SQS3 at Test/TokenRotation/Worker/FailedRuns/Queue",
      `AwsSolutions-IAM5[Resource::${secrets}:losant/${APPLICATION}/*] at Test/TokenRotation/Worker/Permissions/Policy`,
      "AwsSolutions-IAM5[Resource::*] at Test/TokenRotation/Worker/Permissions/WithoutResources",
      "AwsSolutions-SQS3 at Test/TokenRotation/Schedule/MissedStarts/Queue",
      `AwsSolutions-IAM5[Resource::${secrets}:losant/${APPLICATION}/*] at Test/TokenRotation/Console/Permissions/Policy`,
      "AwsSolutions-IAM5[Resource::*] at Test/TokenRotation/Console/Permissions/WithoutResources",
    ]);
  });

  test("still finds a wildcard that nobody explained", () => {
    const stack = stackWith(() => ({}));
    const policy = stack.node.findAll().find((construct) => construct instanceof Policy);
    policy?.addStatements(new PolicyStatement({ actions: ["secretsmanager:*"], resources: ["*"] }));
    const path = "Test/TokenRotation/Worker/Permissions/Policy/Resource";
    expect(findings(stack)).toEqual([
      `AwsSolutions-IAM5[Action::secretsmanager:*] at ${path}`,
      `AwsSolutions-IAM5[Resource::*] at ${path}`,
    ]);
  });
});
