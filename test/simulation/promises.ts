import type { PutEvent } from "../../local/aws/events.ts";
import type { Chronicle } from "./chronicle.ts";
import { currentReign, isAlive, isOurs, type Reign, supersededMs, type TokenRecord } from "./records.ts";
import { MINUTE } from "./theatre.ts";
import type { Worker } from "./worker.ts";

/*
 * What users of the tokens are promised, held against what really happens; the worker's own rules don't come into it.
 */

/** How far two clocks may be apart: what a worker counts by its own is checked by ours. */
export const SKEW_MS = 6 * MINUTE;

/** Nobody who clicks twice makes two: ten minutes by the worker's clock, which may be ahead. */
const TOO_SOON_MS = 10 * MINUTE - SKEW_MS;

/** A worker made a token. */
export function onIssued(chronicle: Chronicle, token: TokenRecord, by: Worker): void {
  by.looks.set(token.id, chronicle.nowMs);
  const replaced = chronicle.token(token.replacedId);
  if (replaced === undefined || token.secretArn === undefined) {
    chronicle.broken("intent", `${token.id} was issued without saying for what`);
    return;
  }
  if (by.issuedFor.has(token.secretArn))
    chronicle.broken("one-per-run", `${by.entry.id} issued a second token for ${token.secretArn}`);
  by.issuedFor.add(token.secretArn);
  if (replaced.maker !== "person" && !replaced.isUnmarked && token.bornMs - replaced.bornMs < TOO_SOON_MS)
    chronicle.broken("too-soon", `${token.id} replaces ${replaced.id}, which was made moments before`);
  const { ending } = replaced;
  if (ending?.by === "person" && ending.atMs < by.startedMs)
    chronicle.broken(
      "revived",
      `${token.id} replaces ${replaced.id}, which a person had ended before the run`,
    );
  const isUnmanaged = !replaced.reigns.some(({ versionId }) => isOurs(versionId));
  if (isUnmanaged && replaced.expiresMs < by.startedMs - SKEW_MS)
    chronicle.broken("revived", `${token.id} replaces ${replaced.id}, which had expired unmanaged`);
}

/** AWSCURRENT came to a version by a worker's doing. */
export function onCurrent(chronicle: Chronicle, reign: Reign, before: Reign | undefined, by: Worker): void {
  const { token, versionId, secret } = reign;
  const [, tokenId, replacedId] = /^losant-(\w+)-(\w+)$/.exec(versionId) ?? [];
  if (token === undefined || token.id !== tokenId) {
    chronicle.broken("stored", `${versionId} became current without the string of its token`);
    return;
  }
  if (token.maker === "person" || token.maker.deployment !== by.deployment || token.secretArn !== secret.arn)
    chronicle.broken("ours", `${token.id} became current in ${secret.name}, but was not made for it`);
  const { ending } = token;
  const lookedMs = Math.max(by.looks.get(token.id) ?? 0, by.looks.get(token.applicationId) ?? 0);
  const isListed = lookedMs - token.bornMs >= chronicle.theatre.setting.listingLagMs;
  const wasRevokedUnseen = ending?.by === "person" && (ending.atMs >= lookedMs || !isListed);
  if (ending !== undefined && !wasRevokedUnseen)
    chronicle.broken(
      "current-accepted",
      `${token.id} became current in ${secret.name} after it had been ended`,
    );
  if (token.expiresMs + SKEW_MS < chronicle.nowMs)
    chronicle.broken("current-accepted", `${token.id} became current in ${secret.name} after it had expired`);
  const replaced = chronicle.token(replacedId);
  const revoked = replaced?.ending;
  if (revoked?.by === "person" && revoked.atMs < by.startedMs - chronicle.theatre.setting.listingLagMs)
    chronicle.broken(
      "revived",
      `${token.id} replaced ${replacedId}, which a person had ended before the run`,
    );
  if (before !== undefined && replaced !== undefined) checkRollback(chronicle, before, replaced, by);
  // Lambda tries an invocation again under the same request id: what its first try has made, it doesn't replace itself.
  const made = before?.token;
  const isRetry = [made?.maker, token.maker].every((maker = "person") => isOfRequest(maker, by));
  if (isRetry && made?.ending === undefined && !made?.isUnmarked)
    chronicle.broken("one-per-request", `${token.id} replaced ${made?.id}, which the same request had made`);
  if (replaced === undefined || replaced.scope.symmetricDifference(token.scope).size > 0)
    chronicle.broken("scope", `${token.id} has other rights than ${replacedId}, which it replaced`);
  const twice = secret.reigns.find(
    (other) => other !== reign && other.by !== "person" && other.versionId.endsWith(`-${replacedId}`),
  );
  // Forced, a lineage whose current token somebody ended goes on with an older one.
  const isWayBack = before?.token?.ending?.by === "person" && by.entry.event.force === true;
  if (
    twice !== undefined &&
    twice.token?.ending?.by !== "person" &&
    before?.by !== "person" &&
    !isWayBack &&
    secret.tamperedBy.size === 0
  )
    chronicle.broken("doubled", `${replacedId} was replaced by ${twice.versionId}, and now by ${versionId}`);
}

