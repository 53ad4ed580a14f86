import type { Lineage } from "../lineage/lineage.ts";
import { signedMarker } from "../lineage/proof.ts";
import type { ListedToken } from "../lineage/snapshot.ts";
import { hasNotice } from "../model/marker.ts";
import { isExpired } from "../model/token.ts";
import { LINGERING_MS } from "./orphans.ts";
import { isLogin, type RuleInput } from "./rule-input.ts";

/**
 * Whether the policy ends a token that this worker didn't create, if there is proof that the worker replaced it. Never one that the
 * worker logs in with, or has logged in with.
 */
export function mayEndRoot(token: ListedToken, { isOwnAccessToken }: Lineage, input: RuleInput): boolean {
  return input.policy.retire.roots && !isOwnAccessToken && !isLogin(token, input);
}

/**
 * Whether the worker itself replaced a root in this secret: a version of the secret and the signed marker of one token both say so, and
 * the current token descends from that one. A version alone is no proof, because whoever can write to the secret can create it. No
 * proof counts if the root has a marker itself, or if a token of another secret says that it replaced the root: then another
 * deployment may use it. Also true if the proof hasn't been looked up yet. `observe` then looks it up, and the plan is made again.
 */
export function isProvenRoot(
  { id, marker }: ListedToken,
  { secret, head, superseded, chain, provenHere, replacedElsewhere, isSearched }: Lineage,
  { hasKeysLeft }: RuleInput,
): boolean {
  if (marker !== undefined || replacedElsewhere.has(id)) return false;
  if (isSearched) {
    const successorId = chain[chain.indexOf(id) - 1];
    return successorId !== undefined && provenHere.has(successorId);
  }
  return [...(head?.token ? [head.token] : []), ...superseded].some((token) => {
    const signed = signedMarker(token);
    const isSuccessor = signed?.replacedId === id && signed.secretArn === secret?.arn;
    return isSuccessor || (token.proof === "unknown" && hasKeysLeft);
  });
}

/**
 * Its next step, `elapsedMs` after its grace period has begun. People may have the string by hand, so a root is always deactivated
 * first, with a line in its description that says when. It is deleted after as much time as the policy has between both, and at least a
 * week. `reactivated`: somebody has activated it since, and so it stays. The worker deletes no root that somebody else deactivated.
 */
export function rootStep(
  token: ListedToken,
  elapsedMs: number,
  { now, policy, hasKeysLeft }: RuleInput,
): "deactivate" | "delete" | "reactivated" | undefined {
  const { status, discardedAt, description } = token;
  const { deactivateAfterMs = Number.POSITIVE_INFINITY, deleteAfterMs = Number.POSITIVE_INFINITY } =
    policy.retire;
  if (status === "active") {
    if (elapsedMs < deactivateAfterMs || isExpired(token, now)) return undefined;
    return discardedAt === undefined ? "deactivate" : "reactivated";
  }
  if (elapsedMs < deleteAfterMs) return undefined;
  // The key of that line may not have been read yet.
  if (discardedAt === undefined) return hasKeysLeft && hasNotice(description) ? "delete" : undefined;
  const lingeringMs = Math.max(LINGERING_MS, deleteAfterMs - deactivateAfterMs);
  return now.getTime() - discardedAt.getTime() >= lingeringMs ? "delete" : undefined;
}
