/** Of fewer answers it can't be told what is usual. */
const LEAST_ROUND = 10;
/** As quick as the best: up to so many times as long, and a few milliseconds, which the worker's own work takes. */
const AS_QUICK = 1.5;
const SLOWER = 2;
const OWN_WORK_MS = 10;
/** What is left of the limit when answers get slower, and after a refusal. */
const AFTER_SLOWER = 0.7;
const AFTER_REFUSAL = 0.5;
/**
 * So much of its difference to the best each round forgets, while the limit is as low as slowness makes it: what lasts all the
 * same is not its doing, and what was quick once may have been chance. At a higher limit, being overloaded would become usual.
 */
const FORGOTTEN = 0.05;

/**
 * How much a service may be asked at once, found out from its answers: one more after each round of answers that come as
 * quickly as in the best round, fewer after a slower one, and half after a refusal or no answer at all. Rounds are compared
 * by their median, so that some slow answers count for nothing. Slowness alone never lowers it below what it began with:
 * so much does no harm, and the questions may not be to blame. Moments are in milliseconds of one clock.
 */
export class AdaptiveLimit {
  readonly #first: number;
  readonly #most: number;
  #limit: number;
  #bestMs: number | undefined;
  #round: readonly number[] = [];
  #loweredAtMs = Number.NEGATIVE_INFINITY;

  constructor(first: number, most: number) {
    this.#first = first;
    this.#most = most;
    this.#limit = first;
  }

  /** A whole number, one or more. */
  get allowed(): number {
    return Math.floor(this.#limit);
  }

  answered(askedAtMs: number, nowMs: number): void {
    if (this.#isOutdated(askedAtMs)) return;
    this.#round = [...this.#round, nowMs - askedAtMs];
    if (this.#round.length < Math.max(LEAST_ROUND, this.allowed)) return;
    const usualMs = medianOf(this.#round);
    this.#round = [];
    const bestMs = Math.min(usualMs, this.#bestMs ?? usualMs);
    if (usualMs <= AS_QUICK * bestMs + OWN_WORK_MS) this.#limit = Math.min(this.#most, this.#limit + 1);
    else if (usualMs > SLOWER * bestMs + OWN_WORK_MS)
      this.#lower(AFTER_SLOWER, Math.min(this.#first, this.#limit), nowMs);
    this.#bestMs = this.#limit > this.#first ? bestMs : bestMs + FORGOTTEN * (usualMs - bestMs);
  }

  /** Refused for now, or not answered. */
  refused(askedAtMs: number, nowMs: number): void {
    if (!this.#isOutdated(askedAtMs)) this.#lower(AFTER_REFUSAL, 1, nowMs);
  }

  /** Asked while more was allowed: what came of it says nothing of the limit as it is. */
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