function isOfRequest(maker: TokenRecord["maker"], { entry, deployment }: Worker): boolean {
  if (maker === "person" || maker.deployment !== deployment) return false;
  return (maker.entry.requestId ?? maker.entry.id) === (entry.requestId ?? entry.id);
}

/** What a person has rolled back to, or set, stays current until little is left of the token that a worker would renew. */
function checkRollback(chronicle: Chronicle, before: Reign, replaced: TokenRecord, by: Worker): void {
  const { secret, fromMs } = before;
  const lastByWorker = secret.reigns.findLast((other) => other.by !== "person" && other.fromMs < fromMs);
  const isTakenOver = lastByWorker !== undefined && lastByWorker.versionId !== before.versionId;
  const isKnown = fromMs + chronicle.theatre.setting.describeLagMs < by.startedMs;
  if (before.by !== "person" || !isTakenOver || !isKnown || by.entry.event.force === true) return;
  if (isForgotten(lastByWorker)) return;
  const leftMs = replaced.expiresMs - by.startedMs;
  if (leftMs >= 2 * by.deployment.config.intervalMs + SKEW_MS && before.token?.ending === undefined)
    chronicle.broken("rollback-holds", `${by.entry.id} took ${secret.name} from what a person had chosen`);
}

/** Set by hand twice, a version that was still owed, or whose token is deleted, looks as if it had never been current. */
function isForgotten(reign: Reign): boolean {
  const { reigns } = reign.secret;
  const byHand = reigns.slice(reigns.indexOf(reign) + 1).filter(({ by }) => by === "person");
  return byHand.length >= 2 && (reign.wasOwed || reign.token?.isDeleted === true);
}

/** A worker deactivated or deleted a token. */
export function onEnded(
  chronicle: Chronicle,
  token: TokenRecord,
  by: Worker,
  how: "deactivated" | "deleted",
): void {
  const { event } = by.entry;
  const isAskedFor = how === "deactivated" && event.retireNow === true;
  const isMadeHere = token.maker !== "person" && token.maker.deployment === by.deployment;
  // Whose a token is that lost its marker, nobody can know; whoever names it with `retireNow` answers for it.
  const isUntraceable = token.isUnmarked && isAskedFor && !isMadeHere;
  for (const reign of token.reigns) {
    if (isUntraceable || reign.toMs !== undefined || currentReign(reign.secret) !== reign) continue;
    const lookedMs = by.looks.get(reign.secret.name) ?? Number.NEGATIVE_INFINITY;
    // A person who moves a label within the moment between the look and the deed can't be seen.
    if (reign.by === "person" && reign.fromMs >= lookedMs - chronicle.theatre.setting.describeLagMs) continue;
    chronicle.broken(
      "current-lives",
      `${by.entry.id} ${how} ${token.id}, which is current in ${reign.secret.name}`,
    );
  }
  if (!isMadeHere && !isAskedFor)
    chronicle.broken("ours", `${by.entry.id} ${how} ${token.id}, which this worker did not make`);
  const sinceMs = supersededMs(token);
  if (sinceMs === undefined || isAskedFor) return;
  const { retire } =
    by.deployment.config.applications.find(({ id }) => id === token.applicationId)?.policy ?? {};
  const graceMs = how === "deleted" ? retire?.deleteAfterMs : retire?.deactivateAfterMs;
  const elapsedMs = chronicle.nowMs - sinceMs;
  if (token.reigns.some(isForgotten)) return;
  // Where moving labels leaves no date behind, nobody can tell when a person did.
  const isUntold = !chronicle.theatre.setting.labelMovesTouchLastChanged;
  if (isUntold && token.reigns.some(({ secret }) => secret.tamperedBy.has("rolled-back"))) return;
  if (elapsedMs + SKEW_MS < (graceMs ?? Number.POSITIVE_INFINITY))
    chronicle.broken(
      "grace",
      `${by.entry.id} ${how} ${token.id} ${Math.round(elapsedMs / MINUTE)} minutes after it was superseded`,
    );
}

/** A token is no longer what users are given: whoever read it just before must have been able to go on using it. */
export function onSuperseded(chronicle: Chronicle, reign: Reign): void {
  const { token } = reign;
  if (token !== undefined) checkLateness(chronicle, reign, token);
}

/** At the end of a history, for what is still current. */
export function checkCurrent(chronicle: Chronicle, reign: Reign): void {
  if (reign.token !== undefined) checkLateness(chronicle, reign, reign.token);
}

/**
 * A service that refreshes once per cache lifetime always holds an accepted token: each token must be replaced that
 * long before it expires, unless trouble lasted through the last two intervals before, or a person is in the way.
 */
