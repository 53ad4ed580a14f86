import { remembered } from "../model/remembered.ts";
import type { SecretName } from "../model/secret.ts";
import { type ApiToken, isLive, scopeKey } from "../model/token.ts";
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
import { policyOfToken } from "./token-policy.ts";

/** How many secrets are searched for one token of unknown origin. Each costs one ListSecretVersionIds in a run. */
const MAX_SEARCHED = 500;

/** Whether a run would act on a token that belongs to no secret yet. */
export function isOfInterest(
  snapshot: Pick<Snapshot, "application">,
  token: ApiToken,
  selection: Selection,
  now: Date,
): boolean {
  return (
    isLive(token, now) &&
    (isNamed(token, selection) || dueReason(token, policyOfToken(snapshot, token), now) !== undefined)
  );
}

/** A secret whose tokens have one scope. */
interface Candidate {
  readonly name: SecretName;
  readonly createdAt: Date;
  readonly lastChangedAt: Date;
}

/**
 * The secrets that may hold a token in a version without a label, if labels and signed markers don't name the token. The secret in
 * its own description comes first, because that is a hint. Then secrets that existed before the token and changed after it.
 */
function mayHold(token: ListedToken, snapshot: Snapshot): readonly SecretName[] {
  const named = localName(snapshot, token);
  const byScope = candidatesIn(snapshot);
  const all = [...(byScope.get(scopeKey(token)) ?? []), ...(byScope.get(undefined) ?? [])];
  const others = all.filter(
    ({ name, createdAt, lastChangedAt }) =>
      name !== named && createdAt <= token.createdAt && lastChangedAt >= token.createdAt,
  );
  return [...(named === undefined ? [] : [named]), ...others.map(({ name }) => name)];
}

/** Calculated once for all tokens of a snapshot, because there may be ten thousand tokens and ten thousand secrets. */
const candidatesIn = remembered((snapshot: Snapshot) => {
  const found: (readonly [string | undefined, Candidate])[] = [];
  for (const [name, reading] of snapshot.secrets) {
    const secret = secretIn(reading);
    const standing = standingVersion(snapshot, ownVersions(snapshot, reading));
    if (secret === undefined || standing === undefined || !isConfigured(snapshot, name)) continue;
    const head = findToken(snapshot, standing.stamp.tokenId);
    const { createdAt, lastChangedAt } = secret;
    found.push([head && scopeKey(head), { name, createdAt, lastChangedAt }]);
  }
  const byScope = new Map<string | undefined, Candidate[]>();
  for (const [scope, candidate] of found) {
    const known = byScope.get(scope);
    if (known === undefined) byScope.set(scope, [candidate]);
    else known.push(candidate);
  }
  return byScope;
});

/** The secrets that must still be searched. Undefined if there are too many, or if not all are known. */
export function leftToSearch(token: ListedToken, snapshot: Snapshot): readonly SecretName[] | undefined {
  const candidates = mayHold(token, snapshot);
  if (!snapshot.isIndexed || candidates.length > MAX_SEARCHED) return undefined;
  if (candidates.some((name) => snapshot.secrets.get(name)?.kind === "unreadable")) return undefined;
  return candidates.filter((name) => !isSearched(snapshot.secrets.get(name)));
}
