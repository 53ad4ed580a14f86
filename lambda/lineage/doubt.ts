import type { SecretName } from "../model/secret.ts";
import { type ApiToken, isLive } from "../model/token.ts";
import { dueReason } from "../policy/renewal-window.ts";
import { isNamed, type Selection } from "../policy/request.ts";
import {
  findToken,
  isConfigured,
  isSearched,
  type ListedToken,
  localName,
  ownVersions,
  type Snapshot,
  secretIn,
  standingVersion,
} from "./snapshot.ts";

/** So many secrets are searched for one token that nothing explains: each costs a ListSecretVersionIds. */
const MAX_SEARCHED = 100;

/** Whether something is to be done about a token that belongs to no secret yet. */
export function isOfInterest(
  { application }: Pick<Snapshot, "application">,
  token: ApiToken,
  selection: Selection,
  now: Date,
): boolean {
  return (
    isLive(token, now) &&
    (isNamed(token, selection) || dueReason(token, application.policy, now) !== undefined)
  );
}

/**
 * The secrets that may hold a token of which labels and signed markers say nothing, in versions without a label. What its own
 * text names comes first, since that is a hint; then those that were there before it and changed after it.
 */
export function mayHold(token: ListedToken, snapshot: Snapshot): readonly SecretName[] {
  const named = localName(snapshot, token);
  const others = [...snapshot.secrets].flatMap(([name, reading]) => {
    const secret = secretIn(reading);
    if (secret === undefined || name === named || !isConfigured(snapshot, name)) return [];
    const standing = standingVersion(snapshot, ownVersions(reading));
    const head = standing && findToken(snapshot, standing.stamp.tokenId);
    const hasItsScope = head === undefined || isSameScope(head, token);
    const fits = secret.createdAt <= token.createdAt && secret.lastChangedAt >= token.createdAt;
    return standing !== undefined && hasItsScope && fits ? [name] : [];
  });
  return [...(named === undefined ? [] : [named]), ...others];
}

export function isSameScope(one: ApiToken, other: ApiToken): boolean {
  return new Set(one.scope).symmetricDifference(new Set(other.scope)).size === 0;
}

/** The secrets that are still to be searched; undefined where there are too many, or not all are known. */
export function leftToSearch(token: ListedToken, snapshot: Snapshot): readonly SecretName[] | undefined {
  const candidates = mayHold(token, snapshot);
  if (!snapshot.isIndexed || candidates.length > MAX_SEARCHED) return undefined;
  if (candidates.some((name) => snapshot.secrets.get(name)?.kind === "unreadable")) return undefined;
  return candidates.filter((name) => !isSearched(snapshot.secrets.get(name)));
}
