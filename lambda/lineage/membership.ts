import { RotationError } from "../model/errors.ts";
import type { Marker } from "../model/marker.ts";
import { homeOf, type SecretName, sameHome, secretNameOf } from "../model/secret.ts";
import { type ApiToken, isLive, type TokenId } from "../model/token.ts";
import { isForced, isNamedById, matches, type Selection } from "../policy/request.ts";
import { secretNameFor } from "./secret-names.ts";
import {
  findToken,
  ownVersions,
  type Snapshot,
  secretIn,
  standingVersion,
  tellingVersions,
} from "./snapshot.ts";

/** Where a listed token belongs. A root's secret is the one it would get; it need not exist. */
export type Membership =
  | { readonly kind: "member" | "root"; readonly secretName: SecretName }
  | { readonly kind: "stray"; readonly reason: "foreign" | "damaged-marker" | "secret-missing" }
  | { readonly kind: "failed"; readonly error: RotationError };

export type Memberships = ReadonlyMap<TokenId, Membership>;

/**
 * The lineage of each listed token: that of the version which holds or replaced it, since nobody edits version
 * ids; else of its own marker; else of the marked token that says it replaced it; else it is a root.
 */
export function membershipsOf(snapshot: Snapshot, selection: Selection, now: Date): Memberships {
  const places = new Map<TokenId, Membership>();
  const claimed = claimsOfVersions(snapshot);
  const marked = claimsOfMarkers(snapshot);
  const roots: ApiToken[] = [];
  for (const token of snapshot.tokens.values()) {
    const own = marked.own.get(token.id);
    const place =
      claimed.get(token.id) ?? (own?.kind === "member" ? own : (marked.replaced.get(token.id) ?? own));
    if (place === undefined || (isUnclaimed(place) && isTakenOver(token, selection, now))) roots.push(token);
    else places.set(token.id, place);
  }
  for (const [token, place] of membershipsOfRoots(snapshot, roots, selection, now))
    places.set(token.id, place);
  return places;
}

/** No secret of this worker is its own: another deployment's is, or the one it had was deleted. */
function isUnclaimed(place: Membership): boolean {
  return place.kind === "stray" && place.reason !== "damaged-marker";
}

function claimsOfVersions(snapshot: Snapshot): ReadonlyMap<TokenId, Membership> {
  const claims = new Map<TokenId, Membership>();
  const readings = [...snapshot.secrets];
  // The version that holds a token says more of it than one that replaced it: written last, it wins.
  for (const key of ["replacedId", "tokenId"] as const) {
    for (const [secretName, reading] of readings) {
      for (const { stamp } of tellingVersions(snapshot, reading))
        claims.set(stamp[key], { kind: "member", secretName });
    }
  }
  return claims;
}

function claimsOfMarkers(snapshot: Snapshot): {
  readonly own: ReadonlyMap<TokenId, Membership>;
  readonly replaced: ReadonlyMap<TokenId, Membership>;
} {
  const own = new Map<TokenId, Membership>();
  const replaced = new Map<TokenId, Membership>();
  for (const token of snapshot.tokens.values()) {
    const { marker } = token;
    if (marker === undefined) continue;
    const place = membershipOfMarker(snapshot, marker);
    own.set(token.id, place);
    if (marker === "damaged" || place.kind !== "member") continue;
    if (!isKnownUnstored(snapshot, token, place.secretName)) replaced.set(marker.replacedId, place);
  }
  // What it replaced must not count as a root, and get a second successor, while it can't be read.
  for (const token of snapshot.unreadable.values()) {
    const { marker } = token;
    if (typeof marker !== "object") continue;
    const place = membershipOfMarker(snapshot, marker);
    if (place.kind === "member" && !isKnownUnstored(snapshot, token, place.secretName))
      replaced.set(marker.replacedId, place);
  }
  return { own, replaced };
}

/** Its string is in no version of the secret, so that it took nobody's place. */
function isKnownUnstored(snapshot: Snapshot, token: Pick<ApiToken, "id">, secretName: SecretName): boolean {
  const reading = snapshot.secrets.get(secretName);
  if (reading?.kind !== "described" || reading.history === undefined) return false;
  return !ownVersions(reading).some(
    ({ stamp }) => stamp.tokenId === token.id || stamp.replacedId === token.id,
  );
}

function membershipOfMarker(snapshot: Snapshot, marker: Marker | "damaged"): Membership {
  if (marker === "damaged") return { kind: "stray", reason: "damaged-marker" };
  const secretName = localName(snapshot, marker);
  if (secretName === undefined) return { kind: "stray", reason: "foreign" };
  const reading = snapshot.secrets.get(secretName);
  if (reading?.kind === "absent") return { kind: "stray", reason: "secret-missing" };
  // The same name with another ending is another secret, made after somebody had deleted the first.
  const secret = secretIn(reading);
  return secret !== undefined && secret.arn !== marker.secretArn
    ? { kind: "stray", reason: "foreign" }
    : { kind: "member", secretName };
}

