/** How long each service takes to answer, in milliseconds, in the benchmarks that have latencies. */
export const LATENCY_MS = { losant: 80, store: 15, bus: 10 } as const;

/** The quota of Secrets Manager for all writes of an account. */
export const WRITES_PER_SECOND = 50;
