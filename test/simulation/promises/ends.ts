import { wasOpenThroughout } from "../opening-hours.ts";
import {
  currentReign,
  type Evidence,
  isForgotten,
  isLoose,
  isOurs,
  isPlanted,
  isTouched,
  type Reign,
  type SecretRecord,
  supersededMs,
  type TokenRecord,
} from "../records.ts";
import { DAY, MINUTE, SKEW_MS } from "../services.ts";
import { hasReached, type Worker } from "../worker.ts";
import { checkRootEnd } from "./endless.ts";
import { checkSeen, wasObscured } from "./listings.ts";
import { checkSteps } from "./proofs.ts";
import { checkReaders } from "./readers.ts";
import { couldBeTold, isLookedAfter, isTold, wasPlantedAsAccess } from "./silence.ts";
import { checkRetiredInside } from "./windows.ts";
import { hasRival } from "./words.ts";

/* Promises about the moment in which a token's life or its reign ends. */

/** A worker deactivated or deleted a token. */
export function onEnded(
  evidence: Evidence,
  token: TokenRecord,
  by: Worker,
  how: "deactivated" | "deleted",
): void {
  checkSeen(evidence, token, by);
  checkSteps(evidence, token, by, how);
  const { event } = by.entry;
  const isAskedFor = how === "deactivated" && event.retireNow === true;
  const isMadeHere = token.maker !== "person" && token.maker.deployment === by.deployment;
  // The owner of a token that lost its marker can't be determined. The person who names it with `retireNow` is
  // responsible.
  const isUntraceable = isAskedFor && token.isUnmarked && !isMadeHere;
  for (const reign of token.reigns) {
    if (isUntraceable || reign.toMs !== undefined || currentReign(reign.secret) !== reign) continue;
    const lookedMs = by.looks.get(reign.secret.name) ?? Number.NEGATIVE_INFINITY;
    // The worker can't notice a person who moves a label between its check and its action.
    if (reign.by === "person" && reign.fromMs >= lookedMs - evidence.services.setting.describeLagMs) continue;
    // Somebody stored it in another account or region, or gave it the marker of a token of this one.
    const isElsewhere = reign.secret.store !== by.deployment.secrets;
    if (isElsewhere && (reign.by === "person" || isIndistinct(evidence, token, by))) continue;
    const isOwn = evidence.services.isConfigured(by.deployment.index, reign.secret.name);
    const isVisible = isOurs(reign.versionId) && isOwn && !isElsewhere;
    if (isAskedFor && !isVisible && isPlanted(evidence, token)) continue;
    evidence.broken(
      "current-lives",
      `${by.entry.id} ${how} ${token.id}, which is current in ${reign.secret.name}`,
    );
  }
  if (!isMadeHere && !isAskedFor && !isIndistinct(evidence, token, by)) {
    checkRootEnd(evidence, token, by, how);
    if (token.maker === "person") checkRetiredInside(evidence, token, by);
    return;
  }
  // What a person plants in the worker's own secret has no consumer there.
  const isPlantedThere = ({ by: who, secret }: Reign) =>
    who === "person" &&
    secret.arn !== token.secretArn &&
    evidence.services.isAccessSecret(by.deployment.index, secret.name);
  const sinceMs = supersededMs({ reigns: token.reigns.filter((reign) => !isPlantedThere(reign)) });
  // As an orphan of its own, which has no grace period.
  const isTakenForOrphan = !isMadeHere && isIndistinct(evidence, token, by);
  if (sinceMs === undefined || isAskedFor || isTakenForOrphan) return;
  // While the run was in progress, another entry of `discover` began to decide.
  if (evidence.services.wasRedecided(token.applicationId, by.startedMs)) return;
  checkReaders(evidence, token, by);
  checkRetiredInside(evidence, token, by);
  const { retire } = evidence.services.policyOf(by.deployment.index, token.applicationId) ?? {};
  const graceMs = how === "deleted" ? retire?.deleteAfterMs : retire?.deactivateAfterMs;
  const elapsedMs = evidence.nowMs - sinceMs;
  if (token.reigns.some(isForgotten)) return;
  // If moving a label doesn't update the date, the time at which a person moved it can't be determined.
  const isUntold = !evidence.services.setting.labelMovesTouchLastChanged;
  if (isUntold && token.reigns.some(({ secret }) => secret.tamperedBy.has("rolled-back"))) return;
  if (elapsedMs + SKEW_MS < (graceMs ?? Number.POSITIVE_INFINITY))
    evidence.broken(
      "grace",
      `${by.entry.id} ${how} ${token.id} ${Math.round(elapsedMs / MINUTE)} minutes after it was superseded`,
    );
}

