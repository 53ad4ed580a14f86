import { asRotationError } from "../model/errors.ts";

/**
 * How many tokens a run may still issue for one application. What Losant refuses has issued nothing and costs nothing:
 * else tokens that can never be replaced, such as those of a scope that is gone, would use up every run's share.
 */
export class IssueBudget {
  #left: number;
  #underWay = 0;
  #settled = Promise.withResolvers<void>();

  constructor(most: number) {
    this.#left = most;
  }

  /** Issues one, if one is left; undefined if not. However it ends, nobody waits for it any longer. */
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

  /** Whether one may be issued. Waits while all that is left may be used by others that are under way. */
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
