import { LIST_THROTTLE_PATIENCE_MS, MOST_OBSERVED_AT_ONCE, OBSERVED_AT_FIRST } from "../limits.ts";
import { asRotationError, type ErrorCode } from "../model/errors.ts";
import { once } from "../model/remembered.ts";
import type { Clock } from "../ports.ts";
import { AdaptiveLimit } from "./adaptive-limit.ts";

/** The reading of one application, from its turn until it is planned. */
export interface Visit {
  /** Lists its tokens. How long this takes decides how many others are listed at the same time. */
  listing<T>(list: () => Promise<T>): Promise<T>;
  /** Losant has answered the first page. The next ones may take longer, or wait for memory. */
  answered(): void;
}

const OVERLOADED: ReadonlySet<ErrorCode> = new Set([
  "losant-throttled",
  "losant-unavailable",
  "losant-unreachable",
]);

/**
 * Limits how many applications of a run are read at once. As many are listed as Losant answers without becoming slower. When one
 * is listed, it no longer waits for Losant, so the next one begins, as long as there are not too many in memory. They begin in
 * order, and an application that has begun doesn't wait again.
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
    let firstAskedAtMs: number | undefined;
    return {
      answered: () => answered(),
      listing: async (list) => {
        const askedAtMs = nowMs();
        firstAskedAtMs ??= askedAtMs;
        answered = once(() => this.#limit.answered(askedAtMs, nowMs()));
        try {
          const listing = await list();
          answered();
          listed();
          return listing;
        } catch (thrown) {
          const { code } = asRotationError(thrown);
          if (OVERLOADED.has(code)) this.#limit.refused(askedAtMs, nowMs());
          // The limit may be its own. It tries again, and meanwhile others begin.
          const isLong = nowMs() - firstAskedAtMs >= LIST_THROTTLE_PATIENCE_MS;
          if (code === "losant-throttled" && isLong) listed();
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