function checkLateness(chronicle: Chronicle, reign: Reign, token: TokenRecord): void {
  const { theatre, nowMs } = chronicle;
  const { maker } = token;
  const deployment = maker === "person" ? theatre.ownerOf(reign.secret) : maker.deployment;
  const application = deployment?.config.applications.find(({ id }) => id === token.applicationId);
  const isWatched = isOurs(reign.versionId) || reign.secret.reigns[0] === reign;
  if (application === undefined || !isWatched || !Number.isFinite(token.expiresMs)) return;
  const { intervalMs, orphanAfterMs, renewBeforeMs } = application.policy;
  const lifetimeMs = token.expiresMs - token.bornMs;
  const windowMs = Math.max(Math.min(renewBeforeMs, lifetimeMs / 3), 2 * intervalMs);
  const isHeld = reign.secret.tamperedBy.size > 0;
  const cacheMs = isHeld ? 0 : windowMs - 2 * intervalMs;
  const latestMs = token.expiresMs - cacheMs;
  const wasDeadAlready = token.ending !== undefined && token.ending.atMs <= reign.fromMs;
  if (
    nowMs <= latestMs ||
    wasDeadAlready ||
    reign.secret.tamperedBy.has("revoked") ||
    token.ending?.by === "person" ||
    (reign.by === "person" && wasEndedOnRequest(token))
  )
    return;
  const fromMs = latestMs - 2 * intervalMs;
  const isTroubled = chronicle.troubles.some(
    (trouble) => trouble.fromMs <= latestMs && trouble.toMs >= fromMs - orphanAfterMs,
  );
  const hadItsChance = chronicle.cleanRuns.some(
    (run) =>
      run.deployment.config.applications.includes(application) &&
      run.entry.event.tokens === undefined &&
      run.startedMs >= Math.max(fromMs + SKEW_MS, reign.fromMs + 20 * MINUTE) &&
      run.startedMs <= latestMs - SKEW_MS,
  );
  // Its name leads to its secret, and so does its marker; without either, nothing does. What a person made has no marker.
  const isLost = token.isRenamed && (token.isUnmarked || maker === "person");
  if (isTroubled || !hadItsChance || isLost) return;
  chronicle.broken(
    "replaced-in-time",
    `${token.id} was still current in ${reign.secret.name} ${Math.round((nowMs - latestMs) / MINUTE)} minutes too late`,
  );
}

/** With `retireNow`, a person ended it; who rolls back to it within that very moment has a dead one. */
function wasEndedOnRequest({ ending }: TokenRecord): boolean {
  return ending !== undefined && ending.by !== "person" && ending.by.entry.event.retireNow === true;
}

/** An event was accepted. */
export function onEvent(chronicle: Chronicle, event: PutEvent, by: Worker): void {
  if (event.Detail.includes("eyJ")) chronicle.broken("secrecy", `a token string in ${event.DetailType}`);
  if (event.DetailType !== "Losant API Token Rotated") return;
  const { versionId, secretName } = JSON.parse(event.Detail);
  const secret = chronicle.secretRecord(by.deployment.secrets, secretName);
  if (!secret?.reigns.some((reign) => reign.versionId === versionId)) {
    chronicle.broken("announced", `${versionId} was announced, but never current in ${secretName}`);
    return;
  }
  secret.announced.add(versionId);
}

/** A run ended: nothing it says holds a string, and a healthy one has no failures and leaves no old orphan. */
export function onRunEnded(chronicle: Chronicle, worker: Worker): void {
  const said = JSON.stringify([worker.log, worker.result, String(worker.thrown)]);
  if (said.includes("eyJ")) chronicle.broken("secrecy", `a token string in what ${worker.entry.id} says`);
  if (worker.thrown !== undefined)
    chronicle.broken("sound", `${worker.entry.id} threw ${String(worker.thrown)}`);
  const isHealthy = worker.result?.report.applications.every(({ outcome }) => outcome === "ok");
  if (!worker.isClean || !isHealthy) return;
  chronicle.cleanRuns.push(worker);
  for (const token of chronicle.tokens.values()) {
    if (!isUnstored(chronicle, token, worker)) continue;
    const { orphanAfterMs } = worker.deployment.config.applications[0]?.policy ?? { orphanAfterMs: 0 };
    if (worker.startedMs - token.bornMs < orphanAfterMs + SKEW_MS) continue;
    if (isBlocked(chronicle, token)) continue;
    token.chances += 1;
    // At most three are discarded per run, the oldest first.
    const before = [...chronicle.tokens.values()].filter(
      (other) =>
        other.secretArn === token.secretArn &&
        other.bornMs < token.bornMs &&
        isUnstored(chronicle, other, worker),
    ).length;
    if (token.chances >= 2 && before < 3)
      chronicle.broken(
        "leak",
        `${token.id} is live, stored nowhere, and ${token.chances} healthy runs let it be`,
      );
  }
}

function isUnstored(chronicle: Chronicle, token: TokenRecord, { deployment, entry }: Worker): boolean {
  return (
    token.maker !== "person" &&
    token.maker.deployment === deployment &&
    entry.event.tokens === undefined &&
    !token.isStored &&
    !token.isUnmarked &&
    isAlive(token, chronicle.nowMs)
  );
}

/** A secret that is to be deleted takes no writes, so that nothing is done about its lineage. */
function isBlocked(chronicle: Chronicle, { secretArn }: TokenRecord): boolean {
  return [...chronicle.secrets.values()].some(
    ({ arn, tamperedBy }) => arn === secretArn && tamperedBy.has("deletion"),
  );
}
