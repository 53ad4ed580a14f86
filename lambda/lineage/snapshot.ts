import { RotationError } from "../model/errors.ts";
import type { MarkerReading } from "../model/marker.ts";
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
import type { ApiToken, TokenId } from "../model/token.ts";
import type { ApplicationConfig } from "../policy/config.ts";
import type { Login, UnreadableToken } from "../ports.ts";

/** What was read of one secret. `history` holds the deprecated versions too, where they were asked for. */
export type SecretReading =
  /** As the list of secrets shows it, perhaps five minutes old: enough to let a lineage rest, and for nothing else. */
  | { readonly kind: "indexed"; readonly secret: SecretState }
  | { readonly kind: "described"; readonly secret: SecretState; readonly history?: readonly SecretVersion[] }
  | { readonly kind: "absent" }
  /** `secret`: as the list of secrets, or an earlier look, has shown it, so that nobody forgets whose tokens it names. */
  | {
      readonly kind: "unreadable";
      readonly error: RotationError;
      readonly secret?: SecretState | undefined;
    };

/**
 * What a marker is worth. `signed`: this worker wrote it, for this very token. `unsigned`: anybody may have. `unknown`: it is
 * signed with an access token that was not read, or could not be.
 */
export type Proof = "signed" | "unsigned" | "unknown";

/** A token as Losant has it, with what its description says of why it was made. */
export interface ListedToken extends ApiToken {
  readonly marker: MarkerReading;
  readonly proof: Proof;
  /** Since when the worker has been about to delete it, by a signed line. */
  readonly discardedAt: Date | undefined;
}

export function unreadableError(
  { id: applicationId }: ApplicationConfig,
  { id, problem }: UnreadableToken,
): RotationError {
  const message = `the token ${id} in Losant's list of application ${applicationId} can't be read: it ${problem}`;
  return new RotationError("token-unreadable", message);
}

/** How Losant's clock goes, by the listing: every date of a token is of that clock. */
export interface LosantTime {
  /** What to add to this machine's clock, in milliseconds. */
  readonly aheadMs: number;
  /** The same as Losant says it, believed or not: what it makes bears dates of that clock, and markers are signed for those. */
  readonly shownAheadMs: number;
  /** False where Losant says no time, or one that is more than a day off: then no life ends. */
  readonly isTrusted: boolean;
}

/** All that a plan is made from: what one application and its secrets looked like, and when that was read. */
export interface Snapshot {
  readonly application: ApplicationConfig;
  readonly secretPrefix: string;
  readonly login: Login;
  /** The token that the worker is logged in with, where its string or its secret tells. */
  readonly ownId: TokenId | undefined;
  /** Before the first read, by Losant's clock: an age counted to it is never too high. */
  readonly readAt: Date;
  readonly losantTime: LosantTime;
  /** In the order of the listing. */
  readonly tokens: ReadonlyMap<TokenId, ListedToken>;
  /** None of `tokens` is among them. */
  readonly unreadable: ReadonlyMap<TokenId, UnreadableToken>;
  /** What kept the listing from showing every token. */
  readonly flaws: readonly RotationError[];
  /** Which access tokens' keys the markers were tried with; `unreadable`: the older ones could not be had. */
  readonly keys: "login" | "all" | "unreadable";
  /** What the payloads of these access tokens say that looks like an id, theirs among them. */
  readonly accessTokenIds: ReadonlySet<string>;
  /** Listed tokens that the worker logged in with before: what it logs in with now has taken their place. */
  readonly formerAccessIds: ReadonlySet<TokenId>;
  /** Whether the list of secrets could be read: else one that is missing here may exist. */
  readonly isIndexed: boolean;
  readonly secrets: ReadonlyMap<SecretName, SecretReading>;
  /** Tokens that versions name and the listing lacks, asked for by id: undefined where Losant has none. */
  readonly lookups: ReadonlyMap<TokenId, ListedToken | undefined>;
}

export interface StampedVersion extends SecretVersion {
  readonly stamp: Stamp;
}

/** The secret, where something is known of it. */
export function secretIn(reading: SecretReading | undefined): SecretState | undefined {
  return reading === undefined || reading.kind === "absent" ? undefined : reading.secret;
}

/** Every version is known, also those without labels. */
export function isSearched(reading: SecretReading | undefined): boolean {
  return reading?.kind === "absent" || (reading?.kind === "described" && reading.history !== undefined);
}

/** The versions that this worker made, as far as they were read. */
export function ownVersions(reading: SecretReading | undefined): readonly StampedVersion[] {
  const secret = secretIn(reading);
  if (secret === undefined) return [];
  const history = reading?.kind === "described" ? reading.history : undefined;
  return (history ?? secret.versions).flatMap((version) => {
    const stamp = stampOf(version.id);
    return stamp === undefined ? [] : [{ ...version, stamp }];
  });
}

export function findToken(
  snapshot: Pick<Snapshot, "tokens" | "lookups">,
  id: TokenId,
): ListedToken | undefined {
  return snapshot.tokens.get(id) ?? snapshot.lookups.get(id);
}

/** The secret that the worker logs in with. */
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

/** Whether the worker is to renew the token that it logs in with. */
export function renewsAccessToken({ application, login }: Pick<Snapshot, "application" | "login">): boolean {
  return application.renewsAccessToken || mappedNames(application).has(secretNameOf(login.arn));
}

/** What the text of a marker names, where it may be a secret of this application: signed or not. */
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
 * The version of ours that a lineage stands on: the current one; else, where somebody set a value by hand, the
 * one that was current before. Undefined while none ever was.
 */
export function standingVersion(
  snapshot: Snapshot,
  versions: readonly StampedVersion[],
): StampedVersion | undefined {
  const holding = (label: string) => versions.find(({ labels }) => labels.includes(label));
  return holding(AWSCURRENT) ?? holding(AWSPREVIOUS) ?? newestFormerlyCurrent(snapshot, versions);
}

/** A discarded attempt leaves a version too, but its token is gone and nothing ever replaced it. */
function newestFormerlyCurrent(
  snapshot: Snapshot,
  versions: readonly StampedVersion[],
): StampedVersion | undefined {
  // One that can't be read may be the newest: then nothing is decided here.
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

/** Until one was current, a version without labels is only what a discarded attempt left behind. */
export function tellingVersions(
  snapshot: Snapshot,
  reading: SecretReading | undefined,
): readonly StampedVersion[] {
  const versions = ownVersions(reading);
  const isManaged = standingVersion(snapshot, versions) !== undefined;
  return isManaged ? versions : versions.filter(({ labels }) => labels.length > 0);
}
