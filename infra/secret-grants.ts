import type { SecretPatterns, TaggedSecrets } from "./secret-patterns.ts";

/** What a function may do with these secrets. */
export interface SecretGrant {
  readonly sid: string;
  readonly actions: readonly string[];
  /** The ends of ARNs, or complete ARNs: see SecretPatterns. */
  readonly ends: readonly string[];
  /** Why one of them can end in `*`. */
  readonly wildcards: string;
  readonly conditions?: Conditions;
}

/** By operator, then by key. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

const LOOKS = ["secretsmanager:DescribeSecret", "secretsmanager:ListSecretVersionIds"];

const TAG = "secretsmanager:TagResource";

const REPLICATE = "secretsmanager:ReplicateSecretToRegions";

const POLICY_READ = "secretsmanager:GetResourcePolicy";
const POLICY_WRITE = "secretsmanager:PutResourcePolicy";

const SECRET_WRITES = [
  "secretsmanager:CreateSecret",
  "secretsmanager:PutSecretValue",
  "secretsmanager:UpdateSecretVersionStage",
];

const RESTRICTED = "The secrets of configured applications, which are created with a resource policy.";

/** One grant for each kind of secret. */
export function secretGrants({
  managed,
  renewed,
  accessTokens,
  former,
  tagged,
  replicated,
  restricted,
}: SecretPatterns): readonly SecretGrant[] {
  const grants: readonly SecretGrant[] = [
    {
      sid: "ManageSecrets",
      actions: [...LOOKS, ...SECRET_WRITES],
      ends: managed,
      wildcards:
        "The secrets of configured applications. Their tokens aren't known before a run, and people can add tokens at any time.",
    },
    {
      sid: "RenewAccessTokens",
      actions: SECRET_WRITES,
      ends: renewed,
      wildcards: "There are too many access tokens to name each one, and the worker renews all of them.",
    },
    {
      sid: "ReadAccessTokens",
      actions: ["secretsmanager:GetSecretValue", ...LOOKS],
      ends: accessTokens,
      wildcards: "There are too many access tokens to name each one, and their folder contains nothing else.",
    },
    {
      sid: "LookAtFormerSecrets",
      actions: LOOKS,
      ends: former,
      wildcards:
        "The secrets that configured applications had under a former prefix. Their tokens are moved.",
    },
    ...tagged.map(({ tags, ends }, index) => ({
      sid: `TagNewSecrets${tagged.length > 1 ? index + 1 : ""}`,
      actions: [TAG],
      ends,
      wildcards: "The secrets of configured applications, which are created with these tags and no others.",
      conditions: tagConditions(tags),
    })),
    // CreateSecret with replicas needs this right too, and it is also that of replicating an existing secret.
    ...replicated.map(({ regions, ends }, index) => ({
      sid: `ReplicateNewSecrets${replicated.length > 1 ? index + 1 : ""}`,
      actions: [REPLICATE],
      ends,
      wildcards: "The secrets of configured applications, which are created with replicas in these regions.",
      conditions: {
        "ForAllValues:StringEquals": { "secretsmanager:AddReplicaRegions": regions },
        BoolIfExists: { "secretsmanager:ForceOverwriteReplicaSecret": "false" },
      },
    })),
    {
      sid: "LookAtResourcePolicies",
      actions: [POLICY_READ],
      ends: restricted,
      wildcards: RESTRICTED,
    },
    {
      sid: "RestrictNewSecrets",
      actions: [POLICY_WRITE],
      ends: restricted,
      wildcards: RESTRICTED,
      conditions: { Bool: { "secretsmanager:BlockPublicPolicy": "true" } },
    },
  ];
  return grants.filter(({ ends }) => ends.length > 0);
}

/** CreateSecret with tags needs this right too, and it is also that of tagging an existing secret: so only with exactly these tags. */
function tagConditions(tags: TaggedSecrets["tags"]): Conditions {
  return {
    StringEquals: Object.fromEntries(
      Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value]),
    ),
    "ForAllValues:StringEquals": { "aws:TagKeys": Object.keys(tags) },
  };
}

const NOT_LOOKS = [TAG, REPLICATE, POLICY_READ, POLICY_WRITE, ...SECRET_WRITES];

/** What the widget may do: the worker's looks, and none of its writes. */
export function lookGrants(patterns: SecretPatterns): readonly SecretGrant[] {
  return secretGrants(patterns).flatMap((grant) => {
    const actions = grant.actions.filter((action) => !NOT_LOOKS.includes(action));
    return actions.length === 0 ? [] : [{ ...grant, sid: LOOKING[grant.sid] ?? grant.sid, actions }];
  });
}

/** The names of grants that would be wrong without their writes. */
const LOOKING: Readonly<Record<string, string>> = { ManageSecrets: "LookAtSecrets" };
