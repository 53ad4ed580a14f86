/** How long each service takes to answer, in milliseconds, wherever these benchmarks let it take any time at all. */
export const LATENCY_MS = { losant: 80, store: 15, bus: 10 } as const;

/** What Secrets Manager allows an account, all writes together. */
export const WRITES_PER_SECOND = 50;
