import { CHARACTERS_LIKE_A_TOKEN, LONG_LISTINGS, SHORT_LISTING } from "../limits.ts";
import type { ListingRoom, ListingSize } from "../ports.ts";

/** The room of one application, until it is planned and its listing is no longer needed. */
export interface ListingPlace extends ListingRoom {
  leave(): void;
}

interface Waiting {
  readonly wanted: number;
  readonly begin: () => void;
}

/**
 * Limits the memory for the listings of one run, so that long ones don't use up the memory of all applications. A short listing
 * always has room. The others share the rest. A listing that needs more than is left waits in a queue until others are no longer
 * needed. It takes everything that it will need at once, so that no two listings wait for each other. If it is longer than
 * expected, it gets what is left, unless another one waits.
 */
export class ListingSpace {
  readonly #most: number;
  readonly #short: number;
  #left: number;
  #waiting: readonly Waiting[] = [];

  constructor(most = LONG_LISTINGS, short = SHORT_LISTING) {
    this.#most = most;
    this.#short = short;
    this.#left = most;
  }

  enter(): ListingPlace {
    let taken = 0;
    return {
      hold: async (held, count) => {
        const needed = sizeOf(held);
        if (needed <= Math.max(this.#short, taken)) return true;
        // It has all of the room, and is limited by the maximum of one listing.
        if (taken === this.#most) return true;
        if (taken === 0) {
          taken = Math.min(this.#most, expectedOf(held, count));
          await this.#take(taken);
          return true;
        }
        const more = Math.min(this.#most, needed) - taken;
        if (this.#waiting.length > 0 || more > this.#left) return false;
        this.#left -= more;
        taken += more;
        return true;
      },
      leave: () => {
        this.#left += taken;
        taken = 0;
        this.#beginNext();
      },
    };
  }

  async #take(wanted: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting = [...this.#waiting, { wanted, begin: resolve }];
    this.#beginNext();
    await promise;
  }

  /** In the order in which they came, so that shorter ones don't overtake a long one again and again. */
  #beginNext(): void {
    const [next, ...others] = this.#waiting;
    if (next === undefined || next.wanted > this.#left) return;
    this.#left -= next.wanted;
    this.#waiting = others;
    next.begin();
    this.#beginNext();
  }
}

/** In tokens with little text. */
const sizeOf = ({ tokens, characters }: ListingSize) => tokens + characters / CHARACTERS_LIKE_A_TOKEN;

/** A tenth more than Losant's count, because tokens may be created meanwhile. Without a count, any number is possible. */
function expectedOf(held: ListingSize, count: number | undefined): number {
  if (count === undefined) return Number.POSITIVE_INFINITY;
  const times = Math.max(1, count / Math.max(1, held.tokens));
  return 1.1 * times * sizeOf(held);
}
