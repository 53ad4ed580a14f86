import { restOf } from "../../../lambda/plan/reasons.ts";
import { currentReign, type Evidence, type TokenRecord } from "../records.ts";
import { DAY, SKEW_MS } from "../services.ts";
import type { Worker } from "../worker.ts";
import { isKeyLost } from "./words.ts";

/* What is promised of tokens that nobody renews: nothing that is in use expires in silence. */

/** A run that had no trouble says of it that it fails, or that somebody has to look; or an event has said so. */
export function isTold({ told, cleanRuns }: Evidence, { id, expiresMs }: TokenRecord): boolean {
  const events = told.get(id) ?? [];
  if (events.some((atMs) => atMs > expiresMs - 31 * DAY)) return true;
  return cleanRuns.some(({ result }) =>
    result?.report.tokens?.some(
      ({ tokenId, reason, outcome }) =>
        tokenId === id && (outcome === "failed" || restOf(reason)?.isWarned === true),
    ),
  );
}

/** Another token took its place: users were given that one. */
export function isReplaced({ tokens }: Evidence, { id }: TokenRecord): boolean {
  return [...tokens.values()].some(
    ({ maker, replacedId, reigns }) => maker !== "person" && replacedId === id && reigns.length > 0,
  );
}

/** At the end of a history: all that people made or read, and that has expired, was replaced or told of. */
export function checkSilence(evidence: Evidence): void {
  for (const token of evidence.tokens.values()) {
    const { expiresMs, ending } = token;
    // Whose string nobody has, and whose signature nobody can check any more, is not known not to be in use.
    const isUsed =
      token.reigns.length > 0 ? wasCurrent(token) : token.maker === "person" || isKeyLost(evidence, token);
    const isEnded = ending !== undefined && ending.atMs <= expiresMs;
    if (!isUsed || isEnded || expiresMs > evidence.nowMs) continue;
    if (!hadItsChance(evidence, token) || isReplaced(evidence, token) || isTold(evidence, token)) continue;
    evidence.broken("told", `${token.id} expired, and was neither replaced nor told of`);
  }
}

/** Until it expired, or until somebody destroyed the secret from which it was read. */
function wasCurrent({ reigns, expiresMs }: TokenRecord): boolean {
  return reigns.some(
    (reign) =>
      (reign.toMs ?? expiresMs) >= expiresMs || (reign.secret.isGone && currentReign(reign.secret) === reign),
  );
}

/** Those on which even what others look after is warned of. */
const WARNING_DAYS = [14, 7, 3, 1];

/** Runs without trouble, and none of another kind, in its last intervals. */
function hadItsChance(evidence: Evidence, token: TokenRecord): boolean {
  const { expiresMs, applicationId, id } = token;
  const { services, troubles, cleanRuns } = evidence;
  const toMs = expiresMs - SKEW_MS;
  const mine = (run: Worker) => run.deployment.config.applications.find((one) => one.id === applicationId);
  const [first] = services.deployments;
  const { intervalMs = 0, orphanAfterMs = 0 } = first?.config.applications[0]?.policy ?? {};
  const fromMs = expiresMs - 2 * intervalMs;
  const isIn = (one: { readonly fromMs: number; readonly toMs: number }) =>
    one.fromMs <= expiresMs && one.toMs >= fromMs - orphanAfterMs - 2 * intervalMs;
  if (troubles.some(isIn) || services.flaws.some((flaw) => flaw.tokenId === id && isIn(flaw))) return false;
  const own = cleanRuns.filter(
    (run) => mine(run) !== undefined && run.entry.event.tokens === undefined && run.startedMs <= toMs,
  );
  // Of what nobody ever put into a secret a run may have no more to do than to warn, and it warns on its days alone.
  const isOnlyWarnedOf = token.reigns.length === 0 && token.maker === "person";
  const isWarningDay = ({ startedMs }: Worker) =>
    WARNING_DAYS.some((days) => {
      const afterMs = startedMs - (expiresMs - days * DAY);
      return afterMs >= SKEW_MS && afterMs < intervalMs - SKEW_MS;
    });
  return own.some(
    (run) =>
      run.startedMs >= Math.max(fromMs, token.bornMs + SKEW_MS) &&
      (!isOnlyWarnedOf || own.some((one) => one.startedMs > token.bornMs + SKEW_MS && isWarningDay(one))),
  );
}
