/** Numbers that look random and are the same for the same seed, on every machine. */
export class Chance {
  #state: number;

  constructor(...seeds: readonly number[]) {
    this.#state = mixed(...seeds);
  }

  /** At least 0, less than 1. */
  next(): number {
    // mulberry32: 32 bits of state are plenty for one schedule, and it is fast.
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** True with this probability. */
  hits(probability: number): boolean {
    return this.next() < probability;
  }

  /** A whole number from `least` up to and including `most`. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  pick<const T>(choices: readonly [T, ...T[]]): T {
    return choices[Math.floor(this.next() * choices.length)] ?? choices[0];
  }
}

/**
 * Combines several numbers into one, so that each call of each run has its own random numbers, independent of the
 * others.
 */
export function mixed(...numbers: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (const number of numbers) {
    hash = Math.imul(hash ^ (number | 0), 0x01000193);
    hash ^= hash >>> 15;
    hash = Math.imul(hash, 0x2c1b3c6d);
    hash ^= hash >>> 13;
  }
  return hash >>> 0;
}