/** The name of a marker's secret, where that lies in this worker's account, region and namespace. */
export function localName(
  { application, secretPrefix, login }: Snapshot,
  { secretArn }: Marker,
): SecretName | undefined {
  if (!sameHome(homeOf(secretArn), homeOf(login.arn))) return undefined;
  const name = secretNameOf(secretArn);
  const mine =
    name.startsWith(`${secretPrefix}/${application.id}/`) ||
    [...application.secrets.values()].includes(name) ||
    secretArn === login.arn;
  return mine ? name : undefined;
}

/** Such a token is taken over by its id alone: by a name, one's own token is meant, wherever that may be now. */
function isTakenOver(token: ApiToken, selection: Selection, now: Date): boolean {
  return selection.force && isLive(token, now) && isNamedById(token, selection);
}

/** Where roots belong: to the secret of their name, each to one of its own where that is taken, or to a dead lineage. */
export function* membershipsOfRoots(
  snapshot: Snapshot,
  roots: readonly ApiToken[],
  selection: Selection,
  now: Date,
): Iterable<readonly [ApiToken, Membership]> {
  const live = Map.groupBy(
    roots.filter((root) => isLive(root, now)),
    (root) => secretNameOfToken(snapshot, root),
  );
  const isMapped = ({ name }: ApiToken) => snapshot.application.secrets.has(name);
  // Once for each name, not once for each of those that share it: there may be ten thousand.
  const ambiguities = new Map(
    [...live]
      .filter(([, rivals]) => rivals.length > 1 && rivals.some(isMapped))
      .map(([secretName, rivals]) => [secretName, ambiguous(rivals, secretName)] as const),
  );
  for (const root of roots) {
    const secretName = secretNameOfToken(snapshot, root);
    const rivals = live.get(secretName) ?? [];
    const error = isLive(root, now) ? ambiguities.get(secretName) : undefined;
    if (error !== undefined) {
      yield [root, { kind: "failed", error }];
    } else if (snapshot.secrets.get(secretName)?.kind === "unreadable") {
      // What can't be read may hold any of them: a lineage of its own would be a second one.
      yield [root, { kind: "root", secretName }];
    } else if (tellingVersions(snapshot, snapshot.secrets.get(secretName)).length > 0) {
      const heir = isAdopted(snapshot, root, selection, now) && hasDeadCurrent(snapshot, secretName);
      yield [
        root,
        heir
          ? { kind: "member", secretName }
          : { kind: "root", secretName: distinctSecretName(snapshot, root) },
      ];
    } else {
      yield [
        root,
        { kind: "root", secretName: rivals.length > 1 ? distinctSecretName(snapshot, root) : secretName },
      ];
    }
  }
}

/** Naming one root, beyond doubt, with `force` makes it the heir of a lineage whose current token somebody ended. */
function isAdopted(snapshot: Snapshot, token: ApiToken, selection: Selection, now: Date): boolean {
  return isLive(token, now) && isForced(token, selection) && isUnmistakable(snapshot, token, selection);
}

/** Whether an entry of `tokens` means this token and no other. */
function isUnmistakable(snapshot: Snapshot, token: ApiToken, { tokens = [] }: Selection): boolean {
  return tokens.some(
    (entry) =>
      matches(token, entry) &&
      [...snapshot.tokens.values()].filter((other) => matches(other, entry)).length === 1,
  );
}

/** The current token of a lineage was deactivated or deleted by somebody. */
function hasDeadCurrent(snapshot: Snapshot, secretName: SecretName): boolean {
  const standing = standingVersion(snapshot, ownVersions(snapshot.secrets.get(secretName)));
  if (standing === undefined || snapshot.unreadable.has(standing.stamp.tokenId)) return false;
  return findToken(snapshot, standing.stamp.tokenId)?.status !== "active";
}

/** Each of them carries the message. */
const MAX_RIVALS_NAMED = 10;

function ambiguous(rivals: readonly ApiToken[], secretName: SecretName): RotationError {
  const named = rivals
    .slice(0, MAX_RIVALS_NAMED)
    .map(({ id, name }) => `${JSON.stringify(name)} (${id})`)
    .join(" and ");
  const more = rivals.length > MAX_RIVALS_NAMED ? ` and ${rivals.length - MAX_RIVALS_NAMED} more` : "";
  return new RotationError(
    "secret-mapping-ambiguous",
    `the secret ${secretName} is meant for ${named}${more} alike`,
  );
}

export function secretNameOfToken({ application, secretPrefix }: Snapshot, { name }: ApiToken): SecretName {
  return application.secrets.get(name) ?? secretNameFor(secretPrefix, application.id, name);
}

function distinctSecretName({ application, secretPrefix }: Snapshot, { name, id }: ApiToken): SecretName {
  return secretNameFor(secretPrefix, application.id, name, id);
}