/**
 * A copy that was made within minutes of a token whose text is gone. Either Losant doesn't report which access token
 * made it, or no token of the worker is left that shows what Losant reports.
 */
export function isIndistinct(
  evidence: Evidence,
  token: TokenRecord,
  by: Pick<Worker, "deployment">,
): boolean {
  const { cloned, applicationId } = token;
  const { creatorIds = "accessToken" } = evidence.services.setting;
  if (creatorIds !== "accessToken" && hasTwin(evidence, token)) return true;
  if (cloned === undefined || !(cloned.isUnmarked || cloned.isDeleted)) return false;
  const isShown = [...evidence.tokens.values()].some(
    ({ maker, isDeleted, isUnmarked, ...token }) =>
      token.applicationId === applicationId &&
      maker !== "person" &&
      maker.deployment === by.deployment &&
      !isDeleted &&
      !isUnmarked,
  );
  return !isShown || creatorIds !== "accessToken";
}

/** A token whose text somebody took away, and that was made within minutes of this one with the same expiry. */
function hasTwin({ tokens }: Evidence, { id, bornMs, expiresMs }: TokenRecord): boolean {
  return tokens
    .values()
    .some(
      (other) =>
        other.id !== id &&
        other.isUnmarked &&
        other.expiresMs === expiresMs &&
        Math.abs(other.bornMs - bornMs) <= 15 * MINUTE,
    );
}

/** Users no longer get this token. A user that read it just before must have been able to continue using it. */
export function onSuperseded(evidence: Evidence, reign: Reign): void {
  const { token } = reign;
  if (token !== undefined) checkLateness(evidence, reign, token);
}

/** Runs at the end of a history, for tokens that are still current. */
export function checkCurrent(evidence: Evidence, reign: Reign): void {
  if (reign.token !== undefined) checkLateness(evidence, reign, reign.token);
}

/** Its lineage has a token that nobody could delete then. Until two intervals before the expiry, it gets no other one. */
function waitsForOrphans(
  { services, tokens }: Evidence,
  { arn }: SecretRecord,
  { applicationId }: TokenRecord,
  fromMs: number,
): boolean {
  const wasForbidden = services.undeletable.has(applicationId) || services.deletableFromMs >= fromMs;
  return wasForbidden && tokens.values().some(({ secretArn, isStored }) => secretArn === arn && !isStored);
}

/** A run without trouble has looked at a window before this time has passed. */
const LONG_RUN_MS = 15 * MINUTE;

/**
 * A service that refreshes once per cache lifetime always holds an accepted token. So each token must be replaced that
 * long before it expires, unless there was trouble throughout the last two intervals before, or a person is in the way.
 */
