import type { Clock } from "../../lambda/ports.ts";

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Time passes only while everything waits, so a run of hours takes milliseconds. The order of events is always the same. */
export class VirtualClock implements Clock {
  #nowMs: number;
  #sleepers: Sleeper[] = [];

  constructor(start: Date) {
    this.#nowMs = start.getTime();
  }

  now(): Date {
    return new Date(this.#nowMs);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => {
      this.#sleepers.push({ at: this.#nowMs + ms, wake });
    });
  }

  /** Moves the time forward by hand, for example by days between runs. A sleeper whose time is over wakes late. */
  advance(ms: number): void {
    this.#nowMs += ms;
  }

  /** Lets the time pass until the work is done. */
  async run<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const finished = work.finally(() => {
      isDone = true;
    });
    finished.catch(() => {});
    for (let idle = 0; !isDone; ) {
      await new Promise(setImmediate);
      if (isDone) break;
      idle = this.#wakeNext() ? 0 : idle + 1;
      if (idle > 1_000)
        throw new Error("nobody sleeps, and the work is not done: it waits for something that never comes");
    }
    return finished;
  }

  #wakeNext(): boolean {
    let next: Sleeper | undefined;
    for (const sleeper of this.#sleepers) if (next === undefined || sleeper.at < next.at) next = sleeper;
    if (next === undefined) return false;
    this.#sleepers.splice(this.#sleepers.indexOf(next), 1);
    this.#nowMs = Math.max(this.#nowMs, next.at);
    next.wake();
    return true;
  }
}
