import { describe, expect, it } from "vitest";
import { BUS_LIMITS } from "../../lambda/adapters/aws/event-bridge.ts";
import { STORE_LIMITS } from "../../lambda/adapters/aws/secrets-manager-calls.ts";
import { LOSANT_LIMITS } from "../../lambda/adapters/losant/limits.ts";
import {
  DISCARD_PATIENCE_MS,
  DISCARD_RESERVE_MS,
  ISSUE_TO_STAGE_MS,
  OBSERVING_PART,
  PROBE_PATIENCE_MS,
  STEP_RESERVE_MS,
} from "../../lambda/limits.ts";

describe("the bounds of a run fit into each other", () => {
  it("so that what was issued is stored, or deleted again, before the deadline", () => {
    const { createTotalMs, probeTimeoutMs } = LOSANT_LIMITS;
    const slowest = createTotalMs + PROBE_PATIENCE_MS + probeTimeoutMs;
    expect(slowest + DISCARD_PATIENCE_MS).toBeLessThanOrEqual(ISSUE_TO_STAGE_MS);
    expect(DISCARD_PATIENCE_MS).toBeLessThan(DISCARD_RESERVE_MS);
  });

  it("so that an effect that issues nothing is over, its event included, before the deadline", () => {
    expect(BUS_LIMITS.totalMs).toBeLessThan(STEP_RESERVE_MS);
  });

  it("so that something is left of a run for what was seen", () => {
    expect(OBSERVING_PART).toBeGreaterThan(0.5);
    expect(OBSERVING_PART).toBeLessThan(0.75);
  });

  it("so that one attempt does not take all the time of its call", () => {
    const { readTimeoutMs, readTotalMs, writeTimeoutMs, writeTotalMs, createTimeoutMs, createTotalMs } =
      LOSANT_LIMITS;
    expect(readTimeoutMs).toBeLessThan(readTotalMs);
    expect(writeTimeoutMs).toBeLessThan(writeTotalMs);
    expect(createTimeoutMs).toBeLessThan(createTotalMs);
    expect(readTotalMs).toBeLessThan(LOSANT_LIMITS.listTotalMs);
    expect(STORE_LIMITS.callTimeoutMs).toBeLessThan(STORE_LIMITS.totalMs);
    expect(BUS_LIMITS.callTimeoutMs * 2).toBeLessThan(BUS_LIMITS.totalMs);
  });

  it("so that the largest listing there is room for has pages enough", () => {
    const [largest = 0, ...smaller] = LOSANT_LIMITS.perPage;
    expect(largest * LOSANT_LIMITS.maxPages).toBeGreaterThanOrEqual(LOSANT_LIMITS.maxTokens);
    expect(smaller).toEqual([largest / 10, largest / 100, largest / 1_000]);
  });
});
