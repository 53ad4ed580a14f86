import { CHARACTERS_LIKE_A_TOKEN, LONG_LISTINGS, SHORT_LISTING } from "../limits.ts";
import type { ListingRoom, ListingSize } from "../ports.ts";

/** The room of one application, until it is planned and its listing forgotten. */
export interface ListingPlace extends ListingRoom {
  leave(): void;
}

interface Waiting {
  readonly wanted: number;
  readonly begin: () => void;
}

/**
 * What the listings of one run may take up together, so that long ones don't use up the memory of all applications. A short
 * one always has room. The others share what there is, and one that needs more than is left waits, in turn, until others
 * are forgotten. It takes all that it will need at once, so that no two wait for each other. One that turns out to be
 * longer gets what is left, unless somebody waits for it.
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
        // It has everything, and is bounded by what one listing may be.
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

  /** In the order in which they came: a long one that waits is not overtaken for ever by shorter ones. */
  #beginNext(): void {
    const [next, ...others] = this.#waiting;
    if (next === undefined || next.wanted > this.#left) return;
    this.#left -= next.wanted;
    this.#waiting = others;
    next.begin();
    this.#beginNext();
  }
}

/** In tokens of little text. */
const sizeOf = ({ tokens, characters }: ListingSize) => tokens + characters / CHARACTERS_LIKE_A_TOKEN;

/** A tenth more than Losant's count promises: tokens are made meanwhile. Without a count, anything may come. */
function expectedOf(held: ListingSize, count: number | undefined): number {
  if (count === undefined) return Number.POSITIVE_INFINITY;
  const times = Math.max(1, count / Math.max(1, held.tokens));
  return 1.1 * times * sizeOf(held);
}
