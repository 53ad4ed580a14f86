import { LATENCY_MS, WRITES_PER_SECOND } from "../latencies.ts";

const PER_PAGE = 1_000;
/** Of a token that was rotated before: stage, promote, settle. */
const WRITES_PER_ROTATION = 3;

/**
 * The least time in which so many rotations can be done, in milliseconds. Before anything, the access token is read, then
 * the listing, page after page, then the secrets. Each rotation is a chain: a last look at the secret, create, try the
 * string, stage, promote, announce, settle. With an endless quota, all chains would run at the same time. With the real
 * one, of the writes of all chains fifty start at once and fifty more in each second after; the first of them can't start
 * before its token is created and tried, and nothing ends before the last has been answered.
 */
export function lowerBoundMs(rotations: number): number {
  const { losant, store, bus } = LATENCY_MS;
  // The application has one token more: the worker's own.
  const pages = Math.ceil((rotations + 1) / PER_PAGE);
  const readsMs = store + pages * losant + store;
  const untilFirstWriteMs = store + losant + losant;
  const chainMs = untilFirstWriteMs + store + store + bus + store;
  const quotaMs = Math.floor((WRITES_PER_ROTATION * rotations - 1) / WRITES_PER_SECOND) * 1_000;
  return readsMs + Math.max(chainMs, untilFirstWriteMs + quotaMs + store) + bus;
}

/** How many rotations one invocation manages within `leftMs`, at the pace of `writesPerSecond`. */
export function rotationsWithin(leftMs: number, writesPerSecond: number): number {
  return Math.floor((leftMs / 1_000) * (writesPerSecond / WRITES_PER_ROTATION));
}
