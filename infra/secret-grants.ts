import type { SecretPatterns } from "./secret-patterns.ts";

/** What the worker may do with these secrets. */
export interface SecretGrant {
  readonly sid: string;
  readonly actions: readonly string[];
  /** Of ARNs, or whole ones: see SecretPatterns. */
  readonly ends: readonly string[];
  /** Why one of them may end in `*`. */
  readonly wildcards: string;
}

const LOOKS = ["secretsmanager:DescribeSecret", "secretsmanager:ListSecretVersionIds"];

const SECRET_WRITES = [
  "secretsmanager:CreateSecret",
  "secretsmanager:PutSecretValue",
  "secretsmanager:UpdateSecretVersionStage",
];

/** One grant for each kind of secret that there is. */
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
        "The secrets of configured applications: which tokens they have is not known before a run, and new ones come.",
    },
    {
      sid: "RenewAccessTokens",
      actions: SECRET_WRITES,
      ends: renewed,
      wildcards: "There are too many access tokens to name each, and all of them are renewed.",
    },
    {
      sid: "ReadAccessTokens",
      actions: ["secretsmanager:GetSecretValue", ...LOOKS],
      ends: accessTokens,
      wildcards: "There are too many access tokens to name each, and nothing else lies in their folder.",
    },
    {
      sid: "LookAtFormerSecrets",
      actions: LOOKS,
      ends: former,
      wildcards:
        "The secrets that configured applications had under a former prefix, whose tokens are moved.",
    },
  ];
  return grants.filter(({ ends }) => ends.length > 0);
}
