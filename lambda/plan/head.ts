import type { Head, Lineage } from "../lineage/lineage.ts";
import type { ListedToken } from "../lineage/snapshot.ts";
import { isExpired, isLive, type RunId } from "../model/token.ts";
import { fitsGlob, type Policy } from "../policy/policy.ts";
import { dueAt, dueReason, isJustMade, isTooShortLived } from "../policy/renewal-window.ts";
import { isForced, isSelected } from "../policy/request.ts";
import type { Action, RotateReason } from "./actions.ts";
import { blockedBy, isEnding, isPastOrphanAge, type RuleInput, retirementAsked, skip } from "./rule-input.ts";

/** So many tokens of one lineage may be left whose strings nobody has. */
const MAX_ORPHANS = 3;

/** A head whose token Losant still has. */
type LivingHead = Head & { readonly token: ListedToken };
type HeadRule = (head: LivingHead, lineage: Lineage, input: RuleInput) => Action | undefined;

/** Rules 3 to 7 and 9, for the token that the lineage stands on: the first that has something to say. */
const HEAD_RULES: readonly HeadRule[] = [
  blocked,
  revoked,
  rolledBack,
  notSelected,
  ineligible,
  rotateWhenDue,
  waitUntilDue,
];

export function ruleOnHead(lineage: Lineage, input: RuleInput): Action | undefined {
  const { head } = lineage;
  if (head === undefined) return undefined;
  const candidate = successorCandidate(lineage, input);
  if (candidate !== undefined && !blockedBy(lineage)) return rotate(candidate, "forced", lineage, input);
  const { token } = head;
  if (token === undefined) return skip({ id: head.tokenId }, blockedBy(lineage) ?? "missing");
  for (const rule of HEAD_RULES) {
    const action = rule({ ...head, token }, lineage, input);
    if (action !== undefined) return action;
  }
  return undefined;
}

/** The way back for a lineage whose current token somebody deleted or deactivated: a live token of it, forced. */
function successorCandidate(
  { head, superseded }: Lineage,
  { now, selection }: RuleInput,
): ListedToken | undefined {
  if (head === undefined || head.token?.status === "active") return undefined;
  // What a run made a moment ago may be the current one, unseen by a description that lags.
  const isFreshlyIssued = (token: ListedToken) => token.marker !== undefined && isJustMade(token, now);
  const candidates = superseded.filter(
    (token) =>
      isLive(token, now) && isForced(token, selection) && token.scope.length > 0 && !isFreshlyIssued(token),
  );
  // Where a name means several, the one that was current last.
  return candidates.toSorted((one, other) => other.createdAt.getTime() - one.createdAt.getTime())[0];
}

function blocked({ token }: LivingHead, lineage: Lineage): Action | undefined {
  const reason = blockedBy(lineage);
  return reason && skip(token, reason);
}

/** Never resurrect what somebody has revoked. */
function revoked({ kind, token }: LivingHead): Action | undefined {
  return kind !== "root" && token.status === "inactive" ? skip(token, "revoked") : undefined;
}

/** Somebody moved AWSCURRENT back or set a value by hand: don't fight them, until it is forced or about to end. */
function rolledBack({ token }: LivingHead, lineage: Lineage, input: RuleInput): Action | undefined {
  const holds = lineage.isRolledBack && !isForced(token, input.selection) && !isEnding(token, input);
  return holds ? skip(token, "rolled-back") : undefined;
}

function notSelected({ token }: LivingHead, _: Lineage, { selection }: RuleInput): Action | undefined {
  return isSelected(token, selection) ? undefined : skip(token, "not-selected");
}

function ineligible({ kind, token }: LivingHead, _: Lineage, input: RuleInput): Action | undefined {
  const { now, policy, selection } = input;
  const isRoot = kind === "root";
  const isAsked = isForced(token, selection);
  // Replacing a dead credential that nobody asked for is a security incident, and so is a successor with other rights.
  if (isRoot && token.status === "inactive") return skip(token, "inactive");
  if (isRoot && isExpired(token, now)) return skip(token, "expired-unmanaged");
  if (!isAsked && isExcluded(token.name, policy)) return skip(token, "excluded");
  if (token.scope.length === 0) return skip(token, "no-scope");
  if (isAsked) return undefined;
  if (dueAt(token, policy) === undefined) return skip(token, "never-expires");
  return isRoot && isTooShortLived(token, policy) ? skip(token, "too-short-lived") : undefined;
}

function isExcluded(name: string, { include, exclude }: Policy): boolean {
  return !include.some((glob) => fitsGlob(name, glob)) || exclude.some((glob) => fitsGlob(name, glob));
}

function rotateWhenDue(head: LivingHead, lineage: Lineage, input: RuleInput): Action | undefined {
  const { token } = head;
  const { now, policy, selection } = input;
  const forced = isForced(token, selection);
  const reason = forced ? "forced" : dueReason(token, policy, now);
  if (reason === undefined) return undefined;
  if (head.kind !== "root" && (isJustMade(token, now) || wasMadeBy(input.runId, token)))
    return skip(token, "just-rotated");
  const young = lineage.orphans.some((orphan) => !isPastOrphanAge(orphan, input));
  if (young && !forced && !isEnding(token, input)) return skip(token, "young-orphan");
  return rotate(token, reason, lineage, input);
}

/** Lambda retries carry the same payload under the same request id. */
function wasMadeBy(runId: RunId, { marker }: ListedToken): boolean {
  return typeof marker === "object" && marker.run === runId;
}

function rotate(subject: ListedToken, reason: RotateReason, lineage: Lineage, input: RuleInput): Action {
  return {
    kind: "rotate",
    reason,
    subject,
    from: lineage.currentVersionId,
    orphansAllowed: orphansAllowed(subject, reason, lineage, input),
    ...retirementAsked(subject, lineage, input),
  };
}

/**
 * A token that can't be deleted must not be made again in every run: while there is time, its lineage waits. At the end of
 * a life a few are the smaller evil, and whoever forces it has been told.
 */
function orphansAllowed(
  token: ListedToken,
  reason: RotateReason,
  lineage: Lineage,
  input: RuleInput,
): number {
  if (reason === "forced") return Number.POSITIVE_INFINITY;
  const young = lineage.orphans.filter((orphan) => !isPastOrphanAge(orphan, input)).length;
  return isEnding(token, input) ? MAX_ORPHANS - 1 - young : 0;
}

function waitUntilDue({ token }: LivingHead, _: Lineage, { policy }: RuleInput): Action | undefined {
  const at = dueAt(token, policy);
  return at && { kind: "wait", reason: "not-due", subject: token, dueAt: at };
}
