import pLimit from "p-limit";
import {
  BUS_FAILURES,
  FIRST_THROTTLE_PAUSE_MS,
  LONGEST_RETRY_AFTER_MS,
  LONGEST_THROTTLE_PAUSE_MS,
  PROBE_THROTTLE_PATIENCE_MS,
  STORE_READS_AT_ONCE,
} from "../limits.ts";
import { asRotationError, RotationError } from "../model/errors.ts";
import { after } from "../model/time.ts";
import type { Clock, EventBus, ListingRoom, SecretStore, TokenApi } from "../ports.ts";
import type { Visit } from "./observing.ts";

/** So many writes may start at once after a pause: with those that follow, still fewer than 50 in any second. */
const BURST = 3;

/** A throttled write lowers the rate to this part of it, at most once in `YIELD_PAUSE_MS`, and never below the least. */
const YIELD_TO = 0.7;
const YIELD_PAUSE_MS = 1_000;
const LEAST_PER_SECOND = 2;
/** From there it rises by so much each second, up to what it was: the quota is shared with others, who come and go. */
const RISE_PER_SECOND = 1;

/**
 * The same store, whose writes start at most `perSecond` times a second, evenly spread but for a short burst; fewer while
 * the store is throttled by what others write. Only so many secrets are read at once.
 */
export function rateLimited(store: SecretStore, clock: Clock, perSecond: number): SecretStore {
  let yielded = { rate: perSecond, atMs: Number.NEGATIVE_INFINITY };
  const rateAt = (nowMs: number) =>
    Math.min(perSecond, yielded.rate + ((nowMs - yielded.atMs) / 1_000) * RISE_PER_SECOND);
  let nextMs = 0;
  const turn = async () => {
    const nowMs = clock.now().getTime();
    const gapMs = 1_000 / rateAt(nowMs);
    nextMs = Math.max(nextMs, nowMs) + gapMs;
    const startMs = Math.max(nowMs, nextMs - BURST * gapMs);
    if (startMs > nowMs) await clock.sleep(startMs - nowMs);
  };
  const yieldTo = (thrown: unknown) => {
    const nowMs = clock.now().getTime();
    const isThrottled = thrown instanceof RotationError && thrown.code === "store-throttled";
    if (!isThrottled || nowMs - yielded.atMs < YIELD_PAUSE_MS) return;
    yielded = { rate: Math.max(LEAST_PER_SECOND, rateAt(nowMs) * YIELD_TO), atMs: nowMs };
  };
  const paced =
    <Args extends readonly unknown[], T>(write: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      await turn();
      try {
        return await write(...args);
      } catch (thrown) {
        yieldTo(thrown);
        throw thrown;
      }
    };
  const reading = pLimit(STORE_READS_AT_ONCE);
  return {
    describe: (...args) => reading(() => store.describe(...args)),
    history: (...args) => reading(() => store.history(...args)),
    list: (...args) => store.list(...args),
    create: paced((...args) => store.create(...args)),
    stage: paced((...args) => store.stage(...args)),
    promote: paced((...args) => store.promote(...args)),
    attach: paced((...args) => store.attach(...args)),
    detach: paced((...args) => store.detach(...args)),
  };
}

/** A bus that has refused several events in a row is not asked again in this run: what is owed stays owed. */
export function circuitBroken(bus: EventBus): EventBus {
  let failures = 0;
  let last: RotationError | undefined;
  return {
    async publish(event) {
      if (last !== undefined && failures >= BUS_FAILURES) throw last;
      try {
        await bus.publish(event);
        failures = 0;
      } catch (thrown) {
        failures += 1;
        last = asRotationError(thrown);
        throw last;
      }
    },
  };
}

/** So much later than the others one tries again that was throttled as many times, at most. */
const LATEST_TRIAL_MS = 50;

/**
 * What a run knows of Losant's rate limit. A 429 proves that nothing happened: it makes every call of the run wait, for as
 * long as Losant says, or for a pause that grows. Then one call tries, and once it is answered all others go on.
 */
