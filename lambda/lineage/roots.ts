import * as v from "valibot";
import { RotationError } from "../model/errors.ts";
import { quoted } from "../model/printable.ts";
import { type SecretArn, SecretName, secretNameOf } from "../model/secret.ts";
import { type ApiToken, isLive, type TokenId } from "../model/token.ts";
import { isForced, matches, type Selection } from "../policy/request.ts";
import { chainFrom } from "./chain.ts";
import type { Inquiry, Origin, Place } from "./place.ts";
import { folderOf, secretNameFor } from "./secret-names.ts";
import {
  accessSecretOf,
  findToken,
  type ListedToken,
  mappedNames,
  mayDescendFrom,
  ownVersions,
  renewsAccessToken,
  type Snapshot,
  standingVersion,
  tellingVersions,
} from "./snapshot.ts";

/** A token that belongs to no secret of the configuration yet. */
export interface Root {
  readonly token: ListedToken;
  readonly origin: Origin;
}

/**
 * The secret that each root would get: from its id or its name in the configuration, or else from its name under the prefix. No
 * two roots share one. The secrets are compared, not the names.
 */
export function* placesOfRoots(
  roots: readonly Root[],
  inquiry: Inquiry,
): Iterable<readonly [TokenId, Place]> {
  const { snapshot, now } = inquiry;
  const live = roots.filter(({ token }) => isLive(token, now));
  const contenders = new Set(live.filter((root) => isContender(root, inquiry) && !isIntruder(root, inquiry)));
  const rivals = Map.groupBy(contenders, (root) => targetOf(root, inquiry));
  const mapped = mappedNames(snapshot.application);
  const ambiguities = new Map(
    [...rivals]
      .map(([name, sharing]) => [name, withClaim(sharing, inquiry)] as const)
      // If a lineage is in the secret already, none of them gets it.
      .filter(([name, { length }]) => length > 1 && mapped.has(name) && !isTaken(name, snapshot))
      // Once for each name, not for each token that shares it, because there may be ten thousand.
      .map(
        ([name, claiming]) =>
          [name, { claiming: new Set(claiming), error: ambiguous(claiming, name) }] as const,
      ),
  );
  const decided = new Map<TokenId, Place | SecretName>();
  for (const root of live) {
    const target = targetOf(root, inquiry);
    const ambiguity = ambiguities.get(target);
    const isShared = mappedById(root, inquiry) === undefined && (rivals.get(target)?.length ?? 0) > 1;
    decided.set(
      root.token.id,
      ambiguity?.claiming.has(root)
        ? { kind: "failed", error: ambiguity.error }
        : placeOf(root, target, isShared, inquiry),
    );
  }
  const names = new Map(withoutTwins(decided, live, snapshot));
  // What expired before it could move gets a successor all the same: nobody's rival, and in nobody else's place.
  const given = new Set(names.values());
  for (const root of roots) {
    const { token, origin } = root;
    if (origin.kind !== "moved" || decided.has(token.id)) continue;
    const place = placeOf(root, targetOf(root, inquiry), false, inquiry);
    decided.set(token.id, place);
    if (typeof place !== "string") continue;
    const secretName = given.has(place) ? ownSecretName(snapshot, token) : place;
    names.set(token.id, secretName);
    given.add(secretName);
  }
  for (const { token, origin } of roots) {
    const place = decided.get(token.id);
    const secretName = names.get(token.id) ?? secretNameOfToken(snapshot, token);
    yield [token.id, typeof place === "object" ? place : { kind: "root", secretName, origin }];
  }
}

/**
 * A token of unknown origin doesn't compete, because somebody may have chosen its name for that. An id in `secrets` is a
 * decision of the operator.
 */
function isContender({ token, origin }: Root, { snapshot }: Pick<Inquiry, "snapshot">): boolean {
  const isExplained = origin.kind !== "unexplained" && origin.kind !== "unsearched";
  return isExplained || snapshot.application.secrets.has(token.id);
}

/**
 * Those that the configuration names by their ids, or else those that the worker created for this place, if there are any. Others
 * have only their names in common with it.
 */
function withClaim(sharing: readonly Root[], inquiry: Inquiry): readonly Root[] {
  const byId = sharing.filter((root) => mappedById(root, inquiry) !== undefined);
  const moved = sharing.filter(({ origin }) => origin.kind === "moved");
  return byId.length > 0 ? byId : moved.length > 0 ? moved : sharing;
}

