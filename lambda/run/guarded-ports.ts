import {
  BUS_FAILURES,
  CREATE_THROTTLE_PATIENCE_MS,
  FIRST_THROTTLE_PAUSE_MS,
  LONGEST_RETRY_AFTER_MS,
  LONGEST_THROTTLE_PAUSE_MS,
  PROBE_THROTTLE_PATIENCE_MS,
} from "../limits.ts";
import { asRotationError, RotationError } from "../model/errors.ts";
import { after, earliest } from "../model/time.ts";
import type {
  AccessTokenReader,
  Clock,
  Directory,
  EventBus,
  InTurn,
  ListingRoom,
  SecretStore,
  TokenApi,
} from "../ports.ts";
import type { Visit } from "./observing.ts";

/** How many writes may start at once after a pause. Together with the next ones, this is still fewer than 50 in any second. */
const BURST = 3;

/** A throttled write multiplies the rate by this, at most once in `YIELD_PAUSE_MS`, but never below the minimum. */
const YIELD_TO = 0.7;
const YIELD_PAUSE_MS = 1_000;
const LEAST_PER_SECOND = 2;
/**
 * Each accepted write adds this, divided by the rate, up to the first value, because others share the quota only at times. So a rate
 * that is used rises by this each second.
 */
const RISE = 2;

/** Secrets Manager: what a run stores, and what it logs in with. */
export type Store = SecretStore & AccessTokenReader;

/**
 * The same store with limits. At most `perSecond` writes start in a second, evenly spread except for a short burst, and fewer while
 * the writes of others throttle the store. Reads are made in turn.
 */
export function rateLimited(store: Store, clock: Clock, perSecond: number, inTurn: InTurn): Store {
  let rate = perSecond;
  let yieldedAtMs = Number.NEGATIVE_INFINITY;
  let nextMs = 0;
  const turn = async () => {
    const nowMs = clock.now().getTime();
    const gapMs = 1_000 / rate;
    nextMs = Math.max(nextMs, nowMs) + gapMs;
    const startMs = Math.max(nowMs, nextMs - BURST * gapMs);
    if (startMs > nowMs) await clock.sleep(startMs - nowMs);
  };
  const yieldTo = (thrown: unknown) => {
    const nowMs = clock.now().getTime();
    const isThrottled = thrown instanceof RotationError && thrown.code === "store-throttled";
    if (!isThrottled || nowMs - yieldedAtMs < YIELD_PAUSE_MS) return;
    rate = Math.max(LEAST_PER_SECOND, rate * YIELD_TO);
    yieldedAtMs = nowMs;
  };
  const paced =
    <Args extends readonly unknown[], T>(write: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      await turn();
      try {
        const answer = await write(...args);
        rate = Math.min(perSecond, rate + RISE / rate);
        return answer;
      } catch (thrown) {
        yieldTo(thrown);
        throw thrown;
      }
    };
  return {
    describe: (...args) => inTurn(() => store.describe(...args)),
    history: (...args) => inTurn(() => store.history(...args)),
    list: (...args) => inTurn(() => store.list(...args)),
    read: (...args) => inTurn(() => store.read(...args)),
    versions: (...args) => inTurn(() => store.versions(...args)),
    readVersion: (...args) => inTurn(() => store.readVersion(...args)),
    hasResourcePolicy: (...args) => inTurn(() => store.hasResourcePolicy(...args)),
    create: paced((...args) => store.create(...args)),
    putResourcePolicy: paced((...args) => store.putResourcePolicy(...args)),
    stage: paced((...args) => store.stage(...args)),
    promote: paced((...args) => store.promote(...args)),
    attach: paced((...args) => store.attach(...args)),
    detach: paced((...args) => store.detach(...args)),
  };
}

/**
 * The same bus, which gets no more events in this run after it didn't answer several times in a row. A later run sends missing
 * rotation events. A refusal takes no time and may be about one kind of event only, so it doesn't count.
 */
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
        const error = asRotationError(thrown);
        if (!error.retryable) throw error;
        failures += 1;
        last = error;
        throw last;
      }
    },
  };
}

/** At most this much later than the others, a call tries again that was throttled more often. */
const LATEST_TRIAL_MS = 50;

/**
 * What a run knows about Losant's rate limit. A 429 proves that nothing happened. It makes every call of the run wait as long as
 * Losant says, or for a growing pause. Then one call tries, and when it is answered, all others continue.
 */
