import type { RotationError } from "../model/errors.ts";
import { type MarkerReading, readMarker } from "../model/marker.ts";
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
import type { Login } from "../ports.ts";

/** What was read of one secret. `history` holds the deprecated versions too, where they were asked for. */
export type SecretReading =
  | { readonly kind: "described"; readonly secret: SecretState; readonly history?: readonly SecretVersion[] }
  | { readonly kind: "absent" }
  | { readonly kind: "unreadable"; readonly error: RotationError };

/** A token as Losant has it, with what its description says of why it was made. */
export interface ListedToken extends ApiToken {
  readonly marker: MarkerReading;
}

export function listedToken(token: ApiToken): ListedToken {
  return { ...token, marker: readMarker(token.description) };
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
  const createdAt = ({ stamp }: StampedVersion) =>
    snapshot.tokens.get(stamp.tokenId)?.createdAt.getTime() ?? 0;
  const replaced = new Set(versions.map(({ stamp }) => stamp.replacedId));
  return versions
    .filter(
      ({ labels, stamp }) =>
        labels.length === 0 && (snapshot.tokens.has(stamp.tokenId) || replaced.has(stamp.tokenId)),
    )
    .sort((one, other) => createdAt(other) - createdAt(one))[0];
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