/** Only the token that the worker is logged in with may go into the access token's secret, whatever other tokens' names are. */
function isIntruder(root: Root, inquiry: Inquiry): boolean {
  const { snapshot } = inquiry;
  return targetOf(root, inquiry) === accessSecretOf(snapshot) && root.token.id !== snapshot.ownId;
}

/** The name of the secret, or another place. */
function placeOf(root: Root, target: SecretName, isShared: boolean, inquiry: Inquiry): Place | SecretName {
  const { token, origin } = root;
  const { snapshot, selection } = inquiry;
  if (!isContender(root, inquiry)) return ownSecretName(snapshot, token);
  if (isIntruder(root, inquiry)) return { kind: "failed", error: notTheAccessToken(token, snapshot) };
  // Whatever else the access token's secret has held, a successor of the token that it holds now belongs there.
  if (target === accessSecretOf(snapshot)) return target;
  const reading = snapshot.secrets.get(target);
  // A secret that can't be read may hold any of them. A separate secret could create a second lineage.
  if (reading?.kind === "unreadable") return target;
  if (origin.kind === "moved")
    return isFreeFor(token, target, inquiry) ? target : { kind: "failed", error: taken(token, target) };
  if (!isTaken(target, snapshot)) return isShared ? ownSecretName(snapshot, token) : target;
  if (isAdopted(snapshot, token, selection) && hasDeadCurrent(snapshot, target))
    return { kind: "member", secretNames: [target] };
  return ownSecretName(snapshot, token);
}

function isTaken(name: SecretName, snapshot: Snapshot): boolean {
  return tellingVersions(snapshot, snapshot.secrets.get(name)).length > 0;
}

/**
 * A root's name may match the secret that another root gets by its id. A root that can have a secret with its own id gets
 * that.
 */
function withoutTwins(
  decided: ReadonlyMap<TokenId, Place | SecretName>,
  live: readonly Root[],
  snapshot: Snapshot,
): ReadonlyMap<TokenId, SecretName> {
  const names = new Map<TokenId, SecretName>();
  for (const [id, place] of decided) if (typeof place === "string") names.set(id, place);
  for (let isStable = false; !isStable; ) {
    isStable = true;
    const sharing = Map.groupBy(
      live.filter(({ token }) => names.has(token.id)),
      ({ token }) => names.get(token.id),
    );
    for (const [name, group] of sharing) {
      const reading = name && snapshot.secrets.get(name);
      // A secret that can't be read may hold any of them.
      if (group.length < 2 || (reading && reading.kind === "unreadable")) continue;
      for (const { token } of group) {
        const distinct = ownSecretName(snapshot, token);
        if (name === distinct) continue;
        names.set(token.id, distinct);
        isStable = false;
      }
    }
  }
  return names;
}

/**
 * If the event clearly names one root with `force`, it continues a lineage whose current token somebody deactivated or
 * deleted.
 */
function isAdopted(snapshot: Snapshot, token: ApiToken, selection: Selection): boolean {
  return isForced(token, selection) && isUnmistakable(snapshot, token, selection);
}

/** Whether an entry of `tokens` means this token and no other. */
function isUnmistakable(snapshot: Snapshot, token: ApiToken, { tokens = [] }: Selection): boolean {
  return tokens.some(
    (entry) =>
      matches(token, entry) &&
      [...snapshot.tokens.values()].filter((other) => matches(other, entry)).length === 1,
  );
}

/** Somebody deactivated or deleted the current token of the lineage. */
function hasDeadCurrent(snapshot: Snapshot, secretName: SecretName): boolean {
  const standing = standingVersion(snapshot, ownVersions(snapshot, snapshot.secrets.get(secretName)));
  if (standing === undefined || snapshot.unreadable.has(standing.stamp.tokenId)) return false;
  return findToken(snapshot, standing.stamp.tokenId)?.status !== "active";
}

/** A limit, because each of these tokens has the message. */
const MAX_RIVALS_NAMED = 10;

function ambiguous(rivals: readonly Root[], secretName: SecretName): RotationError {
  const named = rivals
    .slice(0, MAX_RIVALS_NAMED)
    .map(({ token: { id, name } }) => `${quoted(name)} (${id})`)
    .join(" and ");
  const more = rivals.length > MAX_RIVALS_NAMED ? ` and ${rivals.length - MAX_RIVALS_NAMED} more` : "";
  return new RotationError(
    "secret-mapping-ambiguous",
    `several tokens map to the secret ${secretName}: ${named}${more}`,
  );
}

