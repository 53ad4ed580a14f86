import { onTestFinished, vi } from "vitest";

/** How long the adapters wait for an answer in these tests. Most of the real limits are longer. */
export const PATIENCE_MS = 4_900;

/** Whether a timer limits a call, and isn't a pause between two calls. */
const LONG_MS = 2_000;
/** The longest possible timer. */
const NEVER_MS = 2 ** 31 - 1;

const [start, stop] = [setTimeout, clearTimeout];
const held = new Map<NodeJS.Timeout, { readonly ms: number; readonly end: () => void }>();

/**
 * Until the end of the test, no call runs out of time by the clock. So a busy machine can take any time for an
 * answer, and a missing answer takes no time.
 */
export function holdPatience(): void {
  onTestFinished(() => {
    for (const timer of held.keys()) forget(timer);
    vi.unstubAllGlobals();
  });
  vi.stubGlobal("setTimeout", (end: () => void, ms = 0) => {
    if (ms < LONG_MS) return start(end, ms);
    const timer = start(() => {}, NEVER_MS).unref();
    held.set(timer, { ms, end });
    return timer;
  });
  vi.stubGlobal("clearTimeout", forget);
}

/** Ends the time of every waiting call, unless its limit is longer than the limits of these tests: such a limit never ends. */
export function runOutOfPatience(): void {
  for (const [timer, { ms, end }] of held) {
    if (ms > PATIENCE_MS) continue;
    forget(timer);
    end();
  }
}

function forget(timer: NodeJS.Timeout): void {
  held.delete(timer);
  stop(timer);
}
