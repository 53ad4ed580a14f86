import type { Io } from "./io.ts";
import { Interruption } from "./stops.ts";

/** Work that writes nothing: Ctrl-C ends it at once. @throws Interruption */
export function unlessInterrupted<T>(
  work: Promise<T>,
  left: string,
  { onInterrupt }: Pick<Io, "onInterrupt">,
): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const off = onInterrupt(() => reject(new Interruption(left)));
  // Whatever comes of it after that, nobody waits for it.
  work.catch(() => {});
  return Promise.race([work, promise]).finally(off);
}

/** What is said of Ctrl-C, while something is written. */
export interface Interrupted {
  /** At the first, after which what is under way comes to its end. */
  readonly first: string;
  /** At the second: what may be left. */
  readonly second: string;
}

export interface Ending<T> {
  readonly result: T;
  readonly isInterrupted: boolean;
}

/**
 * Work that writes: the first Ctrl-C asks it, through the signal, to begin nothing more, and waits for its end.
 * @throws Interruption at the second
 */
export async function toItsEnd<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { first, second }: Interrupted,
  { onInterrupt, stderr }: Pick<Io, "onInterrupt" | "stderr">,
): Promise<Ending<T>> {
  const stopping = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  const off = onInterrupt(() => {
    if (stopping.signal.aborted) return reject(new Interruption(second));
    stopping.abort();
    stderr.write(`\n${first} Press Ctrl-C again to stop at once.\n`);
  });
  const working = work(stopping.signal);
  working.catch(() => {});
  try {
    return { result: await Promise.race([working, promise]), isInterrupted: stopping.signal.aborted };
  } finally {
    off();
  }
}
