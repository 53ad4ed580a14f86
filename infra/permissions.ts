import { Annotations, Stack, Token } from "aws-cdk-lib";
import {
  type IManagedPolicy,
  type IPolicy,
  ManagedPolicy,
  Policy,
  PolicyStatement,
  Role,
  ServicePrincipal,
} from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { EVENT_SOURCE } from "../lambda/model/events.ts";
import type { RotationConfig } from "../lambda/policy/config.ts";
import { refuseUnreachable } from "./access-token-arns.ts";
import { acknowledge } from "./acknowledge.ts";
import { inPolicies, room } from "./policy-room.ts";
import type { AnyEventBus } from "./props.ts";
import { type SecretGrant, secretGrants } from "./secret-grants.ts";
import { secretPatterns } from "./secret-patterns.ts";

export interface PermissionsProps {
  readonly config: RotationConfig;
  readonly eventBus: AnyEventBus;
  readonly logGroup: ILogGroup;
  readonly failedRuns: IQueue;
  readonly secretsKey: IKey | undefined;
  readonly tracing: boolean;
}

/**
 * The worker's role, and all that it may do, stated here and nowhere else. It has no GetSecretValue on what it manages, so
 * that it can't read what it writes.
 * @throws Error where the configuration asks for rights that this can't give.
 */
export class Permissions extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, props: PermissionsProps) {
    super(scope, id);
    refuseUnreachable(this, props.config);
    this.role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
      description: "What the Losant token rotation worker runs as",
    });
    const roles = [this.role];
    const patterns = secretPatterns(props.config);
    const grants = secretGrants(patterns);
    const isInline = room(Object.values(patterns)).isInlineEnough;
    const inline = isInline ? grants : [];
    const policy = new Policy(this, "Policy", {
      roles,
      statements: [...inline.map((grant) => statementOf(this, grant)), ...otherStatements(this, props)],
    });
    explainWildcards(policy, inline);
    if (!isInline) policy.node.addDependency(...grants.flatMap((grant) => this.#managedPolicies(grant)));
    this.#allowWithoutResources(props.tracing);
    tellOfFolders(this, patterns.accessTokens);
  }

  /** What doesn't fit into the inline policy. */
  #managedPolicies(grant: SecretGrant): readonly ManagedPolicy[] {
    return inPolicies(grant.ends).map((ends, index) => {
      const policy = new ManagedPolicy(this, `${grant.sid}${index + 1}`, {
        roles: [this.role],
        description: "Part of what the Losant token rotation worker may do",
        statements: [statementOf(this, { ...grant, ends })],
      });
      explainWildcards(policy, [{ ...grant, ends }]);
      return policy;
    });
  }

  /** A policy of its own: what is said about its `*` must not excuse another one's. */
  #allowWithoutResources(tracing: boolean): void {
    const policy = new Policy(this, "WithoutResources", {
      roles: [this.role],
      statements: [
        allow("ListSecrets", ["secretsmanager:ListSecrets"], ["*"]),
        ...(tracing ? [allow("Trace", ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], ["*"])] : []),
      ],
    });
    acknowledge(
      policy,
      "AwsSolutions-IAM5[Resource::*]",
      "ListSecrets and X-Ray's actions have no resource to name. The list shows names and labels, and no values.",
    );
  }
}

function otherStatements(scope: Construct, props: PermissionsProps): readonly PolicyStatement[] {
  return [
    ...keyStatements(scope, props.secretsKey),
    allow("Announce", ["events:PutEvents"], [props.eventBus.eventBusArn], {
      StringEquals: { "events:source": EVENT_SOURCE },
    }),
    allow("Log", ["logs:CreateLogStream", "logs:PutLogEvents"], [props.logGroup.logGroupArn]),
    allow("HandInFailedRuns", ["sqs:SendMessage"], [props.failedRuns.queueArn]),
  ];
}

function statementOf(scope: Construct, { sid, actions, ends }: SecretGrant): PolicyStatement {
  return allow(
    sid,
    actions,
    ends.map((end) => secretArn(scope, end)),
  );
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
function explainWildcards(policy: IPolicy | IManagedPolicy, grants: readonly SecretGrant[]): void {
  const asFound = (value: string, name: string) => (Token.isUnresolved(value) ? `<${name}>` : value);
  for (const { ends, wildcards } of grants)
    for (const end of ends.filter((text) => text.includes("*")))
      acknowledge(policy, `AwsSolutions-IAM5[Resource::${secretArn(policy, end, asFound)}]`, wildcards);
}

/** Whoever deploys it should hear of it, since it is wider than what the configuration names. */
function tellOfFolders(scope: Construct, accessTokens: readonly string[]): void {
  for (const pattern of accessTokens.filter((text) => text.endsWith("*")))
    Annotations.of(scope).addInfoV2(
      "losant-token-rotation:reads-folder",
      `There are too many access tokens to name each: the worker may read every secret under ${pattern.slice(0, -1)}`,
    );
}