function checkLateness(evidence: Evidence, reign: Reign, token: TokenRecord): void {
  const { services, nowMs } = evidence;
  const { maker } = token;
  const deployment = maker === "person" ? services.ownerOf(reign.secret) : maker.deployment;
  const policy = deployment && services.policyOf(deployment.index, token.applicationId);
  // A token that a person stores later is held. Access tokens are an exception, because the worker knows which one it
  // is logged in with.
  const isAccess = deployment !== undefined && services.isAccessSecret(deployment.index, reign.secret.name);
  const isWatched = isOurs(reign.versionId) || reign.secret.reigns[0] === reign || isAccess;
  if (deployment === undefined || policy === undefined) return;
  if (!isWatched) return;
  const { intervalMs, orphanAfterMs, renewBeforeMs, neverExpiringMs } = policy;
  const isEndless = !Number.isFinite(token.expiresMs);
  // An access token that never expires is usually not the worker's to renew.
  const isReplaced =
    neverExpiringMs !== "report" && services.isConfigured(deployment.index, reign.secret.name);
  if (isEndless && !isReplaced) return;
  const lifetimeMs = token.expiresMs - token.bornMs;
  const windowMs = Math.max(Math.min(renewBeforeMs, lifetimeMs / 3), 2 * intervalMs);
  const isHeld =
    isTouched(reign) ||
    reign.secret.tamperedBy.has("deletion") ||
    waitsForOrphans(
      evidence,
      reign.secret,
      token,
      isEndless ? token.bornMs : token.expiresMs - windowMs - orphanAfterMs,
    );
  const { windows = [] } = services.setting.policy;
  const runsBefore = (latestMs: number) =>
    evidence.cleanRuns.filter(
      (run) =>
        run.deployment === deployment &&
        hasReached(run, token.applicationId) &&
        run.entry.event.tokens === undefined &&
        // By a clock that is more than a day ahead, a root has already expired.
        run.entry.skewMs <= DAY &&
        run.startedMs >= Math.max(latestMs - 2 * intervalMs + SKEW_MS, reign.fromMs + 20 * MINUTE) &&
        run.startedMs <= latestMs - SKEW_MS,
    );
  // If no run takes place inside a maintenance window, a token waits until two intervals before its expiry.
  const isInside = ({ startedMs }: Worker) => wasOpenThroughout(windows, startedMs, startedMs + LONG_RUN_MS);
  const usualMs =
    isEndless && neverExpiringMs !== "report"
      ? token.bornMs + neverExpiringMs + (isHeld ? Number.POSITIVE_INFINITY : 2 * intervalMs)
      : token.expiresMs - (isHeld ? 0 : windowMs - 2 * intervalMs);
  const latestMs = windows.length === 0 || runsBefore(usualMs).some(isInside) ? usualMs : token.expiresMs;
  const wasDeadAlready = token.ending !== undefined && token.ending.atMs <= reign.fromMs;
  if (
    nowMs <= latestMs ||
    wasDeadAlready ||
    (isHeld && reign.secret.tamperedBy.has("revoked")) ||
    // If two tokens share a mapped name, both fail until a person renames one. The worker doesn't guess which one owns
    // the secret.
    (reign.by === "person" && reign.secret.tamperedBy.has("twin")) ||
    // The secret can't take a successor's string, even after many tries. This must not affect any other lineage.
    reign.secret.tamperedBy.has("denied") ||
    reign.secret.tamperedBy.has("ungrantable") ||
    token.ending?.by === "person" ||
    // A person rolled back to the token at the very moment in which its life ended.
    (reign.by === "person" && token.ending !== undefined)
  )
    return;
  const fromMs = latestMs - 2 * intervalMs;
  const isTroubled = evidence.troubles.some(
    (trouble) => trouble.fromMs <= latestMs && trouble.toMs >= fromMs - orphanAfterMs,
  );
  const hadARun = runsBefore(latestMs).length > 0;
  // Its name and its marker both lead to its secret. Without either, nothing does. A token that a person made has no
  // marker.
  const isLost = token.isRenamed && (token.isUnmarked || maker === "person");
  const wasHidden = wasObscured(evidence, reign.secret, fromMs - orphanAfterMs - 2 * intervalMs, latestMs);
  const wasOut = services.wasOut(token.applicationId, fromMs - orphanAfterMs - 2 * intervalMs, latestMs);
  if (isTroubled || !hadARun || isLost || wasHidden || wasOut) return;
  if (wasPlantedAsAccess(evidence, token)) return;
  // The worker can't use a successor of the access token that is in another secret.
  const isCared = isAccess ? isTold(evidence, token) : isLookedAfter(evidence, token);
  const isExcused =
    isLoose(reign.secret, reign) ||
    wasToBeDeleted(reign.secret, fromMs, latestMs) ||
    hasRival(evidence, token, deployment);
  if (isExcused && (isCared || !couldBeTold(evidence, token))) return;
  evidence.broken(
    "replaced-in-time",
    `${token.id} was still current in ${reign.secret.name} ${Math.round((nowMs - latestMs) / MINUTE)} minutes too late`,
  );
}

/** In this period, the secret was scheduled for deletion, and so accepted no string. */
function wasToBeDeleted({ past }: SecretRecord, fromMs: number, toMs: number): boolean {
  return past.some(({ sinceMs, secret }, index) => {
    const untilMs = past[index + 1]?.sinceMs ?? Number.POSITIVE_INFINITY;
    return secret?.deletedAt !== undefined && sinceMs <= toMs && untilMs >= fromMs;
  });
}
