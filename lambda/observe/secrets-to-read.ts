import { localName, type Memberships, secretNameOfToken } from "../lineage/membership.ts";
import { ownVersions, type Snapshot, standingVersion } from "../lineage/snapshot.ts";
import type { SecretName } from "../model/secret.ts";
import { type ApiToken, isLive } from "../model/token.ts";
import { dueReason } from "../policy/renewal-window.ts";
import { isNamed, type Selection } from "../policy/request.ts";

/** The secrets that have to be described before the lineages can be told: for a plain root that is not due, none. */
export function secretsToDescribe(
  snapshot: Snapshot,
  places: Memberships,
  selection: Selection,
  now: Date,
): ReadonlySet<SecretName> {
  const names = new Set<SecretName>();
  for (const token of snapshot.tokens.values()) {
    const place = places.get(token.id);
    const { marker } = token;
    const home = typeof marker === "object" ? localName(snapshot, marker) : undefined;
    if (home !== undefined) names.add(home);
    // The secret of its name may hold it, and then says whose it is.
    if (marker === "damaged") names.add(secretNameOfToken(snapshot, token));
    if (place?.kind === "failed") names.add(secretNameOfToken(snapshot, token));
    if (place?.kind !== "root" || !isOfInterest(snapshot, token, selection, now)) continue;
    names.add(secretNameOfToken(snapshot, token)).add(place.secretName);
  }
  for (const { marker } of snapshot.unreadable.values()) {
    const home = typeof marker === "object" ? localName(snapshot, marker) : undefined;
    if (home !== undefined) names.add(home);
  }
  return names;
}

/**
 * The described secrets whose labels leave open what a token is to them: one with a marker but no version, or a root
 * that the secret of its name doesn't mention; and whether a version of ours was ever current.
 */
export function secretsToListVersions(
  snapshot: Snapshot,
  places: Memberships,
  selection: Selection,
  now: Date,
): ReadonlySet<SecretName> {
  const names = new Set<SecretName>();
  const versions = [...snapshot.secrets.values()].flatMap(ownVersions);
  const held = new Set(versions.map(({ stamp }) => stamp.tokenId));
  const replaced = new Set(versions.map(({ stamp }) => stamp.replacedId));
  for (const { marker } of [...snapshot.tokens.values(), ...snapshot.unreadable.values()]) {
    if (typeof marker === "object") replaced.add(marker.replacedId);
  }
  for (const token of snapshot.tokens.values()) {
    const place = places.get(token.id);
    const unexplained = !held.has(token.id) && !replaced.has(token.id);
    if (place?.kind === "member" && unexplained) names.add(place.secretName);
    const plain = secretNameOfToken(snapshot, token);
    if (place?.kind === "root" && isOfInterest(snapshot, token, selection, now))
      names.add(plain).add(place.secretName);
  }
  for (const [name, reading] of snapshot.secrets) {
    const own = ownVersions(reading);
    if (own.length > 0 && standingVersion(snapshot, own) === undefined) names.add(name);
  }
  return names;
}

function isOfInterest({ application }: Snapshot, token: ApiToken, selection: Selection, now: Date): boolean {
  return (
    isLive(token, now) &&
    (isNamed(token, selection) || dueReason(token, application.policy, now) !== undefined)
  );
}
