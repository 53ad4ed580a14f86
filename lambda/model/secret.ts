import * as v from "valibot";
import { TokenId } from "./token.ts";

/** Secrets Manager: ASCII letters, digits and `/_+=.@-`, 1 to 512 of them (CreateSecret, Name). */
export const SecretName = v.pipe(
  v.string("must be text"),
  v.regex(/^[A-Za-z\d/_+=.@-]{1,512}$/, "must have 1 to 512 characters: A-Z a-z 0-9 / _ + = . @ -"),
  v.brand("SecretName"),
);
export type SecretName = v.InferOutput<typeof SecretName>;

export const SecretArn = v.pipe(
  v.string("must be text"),
  v.regex(
    /^arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:[A-Za-z\d/_+=.@-]+$/,
    "must be the ARN of a secret",
  ),
  v.brand("SecretArn"),
);
export type SecretArn = v.InferOutput<typeof SecretArn>;

/** The id of a version of a secret, whoever created it. */
export const VersionId = v.pipe(
  v.string("must be text"),
  v.minLength(1, "must not be empty"),
  v.brand("VersionId"),
);
export type VersionId = v.InferOutput<typeof VersionId>;

/** The contents of a version id of the worker: the token in this version, and the token that it replaced. */
export interface Stamp {
  readonly tokenId: TokenId;
  readonly replacedId: TokenId;
}

/** One version of a secret with its staging labels. A deprecated version has none. */
export interface SecretVersion {
  readonly id: VersionId;
  readonly labels: readonly string[];
  /** When it was stored, which nobody can change. Only ListSecretVersionIds has it. */
  readonly createdAt?: Date | undefined;
  /** The day, in UTC, on which somebody last read it in this region. Only ListSecretVersionIds has it. Undefined: nobody has. */
  readonly lastReadAt?: Date | undefined;
}

/** What DescribeSecret returns about a secret. `versions` has only the versions with labels. */
export interface SecretState {
  readonly arn: SecretArn;
  readonly name: SecretName;
  readonly versions: readonly SecretVersion[];
  readonly createdAt: Date;
  readonly lastChangedAt: Date;
  /**
   * The day, in UTC, on which somebody last read a value, the worker included (LastAccessedDate). Undefined if nobody has read one.
   * It never ends a token: it only shows that nobody has read a new one.
   */
  readonly lastReadAt: Date | undefined;
  readonly deletedAt: Date | undefined;
  readonly owningService: string | undefined;
  /** The region of the original secret, if it has replicas or is one: see `isReplica`. */
  readonly primaryRegion: string | undefined;
  /** Only of one secret, not of a list. Anybody who may change a secret can write it. */
  readonly description?: string | undefined;
  /** Its copies in other regions. Only DescribeSecret shows them. */
  readonly replicas: readonly Replica[];
}

/** A copy of a secret in another region (ReplicationStatusType). `in-progress`: it may not have the last change yet. */
export interface Replica {
  readonly region: string;
  readonly status: "in-sync" | "in-progress" | "failed";
  /** What AWS says about it. */
  readonly message: string | undefined;
}

export const NO_REPLICAS: readonly Replica[] = [];

export const AWSCURRENT = "AWSCURRENT";

export const AWSPREVIOUS = "AWSPREVIOUS";

/** The version with this label. A label is on one version at a time. */
export function holderOf({ versions }: SecretState, label: string): VersionId | undefined {
  return versions.find(({ labels }) => labels.includes(label))?.id;
}

/**
 * The ClientRequestToken of PutSecretValue, which becomes the version id and so records the history. 56 characters; 32 to 64
 * are allowed.
 */
export function versionIdOf({ tokenId, replacedId }: Stamp): VersionId {
  return v.parse(VersionId, `losant-${tokenId}-${replacedId}`);
}

/** Undefined for a version that somebody else created. */
export function stampOf(versionId: VersionId): Stamp | undefined {
  const [, token, replaced] = /^losant-([a-f\d]{24})-([a-f\d]{24})$/.exec(versionId) ?? [];
  if (token === undefined || replaced === undefined) return undefined;
  return { tokenId: v.parse(TokenId, token), replacedId: v.parse(TokenId, replaced) };
}

/** The label of a version whose rotation is unfinished: it stays until its event has been accepted. */
export function rotatingLabel(tokenId: TokenId): string {
  return `rotating-${tokenId}`;
}

/** The account and region of a secret. Without them, a name doesn't identify it. */
export interface StoreHome {
  readonly account: string;
  readonly region: string;
}

export function homeOf(arn: SecretArn): StoreHome {
  const [, , , region = "", account = ""] = arn.split(":");
  return { account, region };
}

/** A copy of a secret of another region. It can be read, but accepts no writes. */
export function isReplica({ arn, primaryRegion }: SecretState): boolean {
  return primaryRegion !== undefined && primaryRegion !== homeOf(arn).region;
}

export function sameHome(one: StoreHome, other: StoreHome): boolean {
  return one.account === other.account && one.region === other.region;
}

/** The name within an ARN: everything after `secret:` without the hyphen and the six characters that AWS appends. */
export function secretNameOf(arn: SecretArn): SecretName {
  return v.parse(
    SecretName,
    arn
      .split(":")
      .slice(6)
      .join(":")
      .replace(/-.{6}$/, ""),
  );
}

/**
 * The secret names that a name or ARN in the configuration can mean. An ARN may lack its random suffix, and then the end of the
 * name may look like one: `-access`.
 */
export function namesMeantBy(id: SecretName | SecretArn): readonly SecretName[] {
  if (!id.startsWith("arn:")) return [v.parse(SecretName, id)];
  const whole = id.split(":").slice(6).join(":");
  const names = [whole, whole.replace(/-[A-Za-z\d]{6}$/, "")];
  return [...new Set(names)].flatMap((name) => {
    const parsed = v.safeParse(SecretName, name);
    return parsed.success ? [parsed.output] : [];
  });
}
