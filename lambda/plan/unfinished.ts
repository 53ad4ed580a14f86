import type { Lineage, Staged } from "../lineage/lineage.ts";
import { type ApiToken, isLive } from "../model/token.ts";
import { abandonedAfterMs, promotableForMs } from "../policy/renewal-window.ts";
import type { Action } from "./actions.ts";
import { type RuleInput, retirementAsked, skip } from "./rule-input.ts";

/** Rule 1: unfinished work. None of it ends the rules, so that a dead event bus stops no rotation. */
export function finishUnfinished(lineage: Lineage, input: RuleInput): readonly Action[] {
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
  const resumable = staged.find((candidate) => isResumable(candidate, lineage, input));
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
            ...retirementAsked(head.token, lineage, input),
          },
        ]
      : [];
  const discards = staged
    .filter((candidate) => candidate !== resumable && isAbandoned(candidate, input))
    .map(({ version, token }): Action => {
      const subject = token ?? { id: version.stamp.tokenId };
      // Whoever may write to the secret can make a version that names any token.
      if (token !== undefined && !lineage.provenHere.has(token.id)) return skip(token, "unproven");
      if (!input.isClockTrusted) return { kind: "defer", action: "discard", reason: "lost-race", subject };
      return { kind: "discard", reason: "lost-race", step: "delete", subject, version };
    });
  return [...announce, ...settle, ...resume, ...discards];
}

/** Staged is verified, so nothing needs the string again; what it replaces must still be wanted. */
function isResumable(
  { version, token }: Staged,
  { head, isRolledBack }: Lineage,
  { now, policy }: RuleInput,
): boolean {
  if (token === undefined || head?.token === undefined || isRolledBack) return false;
  if (version.stamp.replacedId !== head.tokenId || head.token.status !== "active") return false;
  return isLive(token, now) && now.getTime() - token.createdAt.getTime() < promotableForMs(policy);
}

/**
 * Its run, or one that resumed it before somebody revoked what it replaces, may still be under way until then; a token
 * that is gone has nothing left to wait for.
 */
function isAbandoned({ token }: Staged, { policy, readAt }: RuleInput): boolean {
  if (token === undefined) return true;
  return readAt.getTime() - token.createdAt.getTime() >= abandonedAfterMs(policy);
}

function subjectOf({ head }: Lineage, id: ApiToken["id"]): ApiToken | { readonly id: ApiToken["id"] } {
  return head?.token?.id === id ? head.token : { id };
}
