/** Fewer answers don't show what is usual. */
const LEAST_ROUND = 10;
/** As fast as the best round: at most this many times as long, plus a few milliseconds for the worker's own work. */
const AS_QUICK = 1.5;
const SLOWER = 2;
const OWN_WORK_MS = 10;
/** The part of the limit that is left when answers get slower, and after a refusal. */
const AFTER_SLOWER = 0.7;
const AFTER_REFUSAL = 0.5;
/**
 * While the limit is at its first value or lower, the best time moves by this part towards each round. Slowness that lasts at such
 * a limit has another cause, and one fast round may have been chance. At a higher limit, an overload would become normal.
 */
const FORGOTTEN = 0.05;

/**
 * How many calls a service may get at once, measured from its answers: one more after each round of answers that are as fast as
 * in the best round, fewer after a slower round, and half after a refusal or no answer. Rounds are compared by their median, so
 * that a few slow answers don't count. Slowness alone never lowers it below the first value, which does no harm, because the
 * calls may not be the cause. Times are in milliseconds of one clock.
 */
export class AdaptiveLimit {
  readonly #first: number;
  readonly #most: number;
  #limit: number;
  #bestMs: number | undefined;
  #round: number[] = [];
  #loweredAtMs = Number.NEGATIVE_INFINITY;

  constructor(first: number, most: number) {
    this.#first = first;
    this.#most = most;
    this.#limit = first;
  }

  /** A whole number, at least one. */
  get allowed(): number {
    return Math.floor(this.#limit);
  }

  answered(askedAtMs: number, nowMs: number): void {
    if (this.#isOutdated(askedAtMs)) return;
    this.#round.push(nowMs - askedAtMs);
    if (this.#round.length < Math.max(LEAST_ROUND, this.allowed)) return;
    const usualMs = medianOf(this.#round);
    this.#round = [];
    const bestMs = Math.min(usualMs, this.#bestMs ?? usualMs);
    if (usualMs <= AS_QUICK * bestMs + OWN_WORK_MS) this.#limit = Math.min(this.#most, this.#limit + 1);
    else if (usualMs > SLOWER * bestMs + OWN_WORK_MS)
      this.#lower(AFTER_SLOWER, Math.min(this.#first, this.#limit), nowMs);
    this.#bestMs = this.#limit > this.#first ? bestMs : bestMs + FORGOTTEN * (usualMs - bestMs);
  }

  /** The service refused temporarily, or didn't answer. */
  refused(askedAtMs: number, nowMs: number): void {
    if (!this.#isOutdated(askedAtMs)) this.#lower(AFTER_REFUSAL, 1, nowMs);
  }

  /** The call began while more calls were allowed, so its result says nothing about the present limit. */
  #isOutdated(askedAtMs: number): boolean {
    return askedAtMs < this.#loweredAtMs;
  }

  #lower(to: number, least: number, nowMs: number): void {
    this.#limit = Math.max(least, this.#limit * to);
    this.#loweredAtMs = nowMs;
    this.#round = [];
  }
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}
