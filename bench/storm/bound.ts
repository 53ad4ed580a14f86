import { LATENCY_MS, WRITES_PER_SECOND } from "../latencies.ts";

const PER_PAGE = 1_000;
/** For a token that was rotated before: stage, promote, settle. */
const WRITES_PER_ROTATION = 3;

/**
 * The shortest possible time for this many rotations, in milliseconds. First the access token is read, then the list of
 * tokens, page after page, then the secrets. Each rotation is a chain of calls: read the secret again, create, verify the
 * string, stage, promote, announce, settle. Without a quota, all chains would run at the same time. With the quota, fifty
 * writes of all chains start at once, and fifty more in each second after that. The first write can't start before its
 * token is created and verified, and the run doesn't end before the last write is answered.
 */
export function lowerBoundMs(rotations: number): number {
  const { losant, store, bus } = LATENCY_MS;
  // The application has one more token: the access token.
  const pages = Math.ceil((rotations + 1) / PER_PAGE);
  const readsMs = store + pages * losant + store;
  const untilFirstWriteMs = store + losant + losant;
  const chainMs = untilFirstWriteMs + store + store + bus + store;
  const quotaMs = Math.floor((WRITES_PER_ROTATION * rotations - 1) / WRITES_PER_SECOND) * 1_000;
  return readsMs + Math.max(chainMs, untilFirstWriteMs + quotaMs + store) + bus;
}

/** How many rotations fit into `leftMs`, with `writesPerSecond`. */
export function rotationsWithin(leftMs: number, writesPerSecond: number): number {
  return Math.floor((leftMs / 1_000) * (writesPerSecond / WRITES_PER_ROTATION));
}
