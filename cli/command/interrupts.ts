import type { Io } from "./io.ts";
import { Interruption } from "./stops.ts";

/** For work that writes nothing: Ctrl-C stops it at once. @throws Interruption */
export function unlessInterrupted<T>(
  work: Promise<T>,
  left: string,
  { onInterrupt, stderr }: Pick<Io, "onInterrupt" | "stderr">,
): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const off = onInterrupt(() => {
    endLine(stderr);
    reject(new Interruption(left));
  });
  // After an interruption nobody waits for the result.
  work.catch(() => {});
  return Promise.race([work, promise]).finally(off);
}

/** The messages for Ctrl-C while something is written. */
export interface Interrupted {
  /** For the first Ctrl-C: the command finishes what is in progress. */
  readonly first: string;
  /** For the second one: what may be left unfinished. */
  readonly second: string;
}

export interface Ending<T> {
  readonly result: T;
  readonly isInterrupted: boolean;
}

/**
 * For work that writes: the first Ctrl-C tells it, through the signal, to start nothing new, and waits until it ends.
 * @throws Interruption at the second Ctrl-C
 */
export async function toItsEnd<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { first, second }: Interrupted,
  { onInterrupt, stderr }: Pick<Io, "onInterrupt" | "stderr">,
): Promise<Ending<T>> {
  const stopping = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  const off = onInterrupt(() => {
    if (stopping.signal.aborted) {
      endLine(stderr);
      return reject(new Interruption(second));
    }
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

/** A terminal shows ^C behind the line of progress. */
function endLine(stderr: Io["stderr"]): void {
  if (stderr.isTTY) stderr.write("\n");
}
