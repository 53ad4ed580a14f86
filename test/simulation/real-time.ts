import { setTimeout as delay } from "node:timers/promises";
import { Habits, type Rhythm } from "./habits.ts";
import type { Time } from "./timeline.ts";

interface Moment {
  readonly at: number;
  readonly happen: () => void;
  readonly isVoid: () => boolean;
}

/**
 * Time for real processes. While a process runs, time passes by itself. While none runs, time jumps to the next moment.
 */
export class RealTime implements Time {
  #aheadMs: number;
  #moments: Moment[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #habits = new Habits();

  constructor(start: Date) {
    this.#aheadMs = start.getTime() - Date.now();
  }

  /** How far this time is ahead of the machine's clock. It doesn't change while a process runs. */
  get aheadMs(): number {
    return this.#aheadMs;
  }

  get ms(): number {
    return Date.now() + this.#aheadMs;
  }

  now(): Date {
    return new Date(this.ms);
  }

  at(ms: number, happen: () => void, isVoid: () => boolean = () => false): void {
    this.#moments = [...this.#moments, { at: ms, happen, isVoid }].sort((one, other) => one.at - other.at);
  }

  sleep(ms: number, isVoid?: () => boolean): Promise<void> {
    return new Promise((wake) => this.at(this.ms + ms, wake, isVoid));
  }

  /** What falls into the time in which a process runs happens as soon as none runs any more. */
  every(rhythm: Rhythm, happen: () => void): void {
    this.#habits.add(rhythm, happen);
  }

  advanceTo(ms: number): void {
    if (this.#running.size > 0 && ms > this.ms) throw new Error("a process runs, whose clock can't be moved");
    const moveTo = (atMs: number) => {
      this.#aheadMs += Math.max(0, atMs - this.ms);
    };
    this.#habits.passTo(ms, moveTo);
    moveTo(ms);
  }

  /** A process has started. It ends when `ended` resolves. */
  accompany(ended: Promise<void>): void {
    this.#running.add(ended);
    const leave = () => void this.#running.delete(ended);
    ended.then(leave, leave);
  }

  /** Continues until no moments are left, or until `isOver`. No process is left running. */
  async drain(isOver: () => boolean = () => false): Promise<void> {
    for (;;) {
      const [next] = isOver() ? [] : this.#moments;
      if (this.#running.size > 0) await this.#untilEndOr(next);
      else if (next === undefined) return;
      else this.advanceTo(next.at);
      if (next === undefined || this.ms < next.at) continue;
      this.#moments = this.#moments.slice(1);
      if (!next.isVoid()) next.happen();
    }
  }

  async #untilEndOr(next: Moment | undefined): Promise<void> {
    const waiting = new AbortController();
    const { signal } = waiting;
    const moment = next && delay(Math.max(0, next.at - this.ms), undefined, { signal }).catch(() => {});
    await Promise.race([...this.#running, ...(moment === undefined ? [] : [moment])]);
    waiting.abort();
  }
}
