import { RotationError } from "../model/errors.ts";
import { isCreatedThroughApi, type MarkerReading } from "../model/marker.ts";
import { remembered } from "../model/remembered.ts";
import {
  AWSCURRENT,
  AWSPREVIOUS,
  homeOf,
  type SecretName,
  type SecretState,
  type SecretVersion,
  type Stamp,
  sameHome,
  secretNameOf,
  stampOf,
} from "../model/secret.ts";
import { type ApiToken, ownerText, scopeKey, type TokenId } from "../model/token.ts";
import type { ApplicationConfig } from "../policy/config.ts";
import type { Login, UnreadableToken } from "../ports.ts";

/** What was read of one secret. `history` includes deprecated versions, if they were read. */
export type SecretReading =
  /**
   * From the list of secrets, which may be five minutes old. This is enough to leave a lineage at rest, and for nothing
   * else.
   */
  | { readonly kind: "indexed"; readonly secret: SecretState }
  | { readonly kind: "described"; readonly secret: SecretState; readonly history?: readonly SecretVersion[] }
  | { readonly kind: "absent" }
  /** `secret`: from the list of secrets or an earlier read, so that the tokens that it names are still known. */
  | {
      readonly kind: "unreadable";
      readonly error: RotationError;
      readonly secret?: SecretState | undefined;
    };

/**
 * The result of checking a marker. `signed`: this worker wrote it, for this token. `unsigned`: anybody may have written it.
 * `unknown`: it may be signed with an access token that was not read or can't be read.
 */
export type Proof = "signed" | "unsigned" | "unknown";

/** A token of Losant, with the marker in its description. */
export interface ListedToken extends ApiToken {
  readonly marker: MarkerReading;
  readonly proof: Proof;
  /** When the worker deactivated it to delete it later, from a signed line. */
  readonly discardedAt: Date | undefined;
}

export function unreadableError(
  application: ApplicationConfig,
  { id, problem }: UnreadableToken,
): RotationError {
  const message = `the token ${id} in Losant's list of ${ownerText(application)} can't be read: it ${problem}`;
  return new RotationError("token-unreadable", message);
}

/** Losant's clock, from the listing. Every date of a token is by that clock. */
export interface LosantTime {
  /** What to add to this machine's clock, in milliseconds. */
  readonly aheadMs: number;
  /**
   * The same according to Losant, trusted or not. New tokens get dates by that clock, and markers are signed for those
   * dates.
   */
  readonly shownAheadMs: number;
  /**
   * False if Losant's answer has no time, or one that differs by more than a day. Then no token is discarded or retired by
   * its age.
   */
  readonly isTrusted: boolean;
}

/** Everything that a plan is made from: one application and its secrets, and when they were read. */
export interface Snapshot {
  readonly application: ApplicationConfig;
  readonly secretPrefix: string;
  readonly formerPrefixes: readonly string[];
  readonly login: Login;
  /** The token that the worker is logged in with, if its string or its secret shows that. */
  readonly ownId: TokenId | undefined;
  /** Before the first read, by Losant's clock. An age that is counted up to it is never too high. */
  readonly readAt: Date;
  readonly losantTime: LosantTime;
  /** In the order of the listing. */
  readonly tokens: ReadonlyMap<TokenId, ListedToken>;
  /** None of `tokens` is among them. */
  readonly unreadable: ReadonlyMap<TokenId, UnreadableToken>;
  /** Why the listing doesn't show every token. */
  readonly flaws: readonly RotationError[];
  /** The access tokens whose keys the markers were checked with. `unreadable`: the older ones couldn't be read. */
  readonly keys: "login" | "all" | "unreadable";
  /** Everything in the payloads of these access tokens that looks like an id, including their own ids. */
  readonly accessTokenIds: ReadonlySet<string>;
  /** Listed tokens that the worker logged in with before. Its access token has replaced them. */
  readonly formerAccessIds: ReadonlySet<TokenId>;
  /** Whether the list of secrets could be read. If not, a secret that is missing here may exist. */
  readonly isIndexed: boolean;
  readonly secrets: ReadonlyMap<SecretName, SecretReading>;
  /** Tokens that versions name and that are missing from the listing, read by id. Undefined if Losant has no such token. */
  readonly lookups: ReadonlyMap<TokenId, ListedToken | undefined>;
}

