import { DISCARD_RESERVE_MS, ISSUE_TO_STAGE_MS, STEP_RESERVE_MS, STORE_REFUSALS } from "../limits.ts";
import type { ErrorCode, RotationError } from "../model/errors.ts";
import { after } from "../model/time.ts";
import type { Clock } from "../ports.ts";

/** Refusals for good that may be about one secret: a policy, a key, its state, its labels. All else is about all of them. */
const OF_ONE_SECRET: ReadonlySet<ErrorCode> = new Set(["store-denied", "store-refused", "store-quota"]);

/**
 * Decides whether a run may issue another token. Until the store has taken a string, rotations go alone, so that a dead
 * store costs one token. A refusal for good may be the fault of one secret, so the next rotation tries another; several in
 * a row, or a store that doesn't answer, stop all issuing in this run. Nothing is issued that could not be stored before
 * the deadline.
 */
export class IssueGate {
  readonly #clock: Clock;
  readonly #deadline: Date;
  readonly #proof = Promise.withResolvers<void>();
  #isStoreProven = false;
  #isBroken = false;
  #isStopped = false;
  #refusalsInARow = 0;
  #trial: Promise<void> | undefined;
  #endTrial = () => {};

  constructor(clock: Clock, deadline: Date) {
    this.#clock = clock;
    this.#deadline = deadline;
  }

  /** The moment after which no string may be stored any more: what is left is for deleting its token. */
  get storeBy(): Date {
    return after(this.#deadline, -DISCARD_RESERVE_MS);
  }

  /** Nothing begins any more: somebody wants the run to end. What has begun comes to its end. */
  stop(): void {
    this.#isStopped = true;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Whether there is time for an effect that issues nothing. */
  get hasTime(): boolean {
    return !this.#isStopped && this.#leftMs() >= STEP_RESERVE_MS;
  }

  get mayIssue(): boolean {
    return !this.#isBroken && !this.#isStopped && this.#leftMs() >= ISSUE_TO_STAGE_MS;
  }

  /** A string was stored in this run. */
  get isStoreProven(): boolean {
    return this.#isStoreProven;
  }

  /** Resolves once that is so; never, in a run in which none is. */
  get storeProven(): Promise<void> {
    return this.#proof.promise;
  }

  storeProved(): void {
    this.#isStoreProven = true;
    this.#proof.resolve();
    this.#refusalsInARow = 0;
    this.#endTrial();
  }

  /** Once the store is proven, a refusal for good is the fault of one secret, and the others go on. */
  storeFailed({ code }: RotationError): void {
    this.#refusalsInARow += 1;
    const isDown =
      !OF_ONE_SECRET.has(code) || (!this.#isStoreProven && this.#refusalsInARow >= STORE_REFUSALS);
    if (isDown) this.#isBroken = true;
  }

  /** Runs a rotation: alone, until one of them has shown that the store takes strings. */
  async admit<T>(rotation: () => Promise<T>): Promise<T> {
    while (!this.#isStoreProven && this.#trial !== undefined) await this.#trial;
    if (this.#isStoreProven) return rotation();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#trial = promise;
    this.#endTrial = resolve;
    try {
      return await rotation();
    } finally {
      this.#trial = undefined;
      resolve();
    }
  }

  #leftMs(): number {
    return this.#deadline.getTime() - this.#clock.now().getTime();
  }
}
