import { BUS_FAILURES } from "../limits.ts";
import { asRotationError, type RotationError } from "../model/errors.ts";
import type { Clock, EventBus, SecretStore } from "../ports.ts";

/** So many writes may start at once after a pause: with those that follow, still fewer than 50 in any second. */
const BURST = 3;

/** The same store, whose writes start at most `perSecond` times a second, evenly spread but for a short burst. */
export function rateLimited(store: SecretStore, clock: Clock, perSecond: number): SecretStore {
  const gapMs = 1_000 / perSecond;
  let nextMs = 0;
  const turn = async () => {
    const nowMs = clock.now().getTime();
    nextMs = Math.max(nextMs, nowMs) + gapMs;
    const startMs = Math.max(nowMs, nextMs - BURST * gapMs);
    if (startMs > nowMs) await clock.sleep(startMs - nowMs);
  };
  const paced =
    <Args extends readonly unknown[], T>(write: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      await turn();
      return write(...args);
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