export interface StampedVersion extends SecretVersion {
  readonly stamp: Stamp;
}

/** The secret, if something is known about it. */
export function secretIn(reading: SecretReading | undefined): SecretState | undefined {
  return reading === undefined || reading.kind === "absent" ? undefined : reading.secret;
}

/** Every version is known, including those without labels. */
export function isSearched(reading: SecretReading | undefined): boolean {
  return reading?.kind === "absent" || (reading?.kind === "described" && reading.history !== undefined);
}

const KEPT_VERSIONS = 100;
const KEPT_MS = 86_400_000;

/**
 * Whether the versions that were read would still show that the string of a token was stored. If a secret has more than a hundred
 * versions, AWS removes the oldest ones without labels, but none of the last day (quotas of Secrets Manager).
 */
export function isOnRecord(
  reading: SecretReading | undefined,
  { createdAt }: Pick<ApiToken, "createdAt">,
  { readAt }: Pick<Snapshot, "readAt">,
): boolean {
  const history = reading?.kind === "described" ? reading.history : undefined;
  const isFull = history !== undefined && history.length >= KEPT_VERSIONS;
  return !isFull || readAt.getTime() - createdAt.getTime() < KEPT_MS;
}

/** The versions with an id like those of this worker, as far as they were read. */
export function stampedVersions(reading: SecretReading | undefined): readonly StampedVersion[] {
  const secret = secretIn(reading);
  if (secret === undefined) return [];
  const history = reading?.kind === "described" ? reading.history : undefined;
  return (history ?? secret.versions).flatMap((version) => {
    const stamp = stampOf(version.id);
    return stamp === undefined ? [] : [{ ...version, stamp }];
  });
}

/** The versions that this worker created, as far as they were read. */
export function ownVersions(
  snapshot: Pick<Snapshot, "tokens" | "lookups" | "application" | "accessTokenIds">,
  reading: SecretReading | undefined,
): readonly StampedVersion[] {
  return stampedVersions(reading).filter((version) => isCredible(version, snapshot));
}

/**
 * Everybody who may write to a secret can create a version with any id. A label is a decision of its administrator. Without one, the
 * version only counts if its token can be what the id says: created through the API, no earlier than the token that it replaced, and
 * with the same rights. Nobody can edit these facts.
 */
function isCredible(
  { labels, stamp }: StampedVersion,
  snapshot: Pick<Snapshot, "tokens" | "lookups" | "application" | "accessTokenIds">,
): boolean {
  const token = findToken(snapshot, stamp.tokenId);
  if (labels.length > 0 || token === undefined) return true;
  if (!isCreatedThroughApi(token, userIdsOf(snapshot))) return false;
  return mayDescendFrom(stamp.replacedId, token, snapshot);
}

/** What may be the id of the user of the access token. Empty if it is that of the application. */
function userIdsOf({
  application,
  accessTokenIds,
}: Pick<Snapshot, "application" | "accessTokenIds">): Iterable<string> {
  const { id, foundBy, ownerType } = application;
  if (foundBy === undefined) return [];
  return ownerType === "user" ? [...accessTokenIds, id] : accessTokenIds;
}

/** A successor is not older than the token that it replaces, and has the same rights. */
export function mayDescendFrom(
  id: TokenId,
  { createdAt, scope }: ApiToken,
  snapshot: Pick<Snapshot, "tokens" | "lookups">,
): boolean {
  const replaced = findToken(snapshot, id);
  if (replaced === undefined) return true;
  return createdAt >= replaced.createdAt && scopeKey({ scope }) === scopeKey(replaced);
}

