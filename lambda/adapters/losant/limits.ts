/** Every bound on what is asked of Losant. Times are in milliseconds; a total covers retries, pauses and logins. */
export interface LosantLimits {
  readonly readTimeoutMs: number;
  readonly readTotalMs: number;
  readonly readRetries: number;
  /** After so long, no further page of a listing is asked for. */
  readonly listTotalMs: number;
  /** Deactivate and delete. */
  readonly writeTimeoutMs: number;
  readonly writeTotalMs: number;
  readonly createTimeoutMs: number;
  readonly createTotalMs: number;
  /** Only after a 429, which proves that nothing happened. */
  readonly writeRetries: number;
  /** Whether a 429 is waited out here. A run does that itself, for all of its calls together. */
  readonly retriesThrottled: boolean;
  readonly probeTimeoutMs: number;
  /** The pause before the first retry; it doubles from one to the next, up to the longest. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** A longer Retry-After is not waited for. */
  readonly maxRetryAfterMs: number;
  /** Of one answer, before and after decoding. */
  readonly maxAnswerBytes: number;
  /** Asked for first, and so much less each time a page does not fit into `maxAnswerBytes`. */
  readonly perPage: readonly number[];
  /** Of the largest. */
  readonly maxPages: number;
  /** Of a whole listing: all of it is kept until the run is over. */
  readonly maxListCharacters: number;
  readonly maxTokens: number;
}

export const LOSANT_LIMITS: LosantLimits = {
  readTimeoutMs: 10_000,
  readTotalMs: 30_000,
  readRetries: 3,
  listTotalMs: 180_000,
  writeTimeoutMs: 10_000,
  writeTotalMs: 20_000,
  createTimeoutMs: 15_000,
  createTotalMs: 25_000,
  writeRetries: 2,
  retriesThrottled: true,
  probeTimeoutMs: 5_000,
  firstPauseMs: 300,
  longestPauseMs: 3_000,
  maxRetryAfterMs: 10_000,
  /*
   * A thousand tokens take half a megabyte to a megabyte. Ten of the largest fit as well, if each of the 32,767 characters
   * of their descriptions is written as \u0000. Dozens of applications are read at once in a function of 512 MB, and two
   * megabytes of JSON may be a hundred in memory, though of one answer at a time: it is read and checked in one go.
   */
  maxAnswerBytes: 2 * 1024 * 1024,
  perPage: [1_000, 100, 10, 1],
  maxPages: 500,
  /** A hundred thousand tokens take fifty to a hundred megabytes. */
  maxListCharacters: 96 * 1024 * 1024,
  maxTokens: 150_000,
};
