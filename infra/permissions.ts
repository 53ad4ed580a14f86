import { Annotations, Stack, Token } from "aws-cdk-lib";
import {
  Effect,
  type IManagedPolicy,
  type IPolicy,
  ManagedPolicy,
  Policy,
  PolicyStatement,
  Role,
  ServicePrincipal,
} from "aws-cdk-lib/aws-iam";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { EVENT_SOURCE } from "../lambda/model/events.ts";
import { newSecretsIn, type RotationConfig } from "../lambda/policy/config.ts";
import { regionOfKey } from "../lambda/policy/new-secrets.ts";
import { refuseUnreachable } from "./access-token-arns.ts";
import { acknowledge } from "./acknowledge.ts";
import { refuseWrongRegions } from "./new-secret-regions.ts";
import { inPolicies, room } from "./policy-room.ts";
import type { AnyEventBus, WorkerOptions } from "./props.ts";
import type { Conditions, SecretGrant } from "./secret-grants.ts";
import { resourceLists, type SecretPatterns, secretPatterns } from "./secret-patterns.ts";

export interface PermissionsProps {
  readonly config: RotationConfig;
  readonly description: string;
  /** What the function may do with the secrets of the configuration. */
  readonly grantsFor: (patterns: SecretPatterns) => readonly SecretGrant[];
  readonly others: readonly PolicyStatement[];
  readonly tracing: boolean;
}

/**
 * The role of a function, with all of its permissions. None has GetSecretValue on the managed secrets, so the worker can't read what
 * it writes.
 * @throws Error if the configuration needs rights that the role can't have
 */
export class Permissions extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, props: PermissionsProps) {
    super(scope, id);
    refuseUnreachable(this, props.config);
    refuseWrongRegions(this, props.config);
    this.role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
      description: props.description,
    });
    const roles = [this.role];
    const patterns = secretPatterns(props.config);
    const grants = props.grantsFor(patterns);
    const newKeys = Object.values(newKeysIn(props.config));
    const isInline = room([...resourceLists(patterns), ...newKeys]).isInlineEnough;
    const inline = isInline ? grants : [];
    const policy = new Policy(this, "Policy", {
      roles,
      statements: [...inline.map((grant) => statementOf(this, grant)), ...props.others],
    });
    explainWildcards(policy, inline);
    if (!isInline) policy.node.addDependency(...grants.flatMap((grant) => this.#managedPolicies(grant)));
    this.#allowWithoutResources(props.tracing);
  }

  /** The statements that don't fit into the inline policy. */
  #managedPolicies(grant: SecretGrant): readonly ManagedPolicy[] {
    return inPolicies(grant.ends, JSON.stringify(grant.conditions ?? "").length).map((ends, index) => {
      const policy = new ManagedPolicy(this, `${grant.sid}${index + 1}`, {
        roles: [this.role],
        description: "Part of what the Losant token rotation worker may do",
        statements: [statementOf(this, { ...grant, ends })],
      });
      explainWildcards(policy, [{ ...grant, ends }]);
      return policy;
    });
  }

  /** A separate policy, so that acknowledging its `*` doesn't also acknowledge another one. */
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
      "ListSecrets and the actions of X-Ray don't support resources. The list shows names and labels, but no values.",
    );
  }
}

interface WorkerNeeds {
  readonly eventBus: AnyEventBus;
  readonly logGroup: ILogGroup;
  readonly failedRuns: IQueue;
  readonly secretsKey: WorkerOptions["secretsKey"];
  /** What encrypts new secrets and their replicas. */
  readonly newKeys?: NewKeys;
}

/** The ARNs of KMS keys, each once. */
export interface NewKeys {
  readonly ofSecrets: readonly string[];
  readonly ofReplicas: readonly string[];
}

export function newKeysIn(config: RotationConfig): NewKeys {
  const all = newSecretsIn(config);
  const keysIn = (given: readonly { readonly kmsKeyArn: string | undefined }[]) => [
    ...new Set(given.flatMap(({ kmsKeyArn }) => kmsKeyArn ?? [])),
  ];
  return { ofSecrets: keysIn(all), ofReplicas: keysIn(all.flatMap(({ replicas }) => replicas)) };
}

/** What the worker may do beside its work on secrets. */
export function workerStatements(scope: Construct, needs: WorkerNeeds): readonly PolicyStatement[] {
  return [
    ...keyStatements(scope, keysOf(needs), ["kms:Decrypt", "kms:GenerateDataKey"]),
    ...replicaKeyStatements(scope, needs.newKeys?.ofReplicas ?? []),
    allow("Announce", ["events:PutEvents"], [needs.eventBus.eventBusArn], {
      StringEquals: { "events:source": EVENT_SOURCE },
    }),
    logStatement(needs.logGroup),
    allow("HandInFailedRuns", ["sqs:SendMessage"], [needs.failedRuns.queueArn]),
  ];
}

