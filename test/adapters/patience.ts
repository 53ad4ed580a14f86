import { onTestFinished, vi } from "vitest";

/** How long the adapters wait for an answer in these tests. Most of their own limits are longer. */
export const PATIENCE_MS = 4_900;

/** Of a timer: it is one of those that bound a call, and no pause between two. */
const LONG_MS = 2_000;
/** The longest that a timer can be. */
const NEVER_MS = 2 ** 31 - 1;

const [start, stop] = [setTimeout, clearTimeout];
const held = new Map<NodeJS.Timeout, { readonly ms: number; readonly end: () => void }>();

/**
 * Until the end of the test, no call's time runs out by the clock. So a busy machine may take as long as it likes over an
 * answer, and one that never comes takes no time.
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

/** The time of every call that waits is over, unless it was given a longer one than these tests give: then it never is. */
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