export class LosantPause {
  readonly #clock: Clock;
  #untilMs = 0;
  #nextMs = FIRST_THROTTLE_PAUSE_MS;
  /** The call that tries after a pause, and the function that ends its trial. */
  #trial: { readonly ended: Promise<void>; readonly end: () => void } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Repeats a call until it is not throttled. A call that was throttled lets others try first, so that they don't wait for a call
   * that is always throttled.
   * @throws the error of the last attempt, if the pause is longer than the time that is left.
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

  /** Losant has answered a part of a call that continues. Others don't wait for the rest. */
  answered(): void {
    this.#trial?.end();
  }

  /** Waits for the end of the pause, but not longer than `giveUpAt`. */
  async #over(giveUpAt: Date, laterMs: number): Promise<void> {
    for (let leftMs = this.#leftMs(giveUpAt); leftMs > 0; leftMs = this.#leftMs(giveUpAt))
      await this.#clock.sleep(leftMs + laterMs);
  }

  /** Resolves when a call may be sent. If it is the one that tries, with the function that ends its trial. */
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
      // It was not throttled again, so the pause has ended.
      if (this.#untilMs === triedAfterMs) this.#untilMs = 0;
      resolve();
    };
    this.#trial = { ended, end };
    return end;
  }

  /** Calls that were in progress together are throttled together and share one pause. */
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

/** The same room. A listing asks for it after a page was answered, so calls that wait for this answer can continue. */
export function answering(room: ListingRoom, pause: LosantPause): ListingRoom {
  return {
    hold: (...args) => {
      pause.answered();
      return room.hold(...args);
    },
  };
}

/** When a run stops waiting for Losant. */
export interface LosantDeadlines {
  readonly observeBy: Date;
  readonly issueBy: Date;
  readonly endBy: Date;
}

/**
 * The same API, whose calls wait during a pause that any call of the run began. If Losant throttles everything about this
 * application for long, the limit may be its own. Then it gets no more tokens in this run, so that the others have their turn.
 */
export function throttleAware(
  api: TokenApi,
  pause: LosantPause,
  clock: Clock,
  { observeBy, issueBy, endBy }: LosantDeadlines,
  visit: Pick<Visit, "listing">,
): TokenApi {
  let answers = 0;
  let shutOut: RotationError | undefined;
  const outlasting = async <T>(giveUpAt: Date, call: () => Promise<T>): Promise<T> => {
    const answer = await pause.outlasting(giveUpAt, call);
    answers += 1;
    return answer;
  };
  return {
    list: () => outlasting(observeBy, () => visit.listing(() => api.list())),
    get: (id) => outlasting(endBy, () => api.get(id)),
    create: async (order) => {
      // The process may have been stopped while it waited. By then, the marker of the order no longer fits a new token.
      const attempt = async () => {
        if (clock.now() > issueBy)
          throw new RotationError("losant-throttled", "Losant's limit left no time to create a token");
        return api.create(order);
      };
      while (shutOut === undefined) {
        const answeredBefore = answers;
        const giveUpAt = earliest(issueBy, after(clock.now(), CREATE_THROTTLE_PATIENCE_MS));
        try {
          return await outlasting(giveUpAt, attempt);
        } catch (thrown) {
          if (!isThrottled(thrown) || giveUpAt >= issueBy) throw thrown;
          if (answers === answeredBefore) shutOut = thrown;
        }
      }
      throw shutOut;
    },
    deactivate: (id) => outlasting(endBy, () => api.deactivate(id)),
    deactivateForDiscard: (token, at) => outlasting(endBy, () => api.deactivateForDiscard(token, at)),
    delete: (id) => outlasting(endBy, () => api.delete(id)),
    probe: async (string, scope) => {
      const giveUpAt = after(clock.now(), PROBE_THROTTLE_PATIENCE_MS);
      try {
        return await pause.outlasting(giveUpAt, () => api.probe(string, scope));
      } catch (thrown) {
        if (!isThrottled(thrown)) throw thrown;
        return "throttled";
      }
    },
    loggedInWith: () => api.loggedInWith(),
    signingKey: () => api.signingKey(),
    keptKeys: () => api.keptKeys(),
  };
}

/** The same directory, whose list waits during a pause that any call of the run began. Then it continues with the same page. */
export function throttleAwareDirectory(directory: Directory, pause: LosantPause, observeBy: Date): Directory {
  return {
    list: () => directory.list((request) => pause.outlasting(observeBy, request)),
    user: () => pause.outlasting(observeBy, () => directory.user()),
    loggedInWith: () => directory.loggedInWith(),
  };
}