function taken({ id }: ApiToken, secretName: SecretName): RotationError {
  return new RotationError(
    "secret-mapping-ambiguous",
    `the token ${id} has to move to the secret ${secretName}, which holds another token`,
  );
}

function notTheAccessToken({ id }: ApiToken, snapshot: Snapshot): RotationError {
  const { ownId } = snapshot;
  const own = ownId === undefined ? "can't be read from its string" : `is ${ownId}`;
  return new RotationError(
    "secret-mapping-mismatch",
    `the token ${id} maps to the secret ${accessSecretOf(snapshot)}, but the id of the worker's access token ${own}`,
  );
}

function targetOf(root: Root, inquiry: Inquiry): SecretName {
  const { token, origin } = root;
  const { snapshot } = inquiry;
  const byId = mappedById(root, inquiry);
  if (byId !== undefined) return byId;
  const named = secretNameOfToken(snapshot, token);
  const kept = origin.kind === "moved" ? keptName(origin.former, snapshot) : undefined;
  if (kept === undefined || named === accessSecretOf(snapshot)) return named;
  return mappedNames(snapshot.application).has(named) && isFreeFor(token, named, inquiry) ? named : kept;
}

/**
 * The name of its former secret under the prefix of today, whatever the token is called by now. Undefined for a secret that was
 * outside of the application's folder, and for a name that is too long now.
 */
function keptName(former: SecretArn, { application, secretPrefix }: Snapshot): SecretName | undefined {
  const name = secretNameOf(former);
  const folder = folderOf(name);
  if (!folder.endsWith(`/${application.id}`)) return undefined;
  const kept = v.safeParse(SecretName, `${secretPrefix}/${application.id}${name.slice(folder.length)}`);
  return kept.success ? kept.output : undefined;
}

/** The secret holds no lineage but the token's own. */
function isFreeFor({ id }: ApiToken, name: SecretName, { snapshot, claims }: Inquiry): boolean {
  const standing = standingVersion(snapshot, ownVersions(snapshot, snapshot.secrets.get(name)));
  return standing === undefined || chainFrom(id, claims.predecessors).has(standing.stamp.tokenId);
}

/**
 * The secret that the configuration gives to its id. If the token moves, an id means the whole lineage, because its first token may
 * have been replaced long ago. A version that somebody wrote into any secret doesn't make a token with other rights a successor of
 * that one.
 */
function mappedById({ token, origin }: Root, { snapshot, claims }: Inquiry): SecretName | undefined {
  const { secrets } = snapshot.application;
  if (secrets.size === 0 || origin.kind !== "moved") return secrets.get(token.id);
  const mapped = chainFrom(token.id, claims.predecessors)
    .values()
    .find((at) => secrets.has(at) && mayDescendFrom(at, token, snapshot));
  return secrets.get(mapped ?? token.id);
}

export function secretNameOfToken(
  snapshot: Pick<Snapshot, "application" | "secretPrefix" | "login" | "ownId">,
  { name, id }: Pick<ApiToken, "name" | "id">,
): SecretName {
  const { application, secretPrefix, ownId } = snapshot;
  if (id === ownId && renewsAccessToken(snapshot)) return accessSecretOf(snapshot);
  return (
    application.secrets.get(id) ??
    application.secrets.get(name) ??
    secretNameFor(secretPrefix, application.id, name)
  );
}

/** The secrets under the former prefixes that a root may have: those of its name, and the one that it moves from. */
export function formerNamesOf(
  { application, formerPrefixes }: Pick<Snapshot, "application" | "formerPrefixes">,
  { name }: Pick<ApiToken, "name">,
  origin: Origin,
): readonly SecretName[] {
  return formerPrefixes.flatMap((prefix) => {
    const named = secretNameFor(prefix, application.id, name);
    const left = origin.kind === "moved" ? secretNameOf(origin.former) : named;
    return left.startsWith(`${prefix}/${application.id}/`) ? [named, left] : [named];
  });
}

/**
 * A secret with the token's id in its name. Another token may have had that name, and have this secret. Then the id is appended once
 * more.
 */
function ownSecretName(snapshot: Snapshot, { name, id }: Pick<ApiToken, "name" | "id">): SecretName {
  const { application, secretPrefix, secrets } = snapshot;
  for (let text = name; ; text = `${text}_${id}`) {
    const secretName = secretNameFor(secretPrefix, application.id, text, id);
    if (tellingVersions(snapshot, secrets.get(secretName)).length === 0) return secretName;
  }
}
