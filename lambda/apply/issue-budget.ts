import { asRotationError } from "../model/errors.ts";

/**
 * How many tokens a run may still issue for one application. If Losant refuses, nothing was issued, and it doesn't count.
 * Otherwise, tokens that can never be replaced, for example because their scope no longer exists, would use up every run's budget.
 */
export class IssueBudget {
  #left: number;
  #underWay = 0;
  #settled = Promise.withResolvers<void>();

  constructor(most: number) {
    this.#left = most;
  }

  /** Issues a token if the budget allows it. Otherwise undefined. Callers that wait continue after it, also if it fails. */
  async spend<T>(issue: () => Promise<T>): Promise<T | undefined> {
    if (!(await this.#take())) return undefined;
    let isIssued = true;
    try {
      return await issue();
    } catch (thrown) {
      const { effect, createdId } = asRotationError(thrown);
      isIssued = effect === "unknown" || createdId !== undefined;
      throw thrown;
    } finally {
      this.#settle(isIssued);
    }
  }

  /** Whether a token may be issued. Waits while calls in progress may use up the rest of the budget. */
  async #take(): Promise<boolean> {
    while (this.#left > 0 && this.#underWay >= this.#left) await this.#settled.promise;
    if (this.#left === 0) return false;
    this.#underWay += 1;
    return true;
  }

  #settle(isIssued: boolean): void {
    this.#underWay -= 1;
    if (isIssued) this.#left -= 1;
    this.#settled.resolve();
    this.#settled = Promise.withResolvers<void>();
  }
}
