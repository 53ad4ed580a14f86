import { latenessMs } from "./windows.ts";

/*
 * When a run sends an event about a problem. This depends only on timestamps, because no run remembers another. A token that
 * fails, or that nothing renews, does so in every run: an event from each would be ignored. docs/events.md explains this to
 * subscribers.
 */

const DAY_MS = 86_400_000;

/** Days before its expiry at which a token that will not be rotated is warned of. */
export const WARNING_DAYS = [30, 14, 7, 3, 1] as const;
/** 0 stands for the last interval before the expiry, so that a problem that begins within the last day is told as well. */
export type WarningDay = (typeof WARNING_DAYS)[number] | 0;

/** Days before consumers lose a token whose successor they don't read. */
export const UNREAD_DAYS = [7, 3, 1] as const;
/** 0 as in `WarningDay`. */
export type UnreadDay = (typeof UNREAD_DAYS)[number] | 0;

/** Without an expiry ahead, the event is repeated after this many days. */
const REMINDER_DAYS = 30;

/** The times that decide when to send an event about a token. Both may be unknown. */
export interface Standing {
  /** When the token, or the step that failed, became due. No event is sent before. */
  readonly sinceAt: Date | undefined;
  /** When the token expires, if the problem can let it expire. */
  readonly expiresAt: Date | undefined;
}

/**
 * The warning day for which a scheduled run started at `now` sends an event, in days: the lowest, if a long interval spans
 * several; 0 only if it spans none, since a run days before the expiry may be the last one. Undefined if the token has expired, and for
 * a day before `sinceAt` (if that is undefined, all days count).
 */
export function warningDayReached(
  { sinceAt, expiresAt }: Standing,
  now: Date,
  intervalMs: number,
): WarningDay | undefined {
  if (expiresAt === undefined || now >= expiresAt) return undefined;
  const sinceMs = sinceAt?.getTime() ?? Number.NEGATIVE_INFINITY;
  const endMs = expiresAt.getTime();
  const isReached = (momentMs: number) => isTurn(momentMs, sinceMs, now.getTime(), intervalMs);
  const day = WARNING_DAYS.toReversed().find((days) => isReached(endMs - days * DAY_MS));
  return day ?? (isReached(Math.max(endMs - intervalMs, sinceMs)) ? 0 : undefined);
}

/**
 * The moment for which a scheduled run started at `now` sends an event about a failure, or undefined if it sends none. The
 * moments are: when the failed step became due; each warning day before the expiry; the expiry; and every thirty days after
 * that, or after it became due if nothing expires. Without `sinceAt`, it isn't due, and no event is sent.
 */
export function failureReminderAt(
  { sinceAt, expiresAt }: Standing,
  now: Date,
  intervalMs: number,
): Date | undefined {
  if (sinceAt === undefined) return undefined;
  const nowMs = now.getTime();
  const sinceMs = sinceAt.getTime();
  const endMs = expiresAt?.getTime();
  const warnings =
    endMs === undefined ? [] : [0, ...WARNING_DAYS.toReversed()].map((days) => endMs - days * DAY_MS);
  const moments = [reminderMs(endMs ?? sinceMs, nowMs, intervalMs), ...warnings, sinceMs];
  const moment = moments.find((momentMs) => isTurn(momentMs, sinceMs, nowMs, intervalMs));
  return moment === undefined ? undefined : new Date(moment);
}

/**
 * The moment for which a scheduled run started at `now` sends the event that a successor is unread, and how many days are left then.
 * The moments are: when it is first told; 7, 3 and 1 days before consumers lose the token, and the last interval before that (0). If
 * they never lose it: every thirty days after the first one.
 */
export function unreadReminderAt(
  { sinceAt, endsAt }: { readonly sinceAt: Date; readonly endsAt: Date | undefined },
  now: Date,
  intervalMs: number,
): { readonly at: Date; readonly daysLeft?: UnreadDay } | undefined {
  const [sinceMs, nowMs, endMs] = [sinceAt.getTime(), now.getTime(), endsAt?.getTime()];
  const first = { momentMs: sinceMs };
  const moments =
    endMs === undefined
      ? [{ momentMs: reminderMs(sinceMs, nowMs, intervalMs) }, first]
      : [
          ...UNREAD_DAYS.toReversed().map((daysLeft) => ({ momentMs: endMs - daysLeft * DAY_MS, daysLeft })),
          first,
          { momentMs: Math.max(endMs - intervalMs, sinceMs), daysLeft: 0 as const },
        ];
  const moment = moments.find(({ momentMs }) => isTurn(momentMs, sinceMs, nowMs, intervalMs));
  if (moment === undefined) return undefined;
  const { momentMs, ...rest } = moment;
  return { at: new Date(momentMs), ...rest };
}

/** The latest of the moments every thirty days after `fromMs` for which this run may send an event. */
function reminderMs(fromMs: number, nowMs: number, intervalMs: number): number {
  const periodMs = REMINDER_DAYS * DAY_MS;
  const count = Math.floor((nowMs + latenessMs(intervalMs) - fromMs) / periodMs);
  return fromMs + Math.max(count, 1) * periodMs;
}

/**
 * Whether this run sends the event for a moment. Runs start an interval apart, some of them late. A span of one interval would
 * miss some moments, so the span is longer by the lateness. If two runs start in it, both send the event, with the same key.
 * The span begins early instead of ending late, so that a run exactly at the moment is the only one. It never begins before
 * `sinceMs`, when there was no problem. If a run doesn't take place, the events for its moments are lost.
 */
function isTurn(momentMs: number, sinceMs: number, nowMs: number, intervalMs: number): boolean {
  const beginMs = Math.max(momentMs - latenessMs(intervalMs), sinceMs);
  return momentMs >= sinceMs && nowMs >= beginMs && nowMs < beginMs + intervalMs + latenessMs(intervalMs);
}
