import type { Lineage } from "../lineage/lineage.ts";
import { type Evidence, readsSinceReplaced } from "../lineage/reads.ts";
import type { ListedToken } from "../lineage/snapshot.ts";
import { nextSuccessor } from "../lineage/succession.ts";
import { after } from "../model/time.ts";
import { isLive, type TokenId } from "../model/token.ts";
import { unreadReminderAt } from "../policy/reminder-schedule.ts";
import type { Action, Subject, UnreadSuccessor } from "./actions.ts";
import { isCertain, withPredecessors } from "./predecessors.ts";
import { retiredAt, whyNeeded } from "./retirement.ts";
import type { RuleInput } from "./rule-input.ts";

const DAY_MS = 86_400_000;
/** Consumers that read the secret once a day, or are restarted every night or over a weekend, have read the successor by then. */
const PATIENCE_MS = 3 * DAY_MS;

/**
 * Adds to the actions what consumers have not read, for every predecessor that they may lose. Nothing is known of a lineage whose
 * current token is uncertain. The list of secrets has the day of the last read of each; where that doesn't decide, see `mayBeUnread`.
 */
export function withUnread(
  actions: readonly Action[],
  lineage: Lineage,
  input: RuleInput,
): readonly Action[] {
  return withPredecessors(actions, lineage, input, (action, token) => {
    const unread = unreadOf(token, lineage, input);
    if (unread === undefined) return action;
    return action.kind === "skip" && action.reason === "superseded"
      ? { ...action, reason: unread.reason, unread }
      : { ...action, unread };
  });
}

/** Adds whether consumers have read the current token since it replaced another one, and the successor of a token that is retired. */
export function withEvidence(actions: readonly Action[], lineage: Lineage): readonly Action[] {
  const { head, chain } = lineage;
  const replacedId = head?.kind === "current" ? chain[1] : undefined;
  const read = replacedId && evidenceOf(replacedId, lineage);
  return actions.map((action) => {
    switch (action.kind) {
      case "retire":
        return { ...action, successorRead: evidenceOf(action.subject.id, lineage) };
      case "rotate":
      case "resume":
      case "skip":
      case "wait":
        return read !== undefined && action.subject.id === head?.tokenId ? { ...action, read } : action;
      default:
        return action;
    }
  });
}

function evidenceOf(replacedId: TokenId, lineage: Lineage): Evidence {
  return readsSinceReplaced(replacedId, lineage).successor;
}

/** Undefined also for the first days, in which consumers may still read the successor by themselves. */
function unreadOf(token: ListedToken, lineage: Lineage, input: RuleInput): UnreadSuccessor | undefined {
  const reason = isLive(token, input.now) ? whyNeeded(token, lineage, input) : undefined;
  const times = reason && timesOf(token, lineage, input);
  if (reason === undefined || times === undefined || input.now < times.sinceAt) return undefined;
  const { successorId, replacedAt, sinceAt, retiresAt } = times;
  return { reason, successorId, replacedAt, sinceAt, retiresAt };
}

function timesOf(token: ListedToken, lineage: Lineage, input: RuleInput) {
  const replacedBy = nextSuccessor(token.id, lineage);
  if (replacedBy === undefined) return undefined;
  const { id: successorId, createdAt: replacedAt } = replacedBy;
  const retiresAt = input.policy.retire.unread === "ignore" ? retiredAt(token, lineage, input) : undefined;
  const endsAt = lostAt(token, { retiresAt });
  return { successorId, replacedAt, retiresAt, endsAt, sinceAt: toldFrom(replacedAt, endsAt) };
}

/** Live predecessors of which the list of secrets doesn't show whether consumers have read their successors. */
export function withoutEvidence(lineage: Lineage, now: Date): readonly ListedToken[] {
  const { secret, isOwnAccessToken, superseded } = lineage;
  if (secret === undefined || isOwnAccessToken) return [];
  return superseded.filter((token) => isLive(token, now) && evidenceOf(token.id, lineage) === "unknown");
}

/**
 * A warning may be due about a token whose secret somebody has read since, and only the list of versions shows which of them was read.
 * A run may be about a moment before its start, so the span is twice as long.
 */
export function mayBeUnread(lineage: Lineage, input: RuleInput): boolean {
  const { now, policy } = input;
  const unknown = withoutEvidence(lineage, now);
  if (unknown.length === 0 || !isCertain(lineage, input)) return false;
  return unknown.some((token) => {
    const told = timesOf(token, lineage, input);
    return told !== undefined && unreadReminderAt(told, now, 2 * policy.intervalMs) !== undefined;
  });
}

/** When consumers lose the token: at its expiry, or when the policy ends it if that is earlier. */
export function lostAt(
  { expiresAt }: Pick<Subject, "expiresAt">,
  { retiresAt }: Pick<UnreadSuccessor, "retiresAt">,
): Date | undefined {
  const ends = [expiresAt, retiresAt].filter((at) => at !== undefined);
  return ends.toSorted((one, other) => one.getTime() - other.getTime())[0];
}

/**
 * After three days, but at most half of the time that is left to consumers. A successor becomes current minutes after its creation,
 * or by a later run if one was interrupted.
 */
function toldFrom(replacedAt: Date, endsAt: Date | undefined): Date {
  const leftMs = endsAt === undefined ? Number.POSITIVE_INFINITY : endsAt.getTime() - replacedAt.getTime();
  return after(replacedAt, Math.min(PATIENCE_MS, Math.max(leftMs, 0) / 2));
}
