import type { Clock } from "../../lambda/ports.ts";
import { Habits, type Rhythm } from "./habits.ts";

interface Moment {
  readonly at: number;
  readonly order: number;
  readonly happen: () => void;
  /** A moment that nothing waits for any more passes without moving the clock. */
  readonly isVoid: () => boolean;
}

/** The parts of time that a history needs. Other implementations may let time pass differently. */
export type Time = Pick<Timeline, keyof Timeline>;

const neverVoid = () => false;
/** Node runs a tick when no microtask is left. The worker in memory waits for nothing else. */
const turn = () => new Promise<void>((resolve) => process.nextTick(resolve));

/** Virtual time. Moments happen in order, and between two of them everything that can run has run. */
export class Timeline implements Clock {
  #nowMs: number;
  #order = 0;
  readonly #heap: Moment[] = [];
  readonly #habits = new Habits();

  constructor(start: Date) {
    this.#nowMs = start.getTime();
  }

  now(): Date {
    return new Date(this.#nowMs);
  }

  get ms(): number {
    return this.#nowMs;
  }

  sleep(ms: number, isVoid: () => boolean = neverVoid): Promise<void> {
    return new Promise((wake) => this.at(this.#nowMs + Math.max(0, ms), wake, isVoid));
  }

  at(ms: number, happen: () => void, isVoid: () => boolean = neverVoid): void {
    this.#push({ at: Math.max(ms, this.#nowMs), order: this.#order++, happen, isVoid });
  }

  /** Something happens again and again while time passes. Nothing waits for it. */
  every(rhythm: Rhythm, happen: () => void): void {
    this.#habits.add(rhythm, happen);
  }

  /** Lets time pass while nothing is waiting. */
  advanceTo(ms: number): void {
    const moveTo = (atMs: number) => {
      this.#nowMs = Math.max(this.#nowMs, atMs);
    };
    this.#habits.passTo(ms, moveTo);
    moveTo(ms);
  }

  /** Lets time pass until no moments are left, or until `isOver`. */
  async drain(isOver: () => boolean = neverVoid): Promise<void> {
    await turn();
    for (let moment = this.#pop(); moment !== undefined; moment = this.#pop()) {
      if (moment.isVoid()) continue;
      this.advanceTo(moment.at);
      moment.happen();
      await turn();
      if (isOver()) return;
    }
  }

  #push(moment: Moment): void {
    const heap = this.#heap;
    let index = heap.push(moment) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || isBefore(above, moment)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = moment;
  }

  #pop(): Moment | undefined {
    const heap = this.#heap;
    const [top] = heap;
    const last = heap.pop();
    if (last === undefined || top === undefined || heap.length === 0) return top;
    let index = 0;
    for (;;) {
      const left = heap[2 * index + 1];
      const right = heap[2 * index + 2];
      if (left === undefined) break;
      const isRight = right !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (isBefore(last, child)) break;
      heap[index] = child;
      index = 2 * index + (isRight ? 2 : 1);
    }
    heap[index] = last;
    return top;
  }
}

function isBefore(one: Moment, other: Moment): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
