import { RotationError } from "../model/errors.ts";
import { type MarkerReading, readMarkers } from "../model/marker.ts";
import {
  AWSCURRENT,
  AWSPREVIOUS,
  type SecretName,
  type SecretState,
  type SecretVersion,
  type Stamp,
  stampOf,
} from "../model/secret.ts";
import type { ApiToken, TokenId } from "../model/token.ts";
import type { ApplicationConfig } from "../policy/config.ts";
import type { Login, UnreadableToken } from "../ports.ts";

/** What was read of one secret. `history` holds the deprecated versions too, where they were asked for. */
export type SecretReading =
  | { readonly kind: "described"; readonly secret: SecretState; readonly history?: readonly SecretVersion[] }
  | { readonly kind: "absent" }
  | { readonly kind: "unreadable"; readonly error: RotationError };

/** A token as Losant has it, with what its description says of why it was made. */
export interface ListedToken extends ApiToken {
  readonly marker: MarkerReading;
}

function readMarker(description: string): MarkerReading {
  const [marker, ...others] = readMarkers(description);
  return others.length > 0 ? "damaged" : marker;
}

export function listedToken(token: ApiToken): ListedToken {
  return { ...token, marker: readMarker(token.description) };
}

/** A token that Losant lists in a way that can't be read: it is left alone, and so is what only it could explain. */
export interface OddToken extends UnreadableToken {
  readonly marker: MarkerReading;
}

export function oddToken(token: UnreadableToken): OddToken {
  return { ...token, marker: readMarker(token.description) };
}

export function unreadableError(
  { id: applicationId }: ApplicationConfig,
  { id, problem }: OddToken,
): RotationError {
  const message = `Losant lists the token ${id} of application ${applicationId} in a way that can't be read: it ${problem}`;
  return new RotationError("token-unreadable", message);
}

/** All that a plan is made from: what one application and its secrets looked like, and when that was read. */
export interface Snapshot {
  readonly application: ApplicationConfig;
  readonly secretPrefix: string;
  readonly login: Login;
  /** Before the first read: an age counted to it is never too high. */
  readonly readAt: Date;
  /** In the order of the listing. */
  readonly tokens: ReadonlyMap<TokenId, ListedToken>;
  /** None of `tokens` is among them. */
  readonly unreadable: ReadonlyMap<TokenId, OddToken>;
  /** What kept the listing from showing every token. */
  readonly flaws: readonly RotationError[];
  readonly secrets: ReadonlyMap<SecretName, SecretReading>;
  /** Tokens that versions name and the listing lacks, asked for by id: undefined where Losant has none. */
  readonly lookups: ReadonlyMap<TokenId, ListedToken | undefined>;
}

export interface StampedVersion extends SecretVersion {
  readonly stamp: Stamp;
}

/** The secret, where it could be described. */
export function secretIn(reading: SecretReading | undefined): SecretState | undefined {
  return reading?.kind === "described" ? reading.secret : undefined;
}

/** The versions that this worker made, as far as they were read. */
export function ownVersions(reading: SecretReading | undefined): readonly StampedVersion[] {
  if (reading?.kind !== "described") return [];
  return (reading.history ?? reading.secret.versions).flatMap((version) => {
    const stamp = stampOf(version.id);
    return stamp === undefined ? [] : [{ ...version, stamp }];
  });
}

export function findToken(snapshot: Snapshot, id: TokenId): ListedToken | undefined {
  return snapshot.tokens.get(id) ?? snapshot.lookups.get(id);
}

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