export class LosantPause {
  readonly #clock: Clock;
  #untilMs = 0;
  #nextMs = FIRST_THROTTLE_PAUSE_MS;
  /** The call that tries, after a pause, and what ends its trial. */
  #trial: { readonly ended: Promise<void>; readonly end: () => void } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * The same call until it is not throttled. One that was throttled lets the others try first, so that nobody waits for one
   * that is never let through.
   * @throws what the last one threw, where the pause is longer than there is time.
   */
  async outlasting<T>(giveUpAt: Date, call: () => Promise<T>): Promise<T> {
    for (let throttled = 0; ; throttled += 1) {
      const endTrial = await this.#turn(giveUpAt, throttled);
      try {
        const answer = await call();
        if (endTrial !== undefined) this.#nextMs = FIRST_THROTTLE_PAUSE_MS;
        return answer;
      } catch (thrown) {
        if (!isThrottled(thrown)) throw thrown;
        this.#begin(thrown.retryAfterMs);
        if (this.#untilMs >= giveUpAt.getTime()) throw thrown;
      } finally {
        endTrial?.();
      }
    }
  }

  /** Losant has answered a part of a call that goes on: nobody waits for the rest of it. */
  answered(): void {
    this.#trial?.end();
  }

  /** Waits out the pause, but not past `giveUpAt`. */
  async #over(giveUpAt: Date, laterMs: number): Promise<void> {
    for (let leftMs = this.#leftMs(giveUpAt); leftMs > 0; leftMs = this.#leftMs(giveUpAt))
      await this.#clock.sleep(leftMs + laterMs);
  }

  /** Resolves when a call may go out; with what ends its trial, if it is the one that tries. */
  async #turn(giveUpAt: Date, throttled: number): Promise<(() => void) | undefined> {
    for (;;) {
      await this.#over(giveUpAt, Math.min(throttled, LATEST_TRIAL_MS));
      if (this.#untilMs === 0 || this.#clock.now() >= giveUpAt) return undefined;
      if (this.#trial === undefined) break;
      await this.#trial.ended;
    }
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const triedAfterMs = this.#untilMs;
    const end = () => {
      if (this.#trial?.ended !== ended) return;
      this.#trial = undefined;
      // Not throttled again: there is no pause any more.
      if (this.#untilMs === triedAfterMs) this.#untilMs = 0;
      resolve();
    };
    this.#trial = { ended, end };
    return end;
  }

  /** Calls that were under way together are throttled together: their pause is one. */
  #begin(retryAfterMs: number | undefined): void {
    const nowMs = this.#clock.now().getTime();
    if (retryAfterMs !== undefined)
      this.#untilMs = Math.max(this.#untilMs, nowMs + Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS));
    if (nowMs < this.#untilMs) return;
    this.#untilMs = nowMs + this.#nextMs;
    this.#nextMs = Math.min(2 * this.#nextMs, LONGEST_THROTTLE_PAUSE_MS);
  }

  #leftMs(giveUpAt: Date): number {
    return Math.min(this.#untilMs, giveUpAt.getTime()) - this.#clock.now().getTime();
  }
}

function isThrottled(thrown: unknown): thrown is RotationError {
  return thrown instanceof RotationError && thrown.code === "losant-throttled";
}

/** The same room, which a listing asks for once a page is answered: it may wait there for calls that wait for its end. */
export function answering(
  room: ListingRoom,
  pause: LosantPause,
  visit: Pick<Visit, "answered">,
): ListingRoom {
  return {
    hold: (...args) => {
      pause.answered();
      visit.answered();
      return room.hold(...args);
    },
  };
}

/** The moments at which a run stops waiting for Losant. */
export interface LosantDeadlines {
  readonly observeBy: Date;
  readonly issueBy: Date;
  readonly endBy: Date;
}

/** The same API, whose calls wait out a pause that any call of the run began. */
export function throttleAware(
  api: TokenApi,
  pause: LosantPause,
  clock: Clock,
  { observeBy, issueBy, endBy }: LosantDeadlines,
  visit: Pick<Visit, "listing">,
): TokenApi {
  return {
    list: () => pause.outlasting(observeBy, () => visit.listing(() => api.list())),
    get: (id) => pause.outlasting(endBy, () => api.get(id)),
    create: (order) => pause.outlasting(issueBy, () => api.create(order)),
    deactivate: (id) => pause.outlasting(endBy, () => api.deactivate(id)),
    deactivateForDiscard: (token, at) => pause.outlasting(endBy, () => api.deactivateForDiscard(token, at)),
    delete: (id) => pause.outlasting(endBy, () => api.delete(id)),
    probe: async (string, scope) => {
      const giveUpAt = after(clock.now(), PROBE_THROTTLE_PATIENCE_MS);
      try {
        return await pause.outlasting(giveUpAt, () => api.probe(string, scope));
      } catch (thrown) {
        if (!isThrottled(thrown)) throw thrown;
        return "unclear";
      }
    },
    loggedInWith: () => api.loggedInWith(),
    signingKey: () => api.signingKey(),
    keptKeys: () => api.keptKeys(),
  };
}
