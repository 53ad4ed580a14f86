import { once } from "../model/remembered.ts";

/** At most as many turns at once as are allowed at the moment. Whoever comes later waits, and nobody is overtaken. */
export class Turns {
  readonly #allowed: () => number;
  #taken = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(allowed: () => number) {
    this.#allowed = allowed;
  }

  /** Resolves when a turn begins, with the function that ends it. Further calls of that function have no effect. */
  async take(): Promise<() => void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    this.#beginNext();
    await promise;
    return once(() => {
      this.#taken -= 1;
      this.#beginNext();
    });
  }

  #beginNext(): void {
    while (this.#taken < this.#allowed()) {
      const begin = this.#waiting.shift();
      if (begin === undefined) return;
      this.#taken += 1;
      begin();
    }
  }
}
