import type { Lineage, Staged } from "../lineage/lineage.ts";
import { signedMarker } from "../lineage/proof.ts";
import { type ApiToken, isLive } from "../model/token.ts";
import { abandonedAfterMs, promotableForMs } from "../policy/renewal-window.ts";
import type { Action } from "./actions.ts";
import { type RuleInput, retirementAsked, skip } from "./rule-input.ts";

/** Rule 1: unfinished work. The other rules still apply, so that an event bus that doesn't work stops no rotation. */
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
      // Anybody who may write to the secret can create a version that names any token.
      if (token !== undefined && !lineage.provenHere.has(token.id)) return skip(token, "unproven");
      if (!input.isClockTrusted) return { kind: "defer", action: "discard", reason: "lost-race", subject };
      return { kind: "discard", reason: "lost-race", step: "delete", subject, version };
    });
  return [...announce, ...settle, ...resume, ...discards];
}

/**
 * A staged token is verified, so its string isn't needed again. The token that it replaces must still be active. In a copy of the
 * secret, nothing is resumed.
 */
function isResumable(
  { version, token }: Staged,
  { head, isRolledBack, secret }: Lineage,
  { now, policy }: RuleInput,
): boolean {
  if (token === undefined || head?.token === undefined || isRolledBack) return false;
  const marker = signedMarker(token);
  if (marker !== undefined && marker.secretArn !== secret?.arn) return false;
  if (version.stamp.replacedId !== head.tokenId || head.token.status !== "active") return false;
  return isLive(token, now) && now.getTime() - token.createdAt.getTime() < promotableForMs(policy);
}

/**
 * Until then, the run that staged it may be in progress, or a run that resumed it before somebody revoked its predecessor. If the
 * token no longer exists, there is nothing to wait for.
 */
function isAbandoned({ token }: Staged, { policy, readAt }: RuleInput): boolean {
  if (token === undefined) return true;
  return readAt.getTime() - token.createdAt.getTime() >= abandonedAfterMs(policy);
}

function subjectOf({ head }: Lineage, id: ApiToken["id"]): ApiToken | { readonly id: ApiToken["id"] } {
  return head?.token?.id === id ? head.token : { id };
}
