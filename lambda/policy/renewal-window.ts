import { type ApiToken, isExpired } from "../model/token.ts";
import type { Policy } from "./policy.ts";

/** A current token younger than this is not rotated again, whoever asks: each rotation is a version of its secret. */
const MIN_ROTATION_AGE_MS = 10 * 60_000;

/** All that a due date depends on, beside the policy. */
type Life = Pick<ApiToken, "createdAt" | "expiresAt">;

/**
 * How long before its expiry a token is due, in milliseconds: `renewBefore`, but at most a third of its life, or
 * it would be due again as soon as it is made; and at least two schedule intervals, or a run could miss it.
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

/** At most three intervals long: a missed run or two, and it is gone before anybody looked. */
export function isTooShortLived(token: ApiToken, policy: Policy): boolean {
  return lifetimeMs(token) <= 3 * policy.intervalMs;
}

/** The moment at which a token becomes due; undefined: never, since it doesn't expire and policy only reports it. */
export function dueAt(token: Life, policy: Policy): Date | undefined {
  if (token.expiresAt !== undefined) {
    return new Date(token.expiresAt.getTime() - renewalWindowMs(token, policy));
  }
  if (policy.neverExpiringMs === "report") return undefined;
  return new Date(token.createdAt.getTime() + policy.neverExpiringMs);
}

export type DueReason = "renewal-window" | "expired" | "max-age";

/** Why a token is due at `now`, or undefined while it is not. */
export function dueReason(token: ApiToken, policy: Policy, now: Date): DueReason | undefined {
  const at = dueAt(token, policy);
  if (at === undefined || now < at) return undefined;
  if (token.expiresAt === undefined) return "max-age";
  return isExpired(token, now) ? "expired" : "renewal-window";
}

export function isJustMade(token: ApiToken, now: Date): boolean {
  return now.getTime() - token.createdAt.getTime() < MIN_ROTATION_AGE_MS;
}

/**
 * How long after its creation a staged successor may still be promoted, in milliseconds: by the next run or the one
 * after. Nothing tells later when a promotion took place (whether moving a label touches LastChangedDate is not
 * documented), so that it has to be bounded: a grace period is counted from the latest moment there is.
 */
export function promotableForMs({ orphanAfterMs, intervalMs }: Policy): number {
  return orphanAfterMs + 2 * intervalMs;
}

/** How long after its creation a staged successor that was not promoted is discarded: no run can be at it any more. */
export function abandonedAfterMs(policy: Policy): number {
  return promotableForMs(policy) + policy.orphanAfterMs;
}

/**
 * A date has four digits for its year on the wire (RFC 3339). A day earlier than the last one: what is written in another
 * zone must not be in the year 10000 there.
 */
const LATEST = new Date("9999-12-31T00:00:00.000Z");

const HOUR_MS = 3_600_000;

/**
 * When a successor made at `now` should expire: after its predecessor's lifetime, unless policy sets one; but earlier by a
 * part of an hour, or of a hundredth of its life if that is less. `part`, from 0 to 1, is another one for each token: that
 * date is among the facts by which a token's marker is known to be its own. So that lives don't shrink from one to the
 * next, a predecessor's life counts in whole hours, rounded up.
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
