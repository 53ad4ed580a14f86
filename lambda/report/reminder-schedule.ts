/*
 * When a run speaks, told from times alone. No run remembers another, and a token that fails or is left to expire does
 * so in every run: if each told of it, nobody would listen. docs/events.md says the same for who subscribes.
 */

const DAY_MS = 86_400_000;

/** Days before its expiry at which a token that will not be rotated is warned of. */
export const WARNING_DAYS = [30, 14, 7, 3, 1] as const;
export type WarningDay = (typeof WARNING_DAYS)[number];

/** What has no expiry ahead of it is told of again after so many days. */
const REMINDER_DAYS = 30;

/** By how much two starts of a schedule may be further apart than its interval: the stack lets a run start so late. */
export function latenessMs(intervalMs: number): number {
  return intervalMs / 12;
}

/** What is to be told of, and to whom it matters from when on. Both may be unknown. */
export interface Standing {
  /** Before this nobody needs to hear of it: when the token, or whatever failed, became due. */
  readonly sinceAt: Date | undefined;
  /** Where its expiry is at stake. */
  readonly expiresAt: Date | undefined;
}

/**
 * The warning day that a scheduled run started at `now` speaks of, in days: the lowest, where a long interval spans several.
 * Nothing is said of a token that has expired, or of a day that was passed before `sinceAt` (undefined: always).
 */
export function warningDayReached(
  { sinceAt, expiresAt }: Standing,
  now: Date,
  intervalMs: number,
): WarningDay | undefined {
  if (expiresAt === undefined || now >= expiresAt) return undefined;
  const sinceMs = sinceAt?.getTime() ?? Number.NEGATIVE_INFINITY;
  return WARNING_DAYS.toReversed().find((days) =>
    isTurn(expiresAt.getTime() - days * DAY_MS, sinceMs, now.getTime(), intervalMs),
  );
}

/**
 * The moment that a scheduled run started at `now` speaks of a failure for, or undefined where it keeps quiet: when what
 * failed became due; while its expiry is ahead, each warning day; the expiry; and after that, or where nothing expires, every
 * thirty days. Without `sinceAt` it is not due, and quiet.
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

/** The latest of the moments every thirty days after `fromMs` whose turn it may be. */
function reminderMs(fromMs: number, nowMs: number, intervalMs: number): number {
  const periodMs = REMINDER_DAYS * DAY_MS;
  const count = Math.floor((nowMs + latenessMs(intervalMs) - fromMs) / periodMs);
  return fromMs + Math.max(count, 1) * periodMs;
}

/**
 * Whether a run is the one to speak of a moment. Runs start an interval apart, some of them a little late: a span of one
 * interval would miss a moment now and then, so it is longer by that lateness; where two runs fall into it, both speak,
 * with the same key. It begins that much early rather than ending late, so that a run at the very moment is the only
 * one; but never before `sinceMs`, when there was nothing to tell. A run that doesn't take place takes its moments along.
 */
function isTurn(momentMs: number, sinceMs: number, nowMs: number, intervalMs: number): boolean {
  const beginMs = Math.max(momentMs - latenessMs(intervalMs), sinceMs);
  return momentMs >= sinceMs && nowMs >= beginMs && nowMs < beginMs + intervalMs + latenessMs(intervalMs);
}
