import { DISCARD_RESERVE_MS, ISSUE_TO_STAGE_MS, STEP_RESERVE_MS, STORE_REFUSALS } from "../limits.ts";
import type { ErrorCode, RotationError } from "../model/errors.ts";
import { after } from "../model/time.ts";
import type { Clock } from "../ports.ts";

/**
 * Permanent refusals that may be about one secret only: a policy, a key, its state, its labels. All others affect every
 * secret.
 */
const OF_ONE_SECRET: ReadonlySet<ErrorCode> = new Set(["store-denied", "store-refused", "store-quota"]);

/**
 * Decides whether a run may issue another token. Until the store has accepted a string, rotations run one at a time, so that a
 * store that doesn't work costs only one token. The cause of a permanent refusal may be one secret, so the next rotation tries
 * another. Several refusals in a row, or a store that doesn't answer, stop all issuing in this run. No token is issued that
 * couldn't be stored before the deadline.
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

  /** After this moment, no string may be stored. The rest of the time is for deleting its token. */
  get storeBy(): Date {
    return after(this.#deadline, -DISCARD_RESERVE_MS);
  }

  /** Somebody wants the run to end. Nothing new begins, and what is in progress is completed. */
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

  /** False once several refusals, or one that is not about a single secret, have stopped all issuing. */
  get storeWorks(): boolean {
    return !this.#isBroken;
  }

  /** A string was stored in this run. */
  get isStoreProven(): boolean {
    return this.#isStoreProven;
  }

  /** Resolves when this run has stored its first string. If it stores none, never. */
  get storeProven(): Promise<void> {
    return this.#proof.promise;
  }

  storeProved(): void {
    this.#isStoreProven = true;
    this.#proof.resolve();
    this.#refusalsInARow = 0;
    this.#endTrial();
  }

  /** Once the store is proven to work, the cause of a permanent refusal is one secret, and the others continue. */
  storeFailed({ code }: RotationError): void {
    this.#refusalsInARow += 1;
    const isDown =
      !OF_ONE_SECRET.has(code) || (!this.#isStoreProven && this.#refusalsInARow >= STORE_REFUSALS);
    if (isDown) this.#isBroken = true;
  }

  /** Runs a rotation. Until one of them has shown that the store accepts strings, only one at a time. */
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