export function findToken(
  snapshot: Pick<Snapshot, "tokens" | "lookups">,
  id: TokenId,
): ListedToken | undefined {
  return snapshot.tokens.get(id) ?? snapshot.lookups.get(id);
}

/** The secret with the access token that the worker logs in with. */
export function accessSecretOf({ login }: Pick<Snapshot, "login">): SecretName {
  return secretNameOf(login.arn);
}

/** Whether the configuration gives the worker this secret, for tokens of this application. */
export function isConfigured(
  { application, secretPrefix, login }: Pick<Snapshot, "application" | "secretPrefix" | "login">,
  name: SecretName,
): boolean {
  if (name === secretNameOf(login.arn)) return renewsAccessToken({ application, login });
  return name.startsWith(`${secretPrefix}/${application.id}/`) || mappedNames(application).has(name);
}

/** Whether the worker renews the token that it logs in with. */
export function renewsAccessToken({ application, login }: Pick<Snapshot, "application" | "login">): boolean {
  return application.renewsAccessToken || mappedNames(application).has(secretNameOf(login.arn));
}

/** The secret that a marker names, signed or not, if it may be a secret of this application. */
export function localName(
  snapshot: Pick<Snapshot, "application" | "secretPrefix" | "login">,
  { marker }: Pick<ListedToken, "marker">,
): SecretName | undefined {
  if (typeof marker !== "object") return undefined;
  const { secretArn } = marker;
  if (!sameHome(homeOf(secretArn), homeOf(snapshot.login.arn))) return undefined;
  const name = secretNameOf(secretArn);
  return isConfigured(snapshot, name) || secretArn === snapshot.login.arn ? name : undefined;
}

/** The secrets that the configuration names for particular tokens. */
export const mappedNames = remembered(
  ({ secrets }: ApplicationConfig): ReadonlySet<SecretName> => new Set(secrets.values()),
);

/**
 * The worker's version that a lineage continues from: the current one, or, if somebody set a value by hand, the one that was
 * current before. Undefined if none was ever current.
 */
export function standingVersion(
  snapshot: Snapshot,
  versions: readonly StampedVersion[],
): StampedVersion | undefined {
  const holding = (label: string) => versions.find(({ labels }) => labels.includes(label));
  return holding(AWSCURRENT) ?? holding(AWSPREVIOUS) ?? newestFormerlyCurrent(snapshot, versions);
}

/** A discarded attempt leaves a version too, but its token no longer exists, and no token replaced it. */
function newestFormerlyCurrent(
  snapshot: Snapshot,
  versions: readonly StampedVersion[],
): StampedVersion | undefined {
  // A token that can't be read may be the newest. Then nothing is decided here.
  const createdAt = ({ stamp: { tokenId } }: StampedVersion) =>
    snapshot.unreadable.has(tokenId)
      ? Number.POSITIVE_INFINITY
      : (snapshot.tokens.get(tokenId)?.createdAt.getTime() ?? 0);
  const isListed = (id: TokenId) => snapshot.tokens.has(id) || snapshot.unreadable.has(id);
  const replaced = new Set(versions.map(({ stamp }) => stamp.replacedId));
  return versions
    .filter(
      ({ labels, stamp }) => labels.length === 0 && (isListed(stamp.tokenId) || replaced.has(stamp.tokenId)),
    )
    .sort(
      (one, other) => Number(createdAt(other) > createdAt(one)) - Number(createdAt(other) < createdAt(one)),
    )[0];
}

/** Before any version was current, a version without labels is only the rest of a discarded attempt. */
export function tellingVersions(
  snapshot: Snapshot,
  reading: SecretReading | undefined,
): readonly StampedVersion[] {
  const versions = ownVersions(snapshot, reading);
  const isManaged = standingVersion(snapshot, versions) !== undefined;
  return isManaged ? versions : versions.filter(({ labels }) => labels.length > 0);
}
