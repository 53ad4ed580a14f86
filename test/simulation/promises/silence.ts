import { restOf } from "../../../lambda/plan/reasons.ts";
import { currentReign, type Evidence, isOurs, type Reign, type TokenRecord } from "../records.ts";
import { DAY, SKEW_MS } from "../services.ts";
import { hasReached } from "../worker.ts";
import { isKeyLost } from "./words.ts";

/* Promises about tokens that the worker doesn't renew: a token in use never expires without a warning. */

/** A run without trouble reported that the token fails or needs attention, or an event did. */
export function isTold(
  { told, cleanRuns }: Evidence,
  { id, expiresMs }: Pick<TokenRecord, "id" | "expiresMs">,
): boolean {
  const events = told.get(id) ?? [];
  if (events.some((atMs) => atMs > expiresMs - 31 * DAY)) return true;
  return cleanRuns.some(({ result }) =>
    result?.report.tokens?.some(
      ({ tokenId, reason, outcome }) =>
        tokenId === id && (outcome === "failed" || restOf(reason)?.isWarned === true),
    ),
  );
}

/**
 * The users of the token got another one, or somebody was warned of it, or of a successor that never became current.
 */
export function isLookedAfter(evidence: Evidence, token: TokenRecord): boolean {
  if (isReplaced(evidence, token) || isTold(evidence, token)) return true;
  return [...evidence.tokens.values()].some(
    ({ maker, replacedId, ...successor }) =>
      maker !== "person" && replacedId === token.id && isTold(evidence, successor),
  );
}

/** Another token replaced it, directly or through a successor that never became current. Users got that token. */
function isReplaced(evidence: Evidence, { id }: TokenRecord): boolean {
  return [...evidence.tokens.values()].some(
    (token) =>
      token.maker !== "person" &&
      token.replacedId === id &&
      (token.reigns.length > 0 || isReplaced(evidence, token)),
  );
}

/**
 * Runs at the end of a history. Every token that people made or read and that has expired must have been replaced or
 * reported.
 */
export function checkSilence(evidence: Evidence): void {
  for (const token of evidence.tokens.values()) {
    const { expiresMs, ending } = token;
    // If nobody has the string of a token, and its signature can't be checked any more, it isn't known to be unused.
    const isUsed =
      token.reigns.length > 0 ? wasCurrent(token) : token.maker === "person" || isKeyLost(evidence, token);
    const isEnded = ending !== undefined && ending.atMs <= expiresMs;
    // Other tokens of a user are none of the worker's business.
    const isOfUser = evidence.services.entryOfUser(token.applicationId) !== undefined;
    if (isOfUser && token.reigns.length === 0) continue;
    if (!isUsed || isEnded || expiresMs > evidence.nowMs) continue;
    if (!couldBeTold(evidence, token) || isLookedAfter(evidence, token)) continue;
    if (isCovered(evidence, token) || wasPlantedAsAccess(evidence, token)) continue;
    evidence.broken("told", `${token.id} expired, and was neither replaced nor told of`);
  }
}

/**
 * Under an earlier prefix, its text is all that shows what a token replaced. Nobody is warned of the replaced one while the other one
 * lives, and of that one only if a run takes place in its last interval.
 */
function isCovered(evidence: Evidence, { id, maker, secretPrefix, bornMs, expiresMs }: TokenRecord): boolean {
  if (maker === "person" || secretPrefix === maker.deployment.config.secretPrefix) return false;
  return evidence.tokens
    .values()
    .some(
      (other) =>
        other.replacedId === id &&
        !other.isUnmarked &&
        other.bornMs > bornMs &&
        (other.ending?.atMs ?? other.expiresMs) > expiresMs &&
        !couldBeTold(evidence, other),
    );
}

/**
 * An administrator wrote a version according to which it was an access token of the worker, and somebody stored another one since. Then
 * the worker takes it for a former access token.
 */
export function wasPlantedAsAccess({ services }: Evidence, { reigns }: TokenRecord): boolean {
  return reigns.some(
    ({ secret, by, versionId, toMs }) =>
      by === "person" &&
      toMs !== undefined &&
      isOurs(versionId) &&
      services.deployments.some(({ index }) => services.isAccessSecret(index, secret.name)),
  );
}

/**
 * The token was current until it expired, or until somebody destroyed the secret from which it was read. If the secret was
 * created again with the same string, its users read it there.
 */
function wasCurrent({ reigns, expiresMs }: TokenRecord): boolean {
  const isContinued = ({ secret: { store, name } }: Reign) =>
    reigns.some(({ secret }) => !secret.isGone && secret.store === store && secret.name === name);
  return reigns.some(
    (reign) =>
      (reign.toMs ?? expiresMs) >= expiresMs ||
      (reign.secret.isGone && currentReign(reign.secret) === reign && !isContinued(reign)),
  );
}

/**
 * True if a run without trouble took place in the token's last interval, and there was no trouble before. Such a run
 * renews the token or reports that it won't, because the last interval is on one of the days on which the worker warns.
 */
export function couldBeTold(
  evidence: Evidence,
  { expiresMs, bornMs, applicationId, id }: TokenRecord,
): boolean {
  const { services, troubles, cleanRuns } = evidence;
  const { intervalMs = 0, orphanAfterMs = 0 } = services.applicationsOf(0)[0]?.policy ?? {};
  const isIn = (one: { readonly fromMs: number; readonly toMs: number }) =>
    one.fromMs <= expiresMs && one.toMs >= expiresMs - orphanAfterMs - 4 * intervalMs;
  if (services.wasOut(applicationId, expiresMs - orphanAfterMs - 4 * intervalMs, expiresMs)) return false;
  if (troubles.some(isIn) || services.flaws.some((flaw) => flaw.tokenId === id && isIn(flaw))) return false;
  return cleanRuns.some(
    ({ entry, startedMs, result }) =>
      hasReached({ result }, applicationId) &&
      entry.event.tokens === undefined &&
      // By a clock that is more than a day ahead, a root has already expired.
      entry.skewMs <= DAY &&
      startedMs >= Math.max(expiresMs - intervalMs, bornMs) + SKEW_MS &&
      startedMs <= expiresMs - SKEW_MS,
  );
}
