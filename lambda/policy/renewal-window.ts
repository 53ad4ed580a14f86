import { type ApiToken, isExpired, lifeLeftMs } from "../model/token.ts";
import type { Policy } from "./policy.ts";
import { nextOpening } from "./windows.ts";

/**
 * A current token younger than this is not rotated, even if it is forced, because each rotation adds a version to its
 * secret.
 */
const MIN_ROTATION_AGE_MS = 10 * 60_000;

/** Everything that a due date depends on, besides the policy. */
type Life = Pick<ApiToken, "createdAt" | "expiresAt">;

/**
 * How long before its expiry a token is due, in milliseconds: `renewBefore`, but at most a third of its life, or
 * it would be due again right after its creation, and at least two schedule intervals, or a run could miss it.
 */
export function renewalWindowMs(token: Life, policy: Policy): number {
  const third = lifetimeMs(token) / 3;
  return Math.max(Math.min(policy.renewBeforeMs, third), 2 * policy.intervalMs);
}

/** Milliseconds from creation to expiry; infinite for a token that never expires. */
export function lifetimeMs(token: Life): number {
  return token.expiresAt === undefined
    ? Number.POSITIVE_INFINITY
    : token.expiresAt.getTime() - token.createdAt.getTime();
}

/** At most three intervals. If one or two runs are missed, the token expires before a run renews it. */
export function isTooShortLived(token: ApiToken, policy: Policy): boolean {
  return lifetimeMs(token) <= 3 * policy.intervalMs;
}

/** When a token becomes due. Undefined if it never does, because it doesn't expire and the policy only reports it. */
export function dueAt(token: Life, policy: Policy): Date | undefined {
  if (token.expiresAt !== undefined) {
    return new Date(token.expiresAt.getTime() - renewalWindowMs(token, policy));
  }
  if (policy.neverExpiringMs === "report") return undefined;
  return new Date(token.createdAt.getTime() + policy.neverExpiringMs);
}

/** When a run from `from` on first renews it: once it is due, a maintenance window is open or its life is about to end. */
export function firstRenewedAt(token: Life, policy: Policy, from?: Date): Date | undefined {
  const due = dueAt(token, policy);
  if (due === undefined) return undefined;
  const at = from !== undefined && from > due ? from : due;
  const opensMs = nextOpening(policy.windows, at).getTime();
  const endsMs = token.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
  return new Date(Math.min(opensMs, Math.max(at.getTime(), endsMs - 2 * policy.intervalMs)));
}

export type DueReason = "renewal-window" | "expired" | "max-age";

/** Why a token is due at `now`, or undefined while it is not. */
export function dueReason(token: ApiToken, policy: Policy, now: Date): DueReason | undefined {
  const at = dueAt(token, policy);
  if (at === undefined || now < at) return undefined;
  if (token.expiresAt === undefined) return "max-age";
  return isExpired(token, now) ? "expired" : "renewal-window";
}

/** Fewer than two intervals are left, so there is no time to wait. */
export function isEnding(token: ApiToken, { intervalMs }: Policy, now: Date): boolean {
  return lifeLeftMs(token, now) < 2 * intervalMs;
}

export function isJustMade(token: ApiToken, now: Date): boolean {
  return now.getTime() - token.createdAt.getTime() < MIN_ROTATION_AGE_MS;
}

/**
 * How long after its creation a staged successor may be promoted, in milliseconds: by the next run or the one
 * after. The time is limited, because the date of a promotion can't be found out later (AWS doesn't document whether moving a
 * label changes LastChangedDate). A grace period therefore starts at the latest possible moment.
 */
export function promotableForMs({ orphanAfterMs, intervalMs }: Policy): number {
  return orphanAfterMs + 2 * intervalMs;
}

/** How long after its creation a staged successor that was not promoted is discarded. By then, no run can be working on it. */
export function abandonedAfterMs(policy: Policy): number {
  return promotableForMs(policy) + policy.orphanAfterMs;
}

/**
 * A year has four digits in a request (RFC 3339). This is one day before the last possible date, so that the date is not in the
 * year 10000 in another time zone.
 */
const LATEST = new Date("9999-12-31T00:00:00.000Z");

const HOUR_MS = 3_600_000;

/**
 * When a successor that is created at `now` should expire: after its predecessor's lifetime, unless the policy has one, minus a
 * part of an hour, or of a hundredth of the lifetime if that is less. `part`, from 0 to 1, is different for each token, because
 * the expiry is one of the facts that prove that a marker belongs to a token. The predecessor's lifetime is rounded up to whole
 * hours, so that lifetimes don't shrink with each rotation.
 */
export function successorExpiresAt(
  predecessor: Life,
  policy: Policy,
  now: Date,
  part: number,
): Date | undefined {
  const sameMs = Math.ceil(lifetimeMs(predecessor) / HOUR_MS) * HOUR_MS;
  const ms = policy.lifetimeMs === "same" ? sameMs : policy.lifetimeMs;
  if (!Number.isFinite(ms)) return undefined;
  const earlierMs = Math.floor(Math.min(HOUR_MS, ms / 100) * part);
  return new Date(Math.min(now.getTime() + ms, LATEST.getTime()) - earlierMs);
}
