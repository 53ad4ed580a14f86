import * as v from "valibot";

/** Losant ids are 24 hexadecimal digits (apiToken.json of API 1.30); lower case is their canonical form. */
const hexId = v.pipe(
  v.string("must be text"),
  v.regex(/^[A-Fa-f\d]{24}$/, "must be 24 hexadecimal digits"),
  v.toLowerCase(),
);

export const ApplicationId = v.pipe(hexId, v.brand("ApplicationId"));
export type ApplicationId = v.InferOutput<typeof ApplicationId>;

export const TokenId = v.pipe(hexId, v.brand("TokenId"));
export type TokenId = v.InferOutput<typeof TokenId>;

/** Secrets Manager: ASCII letters, digits and `/_+=.@-`, 1 to 512 of them (CreateSecret, Name). */
export const SecretName = v.pipe(
  v.string("must be text"),
  v.regex(/^[A-Za-z\d/_+=.@-]{1,512}$/, "must be 1 to 512 of A-Z a-z 0-9 / _ + = . @ -"),
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

/** The id of a version of a secret, ours or anybody's. */
export const VersionId = v.pipe(
  v.string("must be text"),
  v.minLength(1, "must not be empty"),
  v.brand("VersionId"),
);
export type VersionId = v.InferOutput<typeof VersionId>;

/** One invocation: the Lambda request id. It stands in markers, so it has no spaces and no brackets. */
export const RunId = v.pipe(
  v.string("must be text"),
  v.regex(/^[\w-]{1,64}$/, "must be a request id"),
  v.brand("RunId"),
);
export type RunId = v.InferOutput<typeof RunId>;

export type TokenStatus = "active" | "inactive";

/** An application API token as Losant lists it: never with its string. */
export interface ApiToken {
  readonly id: TokenId;
  readonly name: string;
  readonly description: string;
  readonly createdAt: Date;
  /** Absent: it never expires, which is Losant's default. */
  readonly expiresAt: Date | undefined;
  readonly scope: readonly string[];
  readonly status: TokenStatus;
  /** Who made it: "apiToken", "user" or "flow"; not every answer says so. */
  readonly creatorType: string | undefined;
}

/** What a version id of ours says: which token the version holds, and which one that replaced. */
export interface Stamp {
  readonly tokenId: TokenId;
  readonly replacedId: TokenId;
}

/** One version of a secret with the staging labels it carries: none, where it is deprecated. */
export interface SecretVersion {
  readonly id: VersionId;
  readonly labels: readonly string[];
}

/** What DescribeSecret tells of a secret: `versions` lists those with labels only. */
export interface SecretState {
  readonly arn: SecretArn;
  readonly name: SecretName;
  readonly versions: readonly SecretVersion[];
  readonly lastChangedAt: Date;
  readonly deletedAt: Date | undefined;
  readonly owningService: string | undefined;
}

export const AWSCURRENT = "AWSCURRENT";
export const AWSPREVIOUS = "AWSPREVIOUS";

/** The version that carries a label; a label sits on one version at a time. */
export function holderOf({ versions }: SecretState, label: string): VersionId | undefined {
  return versions.find(({ labels }) => labels.includes(label))?.id;
}

/** PutSecretValue's ClientRequestToken, 56 characters of the 32 to 64 allowed, so that the id carries the history. */
export function versionIdOf({ tokenId, replacedId }: Stamp): VersionId {
  return v.parse(VersionId, `losant-${tokenId}-${replacedId}`);
}

/** Undefined for a version that somebody else made. */
export function stampOf(versionId: VersionId): Stamp | undefined {
  const [, token, replaced] = /^losant-([a-f\d]{24})-([a-f\d]{24})$/.exec(versionId) ?? [];
  if (token === undefined || replaced === undefined) return undefined;
  return { tokenId: v.parse(TokenId, token), replacedId: v.parse(TokenId, replaced) };
}

/** The label of a version whose rotation is unfinished: it stays until its event has been accepted. */
export function rotatingLabel(tokenId: TokenId): string {
  return `rotating-${tokenId}`;
}

/** Active, and not expired at `now`: what Losant accepts as a credential. */
export function isLive(token: ApiToken, now: Date): boolean {
  return token.status === "active" && !isExpired(token, now);
}

export function isExpired(token: ApiToken, now: Date): boolean {
  return token.expiresAt !== undefined && token.expiresAt <= now;
}

/** Milliseconds left; infinite for a token that never expires. */
export function lifeLeftMs(token: ApiToken, now: Date): number {
  return token.expiresAt === undefined ? Number.POSITIVE_INFINITY : token.expiresAt.getTime() - now.getTime();
}
