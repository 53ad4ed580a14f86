import type { RunWatch } from "../../lambda/run/watch.ts";
import type { Output } from "./screen.ts";
import { displayWidth, truncated } from "./width.ts";

/** A call that takes longer than this is shown. */
const LONG_MS = 3_000;
const REDRAWN_EACH_MS = 500;
const NARROWEST = 40;

/** A line that shows how much is done, and which service the command waits for. Shown only in a terminal. */
export interface Progress extends Omit<RunWatch, "stop"> {
  /** Removes the line, so that something else can be written. */
  clear(): void;
  end(): void;
}

interface Showing {
  readonly stderr: Output;
  readonly now: () => Date;
  /** The time at which the work ends in any case. */
  readonly deadline?: Date;
}

export function progressOn({ stderr, now, deadline }: Showing): Progress {
  const isShown = stderr.isTTY === true;
  const waiting = new Set<{ readonly whom: string; readonly since: Date }>();
  const counts: { looked?: string; worked?: string } = {};
  let isDrawn = false;
  const clear = () => {
    if (isDrawn) stderr.write("\r\x1b[2K");
    isDrawn = false;
  };
  const draw = () => {
    const room = Math.max(NARROWEST, stderr.columns ?? 0) - 1;
    const rest = [counts.worked, waitOf([...waiting], now()), leftOf(deadline, now())];
    const whole = joined([counts.looked, ...rest]);
    // Once tokens are worked on, all applications have been read.
    const isTooLong = displayWidth(whole) > room && counts.worked !== undefined;
    const line = isTooLong ? joined(rest) : whole;
    clear();
    stderr.write(truncated(line, room));
    isDrawn = line !== "";
  };
  const timer = isShown ? setInterval(draw, REDRAWN_EACH_MS) : undefined;
  timer?.unref();
  return {
    looked: (done, of) => {
      counts.looked = `${done} of ${of} applications read`;
    },
    worked: (done, of) => {
      if (of > 0) counts.worked = `${done} of ${of} tokens done`;
    },
    waits: (whom) => {
      const wait = { whom, since: now() };
      waiting.add(wait);
      return () => void waiting.delete(wait);
    },
    clear,
    end: () => {
      clearInterval(timer);
      clear();
    },
  };
}

function joined(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join(" · ");
}

/** The call that has taken longest, if it is shown. */
function waitOf(
  waiting: readonly { readonly whom: string; readonly since: Date }[],
  now: Date,
): string | undefined {
  const [oldest] = waiting.toSorted((one, other) => one.since.getTime() - other.since.getTime());
  const ms = oldest === undefined ? 0 : now.getTime() - oldest.since.getTime();
  return oldest === undefined || ms < LONG_MS
    ? undefined
    : `waiting for ${oldest.whom}, ${Math.floor(ms / 1_000)} s`;
}

function leftOf(deadline: Date | undefined, now: Date): string | undefined {
  if (deadline === undefined) return undefined;
  const seconds = Math.max(0, Math.ceil((deadline.getTime() - now.getTime()) / 1_000));
  return seconds >= 60 ? `${Math.ceil(seconds / 60)} min left` : `${seconds} s left`;
}
