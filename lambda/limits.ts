/* All limits of a run. Times are in milliseconds. */

/** How many calls reading one application makes at once. */
export const READS_AT_ONCE = 20;

/** How many reads a service gets at once at first, so that an application alone never waits for a turn. */
export const CALLS_AT_FIRST = READS_AT_ONCE;

/** How many it gets at most, if it answers that many as fast: the number of sockets of each client. */
export const MOST_LOSANT_READS_AT_ONCE = 64;
export const MOST_STORE_READS_AT_ONCE = 50;

/** How many applications are in memory at once, at most. */
export const MOST_OBSERVED_AT_ONCE = 64;

/** How many pages of Losant's list of applications are in memory at once, at most. */
export const DIRECTORY_PAGES_AT_ONCE = 20;

/**
 * How much the listings of all applications that are read at once may use together, in tokens. Each token needs about three
 * kilobytes until its application is planned, plus its text. A hundred thousand fit into 512 MB: these, and a short listing of each
 * other application, which never waits for room. A short listing is one page, which is in memory anyway.
 */
export const LONG_LISTINGS = 40_000;
export const SHORT_LISTING = 1_000;
export const CHARACTERS_LIKE_A_TOKEN = 3_000;

/**
 * The most tokens of one application in a fleet. With more, only this application fails. Without this limit, its list could use up the
 * memory of the run, and so stop all applications of its shard, in every interval.
 */
export const MOST_TOKENS_IN_FLEET = 60_000;

/** The part of its time in which a run may begin to read an application. The rest is for the work. */
export const OBSERVING_PART = 2 / 3;

/** For how many lineages at rest, in one application, events are sent at once. */
export const TOLD_AT_ONCE = 10;

/** How many lineages with a token to replace are worked on at once, and how many others, which so don't hold up a replacement. */
export const LINEAGES_AT_ONCE = 10;

/** Secrets Manager allows 50 writes per second in an account, for all callers together. This leaves some for the others. */
export const STORE_WRITES_PER_SECOND = 46;

/** The maximum time for issuing, verifying and staging, and for deleting if staging fails. With less time, the token waits. */
export const ISSUE_TO_STAGE_MS = 45_000;

/** After this many permanent refusals in a row, the cause is not one secret. */
export const STORE_REFUSALS = 3;

/** How long a write to the store is repeated while the token string is only in memory, and otherwise. */
export const STAGE_PATIENCE_MS = 60_000;
export const WRITE_PATIENCE_MS = 20_000;

/** How long a run waits for a replica, and after which time without a change one that is still in progress hangs. */
export const REPLICA_PATIENCE_MS = 20_000;
export const REPLICA_HANGS_AFTER_MS = 60 * 60_000;

/**
 * How long the deletion of a token that couldn't be stored is tried, and how much time before the deadline is reserved for
 * it.
 */
export const DISCARD_PATIENCE_MS = 8_000;
export const DISCARD_RESERVE_MS = 10_000;

/** How long a run waits after Losant's first 429 without a time. It doubles, up to the window that Losant publishes. */
export const FIRST_THROTTLE_PAUSE_MS = 1_000;
export const LONGEST_THROTTLE_PAUSE_MS = 15_000;

/** The maximum time that one answer can make all calls of a run wait, whatever its Retry-After is. */
export const LONGEST_RETRY_AFTER_MS = 60_000;

/**
 * How long the creation of a token waits for Losant's rate limit if nothing about its application is answered meanwhile: twenty of
 * Losant's windows. And how long a listing waits before the next application begins in its place.
 */
export const CREATE_THROTTLE_PATIENCE_MS = 5 * 60_000;
export const LIST_THROTTLE_PATIENCE_MS = 60_000;

/** How long the test of a new string may wait, because the string is only in memory: two of Losant's windows. */
export const PROBE_THROTTLE_PATIENCE_MS = 30_000;

/** How long Losant may take to accept a token that it has just created. */
export const PROBE_PATIENCE_MS = 6_000;

/**
 * The time before the deadline that effects other than issuing need. More than the 6 s of one event if the bus doesn't
 * answer.
 */
export const STEP_RESERVE_MS = 8_000;

/** After the bus hasn't answered this many times in a row, the run sends no more events. Later runs send missing rotation events. */
export const BUS_FAILURES = 3;

/** The maximum of rows in a report, and of log lines about tokens at rest. */
export const MAX_REPORT_ROWS = 1_000;

/** How many failures the error of a run names. The report and the log have all of them. */
export const MAX_FAILURES_NAMED = 20;
