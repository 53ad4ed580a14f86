import { LIST_THROTTLE_PATIENCE_MS, MOST_OBSERVED_AT_ONCE } from "../limits.ts";
import { asRotationError } from "../model/errors.ts";
import type { Clock } from "../ports.ts";
import type { ServiceLimit } from "./service-limit.ts";
import { Turns } from "./turns.ts";

/** The reading of one application, from its turn until it is planned. */
export interface Visit {
  /** Lists its tokens. When that is done, the next application begins. */
  listing<T>(list: () => Promise<T>): Promise<T>;
}

/**
 * Decides how many applications of a run are read at once: as many are listed as Losant may get reads. When one is listed, the next
 * one begins, as long as there are not too many in memory. They begin in order.
 */
export class Observing {
  readonly #clock: Pick<Clock, "now">;
  readonly #most: number;
  readonly #listing: Turns;

  constructor(
    clock: Pick<Clock, "now">,
    losant: Pick<ServiceLimit, "allowed">,
    most = MOST_OBSERVED_AT_ONCE,
  ) {
    this.#clock = clock;
    this.#most = most;
    this.#listing = new Turns(() => losant.allowed);
  }

  /** Visits each application, and returns the results in the same order. */
  async visitEach<Application, Result>(
    applications: readonly Application[],
    look: (application: Application, visit: Visit) => Promise<Result>,
  ): Promise<readonly Result[]> {
    const results = new Array<Result>(applications.length);
    // All take from one iterator, because a hundred thousand applications must not wait with a promise each.
    const line = applications.entries();
    const visitInTurn = async () => {
      for (const [index, application] of line) {
        const listed = await this.#listing.take();
        try {
          results[index] = await look(application, this.#visit(listed));
        } finally {
          listed();
        }
      }
    };
    await Promise.all(Array.from({ length: this.#most }, visitInTurn));
    return results;
  }

  #visit(listed: () => void): Visit {
    const nowMs = () => this.#clock.now().getTime();
    let firstAskedAtMs: number | undefined;
    return {
      listing: async (list) => {
        firstAskedAtMs ??= nowMs();
        try {
          const listing = await list();
          listed();
          return listing;
        } catch (thrown) {
          // The limit may be its own. It tries again, and meanwhile others begin.
          const isLong = nowMs() - firstAskedAtMs >= LIST_THROTTLE_PATIENCE_MS;
          if (asRotationError(thrown).code === "losant-throttled" && isLong) listed();
          throw thrown;
        }
      },
    };
  }
}
