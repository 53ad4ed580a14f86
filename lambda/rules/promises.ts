import type { Action, Discard } from "../actions.ts";
import type { Lineage, Staged } from "../lineage.ts";
import { type ApiToken, isLive } from "../model.ts";
import { asksToRetire, type Context, isPastOrphanAge } from "./context.ts";

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
            retireNow: asksToRetire(head.token, lineage, context),
          },
        ]
      : [];
  const discards = staged
    .filter((candidate) => candidate !== resumable && isAbandoned(candidate, context))
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
function isResumable({ version, token }: Staged, { head, isRolledBack }: Lineage, { now }: Context): boolean {
  if (token === undefined || head?.token === undefined || isRolledBack) return false;
  return isLive(token, now) && version.stamp.replacedId === head.tokenId && head.token.status === "active";
}

/** Its run may still be under way until then; a token that is gone has nothing left to wait for. */
function isAbandoned({ token }: Staged, context: Context): boolean {
  return token === undefined || isPastOrphanAge(token, context);
}

function subjectOf({ head }: Lineage, id: ApiToken["id"]): ApiToken | { readonly id: ApiToken["id"] } {
  return head?.token?.id === id ? head.token : { id };
}
