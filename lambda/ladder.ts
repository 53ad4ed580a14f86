const DAY_MS = 86_400_000;

/** Days before its expiry at which a token that will not be rotated is warned of. */
export const RUNGS_DAYS = [30, 14, 7, 3, 1] as const;

/**
 * The rung that a token has come to since the last scheduled run, if it has: told from times alone, so that each rung
 * is normally spoken of once and nothing has to be remembered.
 */
export function rungReached(expiresAt: Date, now: Date, intervalMs: number): number | undefined {
  return RUNGS_DAYS.find((days) => {
    const sinceMs = now.getTime() - (expiresAt.getTime() - days * DAY_MS);
    return sinceMs >= 0 && sinceMs < intervalMs;
  });
}
