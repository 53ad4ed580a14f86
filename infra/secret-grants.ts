import type { SecretPatterns } from "./secret-patterns.ts";

/** What a function may do with these secrets. */
export interface SecretGrant {
  readonly sid: string;
  readonly actions: readonly string[];
  /** The ends of ARNs, or complete ARNs: see SecretPatterns. */
  readonly ends: readonly string[];
  /** Why one of them can end in `*`. */
  readonly wildcards: string;
}

const LOOKS = ["secretsmanager:DescribeSecret", "secretsmanager:ListSecretVersionIds"];

const SECRET_WRITES = [
  "secretsmanager:CreateSecret",
  "secretsmanager:PutSecretValue",
  "secretsmanager:UpdateSecretVersionStage",
];

/** One grant for each kind of secret. */
export function secretGrants({
  managed,
  renewed,
  accessTokens,
  former,
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
  ];
  return grants.filter(({ ends }) => ends.length > 0);
}

/** What the widget may do: the worker's looks, and none of its writes. */
export function lookGrants(patterns: SecretPatterns): readonly SecretGrant[] {
  return secretGrants(patterns).flatMap((grant) => {
    const actions = grant.actions.filter((action) => !SECRET_WRITES.includes(action));
    return actions.length === 0 ? [] : [{ ...grant, sid: LOOKING[grant.sid] ?? grant.sid, actions }];
  });
}

/** The names of grants that would be wrong without their writes. */
const LOOKING: Readonly<Record<string, string>> = { ManageSecrets: "LookAtSecrets" };
