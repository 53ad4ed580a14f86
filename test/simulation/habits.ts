/** When something that is done again and again is done. Points in time are in milliseconds. */
export interface Rhythm {
  readonly fromMs: number;
  readonly everyMs: number;
  /** Undefined: without end. */
  readonly toMs?: number | undefined;
}

interface Habit extends Rhythm {
  nextMs: number;
  readonly happen: () => void;
}

/** What happens again and again while time passes. Nothing waits for it, so it doesn't keep a history going. */
export class Habits {
  readonly #habits: Habit[] = [];

  add(rhythm: Rhythm, happen: () => void): void {
    this.#habits.push({ ...rhythm, nextMs: rhythm.fromMs, happen });
  }

  /** Lets everything happen until a moment, each at its own time: `moveTo` sets the clock. */
  passTo(ms: number, moveTo: (ms: number) => void): void {
    for (let next = this.#first(ms); next !== undefined; next = this.#first(ms)) {
      moveTo(next.nextMs);
      next.nextMs += next.everyMs;
      next.happen();
    }
  }

  #first(untilMs: number): Habit | undefined {
    let first: Habit | undefined;
    for (const habit of this.#habits) {
      const { nextMs, toMs = Number.POSITIVE_INFINITY } = habit;
      if (nextMs <= Math.min(untilMs, toMs) && nextMs < (first?.nextMs ?? Number.POSITIVE_INFINITY))
        first = habit;
    }
    return first;
  }
}
