import type { Action, Discard } from "../actions.ts";
import type { Lineage, Staged } from "../lineage.ts";
import { type ApiToken, isLive } from "../model.ts";
import { promotableForMs } from "../window.ts";
import { type Context, retirementOf } from "./context.ts";

/** Rule 1. None of these ends the rules, so that a dead event bus stops no rotation. */
export function keepPromises(lineage: Lineage, context: Context): readonly Action[] {
  const { unannounced, unsettled, staged, head } = lineage;
  const announce: readonly Action[] = unannounced
    ? [
        {
          kind: "announce",
          reason: "unannounced",
          subject: subjectOf(lineage, unannounced.stamp.tokenId),
          version: unannounced,
        },
      ]
    : [];
  const settle = unsettled.map((version): Action => ({ kind: "settle", version }));
  const resumable = staged.find((candidate) => isResumable(candidate, lineage, context));
  const resume: readonly Action[] =
    resumable?.token && head?.token
      ? [
          {
            kind: "resume",
            reason: "unfinished",
            subject: head.token,
            successor: resumable.token,
            version: resumable.version,
            from: lineage.currentVersionId,
            ...retirementOf(head.token, lineage, context),
          },
        ]
      : [];
  const discards = staged
    .filter((candidate) => candidate !== resumable && isAbandoned(candidate, lineage, context))
    .map(
      ({ version, token }): Discard => ({
        kind: "discard",
        reason: "lost-race",
        subject: token ?? { id: version.stamp.tokenId },
        version,
      }),
    );
  return [...announce, ...settle, ...resume, ...discards];
}

/** Staged is verified, so nothing needs the string again; what it replaces must still be wanted. */
function isWanted({ version, token }: Staged, { head, isRolledBack }: Lineage, { now }: Context): boolean {
  if (token === undefined || head?.token === undefined || isRolledBack) return false;
  return isLive(token, now) && version.stamp.replacedId === head.tokenId && head.token.status === "active";
}

function isResumable(candidate: Staged, lineage: Lineage, context: Context): boolean {
  const ageMs = context.now.getTime() - (candidate.token?.createdAt.getTime() ?? 0);
  return isWanted(candidate, lineage, context) && ageMs < promotableForMs(context.policy);
}

/**
 * Its run may still be under way until then, and so may one that has just resumed it; a token that is gone has nothing
 * left to wait for.
 */
function isAbandoned(candidate: Staged, lineage: Lineage, context: Context): boolean {
  const { token } = candidate;
  if (token === undefined) return true;
  const { policy, readAt } = context;
  const waitMs = isWanted(candidate, lineage, context) ? promotableForMs(policy) : 0;
  return readAt.getTime() - token.createdAt.getTime() >= waitMs + policy.orphanAfterMs;
}

function subjectOf({ head }: Lineage, id: ApiToken["id"]): ApiToken | { readonly id: ApiToken["id"] } {
  return head?.token?.id === id ? head.token : { id };
}
