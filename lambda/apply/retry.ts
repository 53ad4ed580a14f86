import { WRITE_PATIENCE_MS } from "../limits.ts";
import { asRotationError, RotationError } from "../model/errors.ts";
import { after, earliest } from "../model/time.ts";
import type { Clock } from "../ports.ts";
import type { RunClock } from "./context.ts";

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Tries a repeatable write until it succeeds, is refused permanently, or `until` has passed. The error has effect `unknown` if
 * any attempt may have had its effect: a throttled last attempt must not hide that the first one was stored and only its answer
 * was lost.
 */
export async function retry<T>(clock: Clock, until: Date, write: () => Promise<T>): Promise<T> {
  let mayHaveHappened = false;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await write();
    } catch (thrown) {
      const error = asRotationError(thrown);
      mayHaveHappened ||= error.effect === "unknown";
      if (!error.retryable || clock.now().getTime() + pauseMs >= until.getTime()) {
        throw new RotationError(error.code, error.message, { effect: mayHaveHappened ? "unknown" : "none" });
      }
    }
    await clock.sleep(pauseMs);
  }
}

/** Until when something ordinary that begins now is tried: for `WRITE_PATIENCE_MS`, while the run has time. */
export function patienceFrom(clock: RunClock): Date {
  return earliest(after(clock.now(), WRITE_PATIENCE_MS), clock.endBy);
}

/** The same for an ordinary write. */
export function retryWrite<T>(clock: RunClock, write: () => Promise<T>): Promise<T> {
  return retry(clock, patienceFrom(clock), write);
}
