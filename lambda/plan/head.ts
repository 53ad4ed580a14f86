import type { Head, Lineage } from "../lineage/lineage.ts";
import type { Origin } from "../lineage/place.ts";
import type { ListedToken } from "../lineage/snapshot.ts";
import { after } from "../model/time.ts";
import { isExpired, isLive, type RunId } from "../model/token.ts";
import { fitsGlob, type Policy } from "../policy/policy.ts";
import {
  dueAt,
  dueReason,
  isEnding,
  isJustMade,
  isTooShortLived,
  lifetimeMs,
} from "../policy/renewal-window.ts";
import { isForced, isSelected } from "../policy/request.ts";
import { isOpen } from "../policy/windows.ts";
import type { Action, Rotate, RotateReason } from "./actions.ts";
import {
  blockedBy,
  isPastOrphanAge,
  outsideWindow,
  type RuleInput,
  retirementAsked,
  skip,
} from "./rule-input.ts";

/** How many tokens whose strings nobody has one lineage may have. */
const MAX_ORPHANS = 3;

/** A head whose token Losant still has. */
type LivingHead = Head & { readonly token: ListedToken };
type MovedOrigin = Extract<Origin, { readonly kind: "moved" }>;
type HeadRule = (head: LivingHead, lineage: Lineage, input: RuleInput) => Action | undefined;

