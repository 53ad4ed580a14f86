import { RotationError } from "../../lambda/model/errors.ts";
import type { Clock } from "../../lambda/ports.ts";
import type { Intercept, Operation } from "./ports.ts";

const OF_LOSANT: ReadonlySet<Operation> = new Set(["list", "get", "create", "deactivate", "delete", "probe"]);

/** The length of the windows for which Losant publishes its limits. */
export const WINDOW_MS = 15_000;

export interface RateWindow {
  readonly intercept: Intercept;
  readonly seen: { readonly answered: number; readonly refused: number };
}

/**
 * Losant answers this many requests in each window of fifteen seconds. With `isSaid`, its refusals say when the next window
 * begins. `others` decides how long an answer takes, and what happens to all other calls.
 */
export function rateWindow(
  clock: Pick<Clock, "now">,
  allowed: number,
  isSaid: boolean,
  others: Intercept,
): RateWindow {
  const seen = { answered: 0, refused: 0 };
  let [window, used] = [-1, 0];
  const refusal = (): RotationError | undefined => {
    const nowMs = clock.now().getTime();
    const current = Math.floor(nowMs / WINDOW_MS);
    if (current !== window) [window, used] = [current, 0];
    used += 1;
    seen[used <= allowed ? "answered" : "refused"] += 1;
    if (used <= allowed) return undefined;
    const retryAfterMs = isSaid ? (current + 1) * WINDOW_MS - nowMs : undefined;
    return new RotationError("losant-throttled", "planted", { retryAfterMs });
  };
  const intercept: Intercept = (call) => {
    const fate = others(call);
    if (!OF_LOSANT.has(call.operation)) return fate;
    return {
      latencyMs: fate.latencyMs,
      // This is decided when the call arrives, not when it is made.
      get before() {
        return refusal();
      },
    };
  };
  return { intercept, seen };
}
