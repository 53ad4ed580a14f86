/* Every bound of a run in one place. Times are in milliseconds. */

/** How many applications are observed at once: at first, and at most, where Losant is found to answer so many as quickly. */
export const OBSERVED_AT_FIRST = 5;
export const MOST_OBSERVED_AT_ONCE = 64;

/** How many calls observing one of them makes at once; and how many secrets all of them look at: AWS's client has 50 sockets. */
export const READS_AT_ONCE = 20;
export const STORE_READS_AT_ONCE = 50;

/**
 * What the listings of applications that are observed at once may take up together, in tokens: each costs some three
 * kilobytes until its application is planned, and its text besides. With 512 MB, a hundred thousand fit: these, and a
 * short listing, which never waits for room, of each other application. A short one is a page, which nobody can hold back.
 */
export const LONG_LISTINGS = 40_000;
export const SHORT_LISTING = 1_000;
export const CHARACTERS_LIKE_A_TOKEN = 3_000;

/** In which part of its time a run may begin to observe an application: the rest is for what there is to do. */
export const OBSERVING_PART = 2 / 3;

/** Of how many resting lineages of an application events are sent at once. */
export const TOLD_AT_ONCE = 10;

/** How many lineages are worked on at once. */
export const LINEAGES_AT_ONCE = 10;

/** Secrets Manager allows 50 writes per second for the account, all callers together: leave some to the others. */
export const STORE_WRITES_PER_SECOND = 46;

/** The longest that issue, verify, stage and, where staging fails, deleting again may take; else the token waits. */
export const ISSUE_TO_STAGE_MS = 45_000;

/** After so many strings in a row that the store refused for good, it is not the fault of one secret. */
export const STORE_REFUSALS = 3;

/** How long a write to the store is tried again while the token string is only in memory, and otherwise. */
export const STAGE_PATIENCE_MS = 60_000;
export const WRITE_PATIENCE_MS = 20_000;

/** How long deleting a token that could not be stored is tried, and what is kept of the deadline for it. */
export const DISCARD_PATIENCE_MS = 8_000;
export const DISCARD_RESERVE_MS = 10_000;

/** How long a run waits after Losant's first 429 that names no time; it doubles, up to the window that Losant publishes. */
export const FIRST_THROTTLE_PAUSE_MS = 1_000;
export const LONGEST_THROTTLE_PAUSE_MS = 15_000;

/** The longest that one answer may make all calls of a run wait, whatever its Retry-After says. */
export const LONGEST_RETRY_AFTER_MS = 60_000;

/** A new string is in memory only: it is not kept waiting longer than this to be tried. */
export const PROBE_THROTTLE_PATIENCE_MS = 20_000;

/** How long Losant may take to know a token that it has just made. */
export const PROBE_PATIENCE_MS = 6_000;

/** Effects other than issuing need this much of the deadline: more than the 6 s that one event may take on a dead bus. */
export const STEP_RESERVE_MS = 8_000;

/** After so many events in a row that the bus did not accept, this run sends no more: they stay owed. */
export const BUS_FAILURES = 3;

/** Rows of a report, and lines of the log about tokens at rest. */
export const MAX_REPORT_ROWS = 1_000;

/** Failures that the error of a run names; the report and the log have all of them. */
export const MAX_FAILURES_NAMED = 20;
