import type { RotationError } from "../model/errors.ts";
import { homeOf, type Marker, readMarker, sameHome, secretNameOf } from "../model/marker.ts";
import { type ApiToken, isLive, type SecretName, type TokenId } from "../model/token.ts";
import type { Selection } from "../policy/selection.ts";
import { placeRoots } from "./roots.ts";
import { ownVersions, type Snapshot, tellingVersions } from "./snapshot.ts";

/** Where a listed token belongs. A root's secret is the one it would get; it need not exist. */
export type Place =
  | { readonly kind: "member" | "root"; readonly secretName: SecretName }
  | { readonly kind: "stray"; readonly reason: "foreign" | "damaged-marker" | "missing" }
  | { readonly kind: "failed"; readonly error: RotationError };

export type Places = ReadonlyMap<TokenId, Place>;

/**
 * The lineage of each listed token: that of the version which holds or replaced it, since nobody edits version
 * ids; else of its own marker; else of the marked token that says it replaced it; else it is a root.
 */
export function placeTokens(snapshot: Snapshot, selection: Selection, now: Date): Places {
  const places = new Map<TokenId, Place>();
  const claimed = claimsOfVersions(snapshot);
  const marked = claimsOfMarkers(snapshot);
  const roots: ApiToken[] = [];
  for (const token of snapshot.tokens.values()) {
    const own = marked.own.get(token.id);
    const place =
      claimed.get(token.id) ?? (own?.kind === "member" ? own : (marked.replaced.get(token.id) ?? own));
    if (place === undefined || (isForeign(place) && isTakenOver(token, selection, now))) roots.push(token);
    else places.set(token.id, place);
  }
  for (const [token, place] of placeRoots(snapshot, roots, selection, now)) places.set(token.id, place);
  return places;
}

function isForeign(place: Place): boolean {
  return place.kind === "stray" && place.reason === "foreign";
}

function claimsOfVersions(snapshot: Snapshot): ReadonlyMap<TokenId, Place> {
  const claims = new Map<TokenId, Place>();
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
  readonly own: ReadonlyMap<TokenId, Place>;
  readonly replaced: ReadonlyMap<TokenId, Place>;
} {
  const own = new Map<TokenId, Place>();
  const replaced = new Map<TokenId, Place>();
  for (const token of snapshot.tokens.values()) {
    const marker = readMarker(token.description);
    if (marker === undefined) continue;
    const place = placeOfMarker(snapshot, marker);
    own.set(token.id, place);
    if (marker === "damaged" || place.kind !== "member") continue;
    if (!isKnownUnstored(snapshot, token, place.secretName)) replaced.set(marker.replacedId, place);
  }
  return { own, replaced };
}

/** Its string is in no version of the secret, so that it took nobody's place. */
function isKnownUnstored(snapshot: Snapshot, token: ApiToken, secretName: SecretName): boolean {
  const reading = snapshot.secrets.get(secretName);
  if (reading?.kind !== "described" || reading.history === undefined) return false;
  return !ownVersions(reading).some(
    ({ stamp }) => stamp.tokenId === token.id || stamp.replacedId === token.id,
  );
}

function placeOfMarker(snapshot: Snapshot, marker: Marker | "damaged"): Place {
  if (marker === "damaged") return { kind: "stray", reason: "damaged-marker" };
  const secretName = localName(snapshot, marker);
  if (secretName === undefined) return { kind: "stray", reason: "foreign" };
  const reading = snapshot.secrets.get(secretName);
  if (reading?.kind === "absent") return { kind: "stray", reason: "missing" };
  // The same name with another ending is another secret, made after somebody had deleted the first.
  const remade = reading?.kind === "described" && reading.secret.arn !== marker.secretArn;
  return remade ? { kind: "stray", reason: "foreign" } : { kind: "member", secretName };
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

/** A foreign token is taken over by its id alone: by a name, one's own token is meant, wherever that may be now. */
function isTakenOver(token: ApiToken, { tokens = [], force }: Selection, now: Date): boolean {
  return force && isLive(token, now) && tokens.some((entry) => entry.toLowerCase() === token.id);
}
