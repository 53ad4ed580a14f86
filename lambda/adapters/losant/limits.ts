/** All limits of calls to Losant. Times are in milliseconds. A total includes retries, pauses and logins. */
export interface LosantLimits {
  readonly readTimeoutMs: number;
  readonly readTotalMs: number;
  readonly readRetries: number;
  /** After this time, no further page of a listing is requested. */
  readonly listTotalMs: number;
  /** For deactivating and deleting. */
  readonly writeTimeoutMs: number;
  readonly writeTotalMs: number;
  readonly createTimeoutMs: number;
  readonly createTotalMs: number;
  /** Only after a 429, which proves that nothing happened. */
  readonly writeRetries: number;
  /** Whether the client waits after a 429. A run waits itself, for all of its calls together. */
  readonly retriesThrottled: boolean;
  readonly probeTimeoutMs: number;
  /** The pause before the first retry; it doubles from one to the next, up to the longest. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** The client doesn't wait for a longer Retry-After. */
  readonly maxRetryAfterMs: number;
  /** The size of one answer, before and after decoding. */
  readonly maxAnswerBytes: number;
  /** The first value is requested first, and the next one each time a page is larger than `maxAnswerBytes`. */
  readonly perPage: readonly number[];
  /** With the largest page size. */
  readonly maxPages: number;
  /** The size of a whole listing, which is kept until the run ends. */
  readonly maxListCharacters: number;
  readonly maxTokens: number;
  readonly maxApplications: number;
  /** The size of an answer with one application, whose `globals` may have three megabytes, and more in JSON. */
  readonly maxApplicationBytes: number;
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
   * A thousand tokens need half a megabyte to a megabyte. Ten of the largest tokens also fit, even if each of the 32,767 characters
   * of their descriptions is written as \u0000. A function with 512 MB reads dozens of applications at once, and two megabytes of
   * JSON may need a hundred in memory, but only for one answer at a time, because each is read and checked in one step.
   */
  maxAnswerBytes: 2 * 1024 * 1024,
  perPage: [1_000, 100, 10, 1],
  maxPages: 500,
  /** A hundred thousand tokens need fifty to a hundred megabytes. */
  maxListCharacters: 96 * 1024 * 1024,
  maxTokens: 150_000,
  /** Each needs less than a kilobyte until the run ends. */
  maxApplications: 150_000,
  maxApplicationBytes: 24 * 1024 * 1024,
};
