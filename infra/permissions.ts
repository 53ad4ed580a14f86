import { Stack, Token } from "aws-cdk-lib";
import { Effect, Policy, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { EVENT_SOURCE } from "../lambda/model/events.ts";
import type { RotationConfig } from "../lambda/policy/config.ts";
import { acknowledge } from "./acknowledge.ts";
import type { AnyEventBus } from "./event-bus.ts";
import { secretPatterns } from "./secret-patterns.ts";

export interface PermissionsProps {
  readonly config: RotationConfig;
  readonly eventBus: AnyEventBus;
  readonly logGroup: ILogGroup;
  readonly failedRuns: IQueue;
  readonly secretsKey: IKey | undefined;
  readonly tracing: boolean;
}

const SECRET_WRITES = [
  "secretsmanager:CreateSecret",
  "secretsmanager:PutSecretValue",
  "secretsmanager:UpdateSecretVersionStage",
];

/**
 * The worker's role, and all that it may do: one inline policy, stated here and nowhere else. It has no GetSecretValue
 * on what it manages, so that it can't read what it writes.
 */
export class Permissions extends Construct {
  readonly role: Role;
  readonly policy: Policy;

  constructor(scope: Construct, id: string, props: PermissionsProps) {
    super(scope, id);
    this.role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
      description: "What the Losant token rotation worker runs as",
    });
    this.policy = new Policy(this, "Policy", {
      roles: [this.role],
      statements: [
        ...secretStatements(this, props.config),
        ...keyStatements(this, props.secretsKey),
        allow("Announce", ["events:PutEvents"], [props.eventBus.eventBusArn], {
          StringEquals: { "events:source": EVENT_SOURCE },
        }),
        allow("Log", ["logs:CreateLogStream", "logs:PutLogEvents"], [props.logGroup.logGroupArn]),
        allow("HandInFailedRuns", ["sqs:SendMessage"], [props.failedRuns.queueArn]),
        // X-Ray knows no resource to name.
        ...(props.tracing
          ? [allow("Trace", ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], ["*"])]
          : []),
      ],
    });
    explainWildcards(this.policy, props);
  }
}

function secretStatements(scope: Construct, config: RotationConfig): readonly PolicyStatement[] {
  const patterns = secretPatterns(config);
  const arns = (ends: readonly string[]) => ends.map((end) => secretArn(scope, end));
  const statements = [
    allow(
      "ManageSecrets",
      ["secretsmanager:DescribeSecret", "secretsmanager:ListSecretVersionIds", ...SECRET_WRITES],
      arns(patterns.managed),
    ),
    allow("ReadAccessTokens", ["secretsmanager:GetSecretValue"], arns(patterns.accessTokens)),
  ];
  if (patterns.protected.length === 0) return statements;
  const denial = new PolicyStatement({
    sid: "LeaveAccessTokensAlone",
    effect: Effect.DENY,
    actions: [...SECRET_WRITES],
    resources: [...arns(patterns.protected)],
  });
  return [...statements, denial];
}

function secretArn(scope: Construct, end: string, shown = (value: string, _name: string) => value): string {
  if (end.startsWith("arn:")) return end;
  const { partition, region, account } = Stack.of(scope);
  const place = `${shown(region, "AWS::Region")}:${shown(account, "AWS::AccountId")}`;
  return `arn:${shown(partition, "AWS::Partition")}:secretsmanager:${place}:secret:${end}`;
}

/** Of secrets encrypted with a key of one's own, writing a version needs both (Secrets Manager, "Permissions for the KMS key"). */
function keyStatements(scope: Construct, key: IKey | undefined): readonly PolicyStatement[] {
  if (key === undefined) return [];
  const { region, urlSuffix } = Stack.of(scope);
  const viaSecretsManager = { StringEquals: { "kms:ViaService": `secretsmanager.${region}.${urlSuffix}` } };
  return [allow("UseSecretsKey", ["kms:Decrypt", "kms:GenerateDataKey"], [key.keyArn], viaSecretsManager)];
}

function allow(
  sid: string,
  actions: readonly string[],
  resources: readonly string[],
  conditions?: Readonly<Record<string, Readonly<Record<string, string>>>>,
): PolicyStatement {
  return new PolicyStatement({
    sid,
    actions: [...actions],
    resources: [...resources],
    ...(conditions && { conditions }),
  });
}

/** cdk-nag minds `*` alone; what each `?` stands for is said in secret-patterns.ts. */
function explainWildcards(policy: Policy, { config, tracing }: PermissionsProps): void {
  const asFound = (value: string, name: string) => (Token.isUnresolved(value) ? `<${name}>` : value);
  for (const end of secretPatterns(config).managed.filter((text) => text.includes("*"))) {
    acknowledge(
      policy,
      `AwsSolutions-IAM5[Resource::${secretArn(policy, end, asFound)}]`,
      "The secrets of configured applications: which tokens they have is not known before a run, and new ones come.",
    );
  }
  if (tracing)
    acknowledge(policy, "AwsSolutions-IAM5[Resource::*]", "X-Ray's actions have no resource to name.");
}
