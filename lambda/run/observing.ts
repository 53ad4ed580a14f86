import { MOST_OBSERVED_AT_ONCE, OBSERVED_AT_FIRST } from "../limits.ts";
import { asRotationError, type ErrorCode } from "../model/errors.ts";
import { once } from "../model/remembered.ts";
import type { Clock } from "../ports.ts";
import { AdaptiveLimit } from "./adaptive-limit.ts";

/** One application, from the moment its turn has come until it is planned. */
export interface Visit {
  /** The listing of its tokens: what it takes decides how many others are listed beside it. */
  listing<T>(list: () => Promise<T>): Promise<T>;
  /** Losant has answered the first page; the following ones may be longer, or wait for memory. */
  answered(): void;
}

const OVERLOADED: ReadonlySet<ErrorCode> = new Set([
  "losant-throttled",
  "losant-unavailable",
  "losant-unreachable",
]);

/**
 * How many applications of a run are looked at at once. As many are listed as Losant is found to answer without getting
 * slower. One that is listed waits for others than Losant, and the next one is begun, as long as there are not too many in
 * memory. They begin in their order, and nothing that has begun waits for a turn again.
 */
export class Observing {
  readonly #clock: Pick<Clock, "now">;
  readonly #limit: AdaptiveLimit;
  readonly #most: number;
  #listing = 0;
  #begun = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(clock: Pick<Clock, "now">, first = OBSERVED_AT_FIRST, most = MOST_OBSERVED_AT_ONCE) {
    this.#clock = clock;
    this.#limit = new AdaptiveLimit(first, most);
    this.#most = most;
  }

  async visit<T>(look: (visit: Visit) => Promise<T>): Promise<T> {
    const { promise: turn, resolve: begin } = Promise.withResolvers<void>();
    this.#waiting.push(begin);
    this.#beginNext();
    await turn;
    const listed = once(() => {
      this.#listing -= 1;
      this.#beginNext();
    });
    try {
      return await look(this.#visit(listed));
    } finally {
      this.#begun -= 1;
      listed();
      this.#beginNext();
    }
  }

  #visit(listed: () => void): Visit {
    const nowMs = () => this.#clock.now().getTime();
    let answered = () => {};
    return {
      answered: () => answered(),
      listing: async (list) => {
        const askedAtMs = nowMs();
        answered = once(() => this.#limit.answered(askedAtMs, nowMs()));
        try {
          const listing = await list();
          answered();
          listed();
          return listing;
        } catch (thrown) {
          if (OVERLOADED.has(asRotationError(thrown).code)) this.#limit.refused(askedAtMs, nowMs());
          throw thrown;
        }
      },
    };
  }

  #beginNext(): void {
    while (this.#listing < this.#limit.allowed && this.#begun < this.#most) {
      const begin = this.#waiting.shift();
      if (begin === undefined) return;
      this.#listing += 1;
      this.#begun += 1;
      begin();
    }
  }
}
