import { wasOpen } from "../opening-hours.ts";
import type { Evidence, TokenRecord } from "../records.ts";
import { DAY, MINUTE, SKEW_MS } from "../services.ts";
import type { Worker } from "../worker.ts";

/* Promises about maintenance windows: tokens are created and retired inside, unless somebody asks for it or little time is left. */

/** Between the last look at the clock and the effect of a request. */
const LATE_MS = 5 * MINUTE;

/** A worker made a token to replace another one, and nobody had forced it. */
export function checkIssuedInside(
  evidence: Evidence,
  token: TokenRecord,
  replaced: TokenRecord,
  by: Worker,
): void {
  if (by.entry.event.force === true || isInside(evidence, by)) return;
  const { intervalMs } = by.deployment.config;
  const isEnding = ({ expiresMs }: TokenRecord) => expiresMs - evidence.nowMs < 2 * intervalMs + SKEW_MS;
  // A token that moves to another secret moves in time for the users of the one that it replaced.
  const former = evidence.token(replaced.replacedId);
  if (isEnding(replaced) || (former !== undefined && isEnding(former))) return;
  evidence.broken("window", `${by.entry.id} made ${token.id} for ${replaced.id} outside of every window`);
}

/** A worker ended a replaced token by its policy. */
export function checkRetiredInside(evidence: Evidence, token: TokenRecord, by: Worker): void {
  if (!isInside(evidence, by))
    evidence.broken("window", `${by.entry.id} ended ${token.id} outside of every window`);
}

function isInside({ services, nowMs }: Evidence, by: Worker): boolean {
  const { windows = [] } = services.setting.policy;
  // A process that was paused can't know when its request arrives, and Losant's time is unknown without its date.
  const isLate = by.harms.some(({ kind }) => kind === "pause-before" || kind === "pause-after");
  const isClockOff = Math.abs(by.entry.skewMs) > (services.setting.isUndated ? SKEW_MS : DAY);
  if (windows.length === 0 || isLate || isClockOff) return true;
  const skewMs = services.setting.isUndated ? Math.abs(by.entry.skewMs) : 0;
  return wasOpen(windows, nowMs - LATE_MS - skewMs, nowMs + skewMs);
}
