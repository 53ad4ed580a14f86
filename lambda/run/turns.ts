import { OBSERVING_PART } from "../limits.ts";

/** Multiples of it, modulo 1, leave no wide gap for long: each new one falls into one of the widest. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * The same applications, beginning at another one in each interval: a run that reaches only some of them reaches others
 * than the runs before it, and each has its turn after about twice as many runs as one would need at best. Nothing of
 * this is remembered: only the start of the run decides.
 */
export function inTurn<T>(all: readonly T[], startedAt: Date, intervalMs: number): readonly T[] {
  const interval = Math.floor(startedAt.getTime() / intervalMs);
  const first = Math.floor(((interval * GOLDEN) % 1) * all.length);
  return [...all.slice(first), ...all.slice(0, first)];
}

/** When a run begins to look at no further application: what it has seen until then is to be worked on as well. */
export function observingUntil(startedAt: Date, deadline: Date): Date {
  const wholeMs = deadline.getTime() - startedAt.getTime();
  return new Date(startedAt.getTime() + wholeMs * OBSERVING_PART);
}
