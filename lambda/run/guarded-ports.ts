import { BUS_FAILURES } from "../limits.ts";
import { asRotationError, RotationError } from "../model/errors.ts";
import type { Clock, EventBus, SecretStore } from "../ports.ts";

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
 * the store is throttled by what others write.
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
  return {
    describe: (...args) => store.describe(...args),
    history: (...args) => store.history(...args),
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