/** What the widget may do, beside its looks at secrets. Whatever another policy allows its role, it can't write. */
export function widgetStatements(
  scope: Construct,
  { logGroup, secretsKey }: Pick<WorkerNeeds, "logGroup" | "secretsKey">,
): readonly PolicyStatement[] {
  return [
    ...keyStatements(scope, keysOf({ secretsKey }), ["kms:Decrypt"]),
    logStatement(logGroup),
    new PolicyStatement({
      sid: "NothingElse",
      effect: Effect.DENY,
      notActions: [
        "kms:Decrypt",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "secretsmanager:DescribeSecret",
        "secretsmanager:GetSecretValue",
        "secretsmanager:ListSecrets",
        "secretsmanager:ListSecretVersionIds",
      ],
      resources: ["*"],
    }),
  ];
}

function keysOf({ secretsKey, newKeys }: Pick<WorkerNeeds, "secretsKey" | "newKeys">): readonly string[] {
  const existing = [secretsKey ?? []].flat().map(({ keyArn }) => keyArn);
  return [...new Set([...existing, ...(newKeys?.ofSecrets ?? [])])];
}

function logStatement(logGroup: ILogGroup): PolicyStatement {
  return allow("Log", ["logs:CreateLogStream", "logs:PutLogEvents"], [logGroup.logGroupArn]);
}

function statementOf(scope: Construct, { sid, actions, ends, conditions }: SecretGrant): PolicyStatement {
  return allow(
    sid,
    actions,
    ends.map((end) => secretArn(scope, end)),
    conditions,
  );
}

function secretArn(scope: Construct, end: string, shown = (value: string, _name: string) => value): string {
  if (end.startsWith("arn:")) return end;
  const { partition, region, account } = Stack.of(scope);
  const place = `${shown(region, "AWS::Region")}:${shown(account, "AWS::AccountId")}`;
  return `arn:${shown(partition, "AWS::Partition")}:secretsmanager:${place}:secret:${end}`;
}

/**
 * To write a version of a secret that your own key encrypts, both of the worker's actions are needed (Secrets Manager, "Permissions
 * for the KMS key").
 */
function keyStatements(
  scope: Construct,
  keys: readonly string[],
  actions: readonly string[],
): readonly PolicyStatement[] {
  if (keys.length === 0) return [];
  const { region, urlSuffix } = Stack.of(scope);
  const viaSecretsManager = { StringEquals: { "kms:ViaService": `secretsmanager.${region}.${urlSuffix}` } };
  return [allow("UseSecretsKey", actions, keys, viaSecretsManager)];
}

/**
 * To encrypt a replica with your own key, both actions are needed (ReplicateSecretToRegions). AWS doesn't say in which of the two regions
 * Secrets Manager uses the key.
 */
function replicaKeyStatements(scope: Construct, keys: readonly string[]): readonly PolicyStatement[] {
  if (keys.length === 0) return [];
  const { region, urlSuffix } = Stack.of(scope);
  const regions = [region, ...new Set(keys.flatMap((key) => regionOfKey(key) ?? []))];
  const services = regions.map((one) => `secretsmanager.${one}.${urlSuffix}`);
  return [
    allow("UseReplicaKeys", ["kms:Encrypt", "kms:GenerateDataKey"], keys, {
      StringEquals: { "kms:ViaService": services },
    }),
  ];
}

function allow(
  sid: string,
  actions: readonly string[],
  resources: readonly string[],
  conditions?: Conditions,
): PolicyStatement {
  return new PolicyStatement({
    sid,
    actions: [...actions],
    resources: [...resources],
    ...(conditions && { conditions }),
  });
}

/** cdk-nag reports only `*`. secret-patterns.ts explains what each `?` matches. */
function explainWildcards(policy: IPolicy | IManagedPolicy, grants: readonly SecretGrant[]): void {
  const asFound = (value: string, name: string) => (Token.isUnresolved(value) ? `<${name}>` : value);
  for (const { ends, wildcards } of grants)
    for (const end of ends.filter((text) => text.includes("*")))
      acknowledge(policy, `AwsSolutions-IAM5[Resource::${secretArn(policy, end, asFound)}]`, wildcards);
}

/** Informs whoever deploys the stack, because the pattern allows more than the configuration names. */
export function tellOfFolders(scope: Construct, config: RotationConfig): void {
  const { accessTokens } = secretPatterns(config);
  for (const pattern of accessTokens.filter((text) => text.endsWith("*")))
    Annotations.of(scope).addInfoV2(
      "losant-token-rotation:reads-folder",
      `There are too many access tokens to name each one in the policy, so the worker may read every secret under ${pattern.slice(0, -1)}`,
    );
}