/** Rules 3 to 7 and 9, for the head of the lineage. The first rule that applies decides. */
const HEAD_RULES: readonly HeadRule[] = [
  blocked,
  revoked,
  notLoggedIn,
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

/** If somebody deleted or deactivated the current token, a forced live token of the same lineage continues it. */
function successorCandidate(
  { head, superseded, isOwnAccessToken }: Lineage,
  { now, selection, ownId }: RuleInput,
): ListedToken | undefined {
  if (head === undefined || head.token?.status === "active") return undefined;
  // A token that a run has just created may be current, although DescribeSecret doesn't show that yet.
  const isFreshlyIssued = (token: ListedToken) => token.proof !== "unsigned" && isJustMade(token, now);
  const candidates = superseded.filter(
    (token) =>
      (!isOwnAccessToken || token.id === ownId) &&
      isLive(token, now) &&
      isForced(token, selection) &&
      token.scope.length > 0 &&
      !isFreshlyIssued(token),
  );
  // If several tokens have the name, the one that was current last.
  return candidates.toSorted((one, other) => other.createdAt.getTime() - one.createdAt.getTime())[0];
}

function blocked({ token }: LivingHead, lineage: Lineage): Action | undefined {
  const reason = blockedBy(lineage);
  return reason && skip(token, reason);
}

/** The worker never replaces a token that somebody revoked. */
function revoked(head: LivingHead): Action | undefined {
  const isRevoked = isManaged(head) && head.token.status === "inactive";
  return isRevoked ? skip(head.token, "revoked") : undefined;
}

/** The worker has replaced or created this token, so it manages it. */
function isManaged(head: LivingHead): boolean {
  return head.kind !== "root" || movedFrom(head) !== undefined;
}

/** Undefined for the head of a secret, and for a root that never was in one. */
function movedFrom(head: Head): MovedOrigin | undefined {
  return head.kind === "root" && head.origin.kind === "moved" ? head.origin : undefined;
}

/**
 * Only a successor of the token that the worker is logged in with goes into the access token's secret. Another token would lock
 * the worker out.
 */
function notLoggedIn({ token }: LivingHead, lineage: Lineage, input: RuleInput): Action | undefined {
  const { login, ownId } = input;
  const isOther = lineage.isOwnAccessToken && login.stage === "AWSCURRENT" && token.id !== ownId;
  return isOther ? skip(token, "rolled-back") : undefined;
}

/** If somebody moved AWSCURRENT back or set a value by hand, skip, until the token is forced or about to expire. */
function rolledBack(
  { token }: LivingHead,
  { isRolledBack }: Lineage,
  { selection, policy, now }: RuleInput,
): Action | undefined {
  const holds = isRolledBack && !isForced(token, selection) && !isEnding(token, policy, now);
  return holds ? skip(token, "rolled-back") : undefined;
}

function notSelected({ token }: LivingHead, _: Lineage, { selection }: RuleInput): Action | undefined {
  return isSelected(token, selection) ? undefined : skip(token, "not-selected");
}

function ineligible(head: LivingHead, _: Lineage, input: RuleInput): Action | undefined {
  const { token } = head;
  const { now, policy, selection } = input;
  const isRoot = !isManaged(head);
  const isAsked = isForced(token, selection);
  // To replace a dead token that nobody asked for is a security incident. So is a successor with other rights.
  if (isRoot && token.status === "inactive") return skip(token, "inactive");
  if (isRoot && isExpired(token, now)) return skip(token, "expired-unmanaged");
  if (!isAsked && isExcluded(token.name, policy)) return skip(token, "excluded");
  if (token.scope.length === 0) return skip(token, "no-scope");
  if (isAsked || movedFrom(head) !== undefined) return undefined;
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
  const moved = movedFrom(head);
  const moveAt = moved && mayMoveAt(token, moved, input);
  const reason = forced ? "forced" : moveAt !== undefined ? "moved" : dueReason(token, policy, now);
  if (reason === undefined) return undefined;
  if (moveAt !== undefined && reason === "moved" && now < moveAt)
    return { kind: "wait", reason: "not-due", subject: token, dueAt: moveAt };
  const waits = mayWait(head, reason, input);
  if (waits && !isOpen(policy.windows, now)) return outsideWindow(token, policy, now);
  // The token may belong to a secret that was not read.
  if (head.kind === "root" && head.origin.kind === "unsearched")
    return { kind: "defer", action: "rotate", reason, subject: token };
  if (isManaged(head) && (isJustMade(token, now) || wasMadeBy(input.runId, token)))
    return skip(token, "just-rotated");
  const young = lineage.orphans.some((orphan) => !isPastOrphanAge(orphan, input));
  if (young && !forced && !isEnding(token, policy, now)) return skip(token, "young-orphan");
  const action = rotate(token, reason, lineage, input);
  return waits ? { ...action, waitsForWindow: true } : action;
}

/** Until fewer than two intervals are left. Consumers of a moved token may still use the one that it replaced. */
function mayWait(head: LivingHead, reason: RotateReason, { policy, now }: RuleInput): boolean {
  if (policy.windows.length === 0 || reason === "forced") return false;
  const predecessor = movedFrom(head)?.predecessor;
  return ![head.token, predecessor].some((token) => token !== undefined && isEnding(token, policy, now));
}

const DAY_MS = 86_400_000;

/**
 * At once. But a token that the worker created moves one day after its creation, or after a third of its lifetime if that is
 * shorter. Otherwise, a configuration that changes all the time would create a token in each run. It doesn't wait for the end of
 * the token that it replaced.
 */
function mayMoveAt(token: ListedToken, { predecessor }: MovedOrigin, { policy, now }: RuleInput): Date {
  const isUrgent =
    isEnding(token, policy, now) || (predecessor !== undefined && isEnding(predecessor, policy, now));
  const waits = token.proof === "signed" && !isUrgent;
  return waits ? after(token.createdAt, Math.min(DAY_MS, lifetimeMs(token) / 3)) : token.createdAt;
}

/**
 * Lambda's retries have the same payload and the same request id. If the key of the marker wasn't tried, because the access token
 * has been replaced since, its text is enough: the only effect is that this request leaves the token alone.
 */
function wasMadeBy(runId: RunId, { marker, proof }: ListedToken): boolean {
  return proof !== "unsigned" && typeof marker === "object" && marker.run === runId;
}

function rotate(subject: ListedToken, reason: RotateReason, lineage: Lineage, input: RuleInput): Rotate {
  return {
    kind: "rotate",
    reason,
    subject,
    from: lineage.currentVersionId,
    orphansAllowed: orphansAllowed(subject, reason, lineage, input),
    ...formerOf(lineage),
    ...retirementAsked(subject, lineage, input),
  };
}

function formerOf({ head }: Lineage): Pick<Rotate, "former"> {
  const moved = head && movedFrom(head);
  return moved === undefined ? {} : { former: moved.former };
}

/**
 * A token that can't be deleted must not be created again in every run, so the lineage waits while there is time. It also waits
 * if several tokens already wait for their deletion. Shortly before the expiry, a few more orphans do less harm than an expired
 * token. A person who forces the rotation knows about them.
 */
function orphansAllowed(
  token: ListedToken,
  reason: RotateReason,
  lineage: Lineage,
  input: RuleInput,
): number {
  if (reason === "forced") return Number.POSITIVE_INFINITY;
  const young = lineage.orphans.filter((orphan) => !isPastOrphanAge(orphan, input)).length;
  // While Losant's time is unknown, no orphan ends.
  const lingering = lineage.orphans.filter(
    (orphan) => orphan.discardedAt !== undefined || (!input.isClockTrusted && isPastOrphanAge(orphan, input)),
  ).length;
  if (isEnding(token, input.policy, input.now))
    return MAX_ORPHANS - 1 - young - Math.max(0, lingering - MAX_ORPHANS);
  return lingering < MAX_ORPHANS ? 0 : -1;
}

function waitUntilDue(
  { token }: LivingHead,
  { isShared }: Lineage,
  { policy }: RuleInput,
): Action | undefined {
  if (isShared) return skip(token, "shared");
  const at = dueAt(token, policy);
  return at && { kind: "wait", reason: "not-due", subject: token, dueAt: at };
}
