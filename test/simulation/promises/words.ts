import type { PutEvent } from "../../../emulators/aws/events.ts";
import { applicationId, userSecret } from "../places.ts";
import {
  currentReign,
  type Evidence,
  isAlive,
  isLoose,
  isOurs,
  type SecretRecord,
  type TokenRecord,
} from "../records.ts";
import { MINUTE, SKEW_MS } from "../services.ts";
import { hasReached, type Worker } from "../worker.ts";
import { checkDirectory, isRefused } from "./directories.ts";
import { checkCompleted, noteTold } from "./fleet.ts";
import { checkTold, wasObscured } from "./listings.ts";

/* Promises about what the worker reports, and about the state that a healthy run leaves. */

/** An event was accepted. */
export function onEvent(evidence: Evidence, event: PutEvent, by: Worker): void {
  if (event.Detail.includes("eyJ")) evidence.broken("secrecy", `a token string in ${event.DetailType}`);
  if (/Expiring|Failed|Unread/.test(event.DetailType)) {
    if (evidence.services.setting.discovery?.isFleet) noteTold(evidence, event, by);
    const { tokenId } = JSON.parse(event.Detail);
    evidence.told.set(tokenId, [...(evidence.told.get(tokenId) ?? []), evidence.nowMs]);
  }
  if (/Successor Unread|Not Retired/.test(event.DetailType)) {
    const what = `${event.DetailType}/${JSON.parse(event.Detail).tokenId}`;
    evidence.news.set(what, [...(evidence.news.get(what) ?? []), evidence.nowMs]);
  }
  if (event.DetailType !== "Losant API Token Rotated") return;
  const { versionId, secretName } = JSON.parse(event.Detail);
  const secret = evidence.secretRecord(by.deployment.secrets, secretName);
  if (!secret?.reigns.some((reign) => reign.versionId === versionId)) {
    // The secret was destroyed and recreated before its event was sent.
    if (secret?.tamperedBy.has("administered")) return;
    evidence.broken("announced", `${versionId} was announced, but never current in ${secretName}`);
    return;
  }
  secret.announced.add(versionId);
}

/**
 * A run ended. Its output must not contain a token string. A healthy run must have no failures and leave no old orphan.
 */
export function onRunEnded(evidence: Evidence, worker: Worker): void {
  const said = JSON.stringify([worker.log, worker.result, String(worker.thrown)]);
  if (said.includes("eyJ")) evidence.broken("secrecy", `a token string in what ${worker.entry.id} says`);
  if (worker.thrown !== undefined)
    evidence.broken("sound", `${worker.entry.id} threw ${String(worker.thrown)}`);
  checkTold(evidence, worker);
  checkDirectory(evidence, worker);
  checkCompleted(evidence, worker);
  checkDeferral(evidence, worker);
  checkProof(evidence, worker);
  // Tokens that a list lacks must not affect anything else.
  const isHealthy = worker.result?.report.applications.every(
    ({ applicationId, outcome, code }) =>
      outcome === "ok" || code === "listing-incomplete" || isRefused(evidence, applicationId, code),
  );
  if (!worker.isClean || !isHealthy) return;
  evidence.cleanRuns.push(worker);
  const [{ policy } = {}] = evidence.services.applicationsOf(worker.deployment.index);
  checkBound(evidence, worker);
  checkDone(evidence, worker);
  for (const token of evidence.tokens.values()) {
    if (!isUnstored(evidence, token, worker)) continue;
    if (!hasReached(worker, token.applicationId)) continue;
    const { orphanAfterMs } = policy ?? { orphanAfterMs: 0 };
    if (worker.startedMs - token.bornMs < orphanAfterMs + SKEW_MS) continue;
    if (isObscured(evidence, token, worker)) continue;
    if (isUnprovable(evidence, token)) continue;
    if (isBlocked(evidence, token) || evidence.services.undeletable.has(token.applicationId)) continue;
    token.chances += 1;
    // A run discards at most three, the oldest first.
    const before = [...evidence.tokens.values()].filter(
      (other) =>
        other.secretArn === token.secretArn &&
        other.bornMs < token.bornMs &&
        isUnstored(evidence, other, worker),
    ).length;
    if (token.chances >= 2 && before < 3)
      evidence.broken(
        "leak",
        `${token.id} is live, stored nowhere, and ${token.chances} healthy runs let it be`,
      );
  }
}

/** A 429 must not fail anything that can wait. */
function checkDeferral(evidence: Evidence, { harms, result, entry, startedMs }: Worker): void {
  if (evidence.services.reach.wasThrottled(startedMs)) return;
  if (harms.length === 0 && !entry.event.retireNow && result?.codes?.includes("losant-throttled"))
    evidence.broken("deferred", `${entry.id} failed for a rate limit: ${result.failures.join("; ")}`);
}

/**
 * A refused signature proves that nothing happened. The run deletes what it could not store, and makes no more tokens.
 */
function checkProof(evidence: Evidence, worker: Worker): void {
  const { harms, entry } = worker;
  if (harms.some(({ kind }) => kind !== "skewed" && kind !== "signatures")) return;
  const refused = new Set(harms.flatMap(({ call }) => (call.operation === "stage" ? [call.subject] : [])));
  if (refused.size === 0) return;
  const made = [...evidence.tokens.values()].filter(({ maker }) => maker === worker);
  for (const { id, applicationId, isStored, ending } of made)
    if (!isStored && ending === undefined && couldDelete(evidence, applicationId, worker))
      evidence.broken("proof", `${entry.id} left ${id}, although nobody can have its string`);
  if (refused.size > 1 && made.every(({ isStored }) => !isStored))
    evidence.broken("proof", `${entry.id} made another token after its clock had been refused`);
}

/** Nobody has revoked the access token of the run without storing another one, and Losant lets its tokens be deleted. */
function couldDelete(evidence: Evidence, applicationId: string, { deployment, startedMs }: Worker): boolean {
  const { services, nowMs } = evidence;
  if (services.undeletable.has(applicationId) || services.wasOut(applicationId, startedMs, nowMs))
    return false;
  return services.accessSecretsOf(applicationId, deployment).some((name) => {
    const record = evidence.secretRecord(deployment.secrets, name);
    const login = record && currentReign(record)?.token;
    return login !== undefined && isAlive(login, nowMs);
  });
}

/** Once a token has been replaced in a secret that the configuration names, it fails in no later run. */
function checkDone(evidence: Evidence, { deployment, entry, startedMs, result }: Worker): void {
  const { services, tokens, movedByPeopleMs } = evidence;
  const { listingLagMs, describeLagMs, indexLagMs = 0 } = services.setting;
  // A run that was in progress when the configuration changed continues with the previous configuration.
  if (entry.event.retireNow === true || movedByPeopleMs >= startedMs) return;
  const knownMs = startedMs - Math.max(listingLagMs, describeLagMs, indexLagMs);
  const isOfAccess = ({ secretArn }: TokenRecord) =>
    evidence.secrets
      .values()
      .some(({ arn, name }) => arn === secretArn && services.isAccessSecret(deployment.index, name));
  const isGiven = (token: TokenRecord) =>
    token.reigns.some(
      ({ secret, versionId, fromMs, toMs, by }) =>
        toMs === undefined &&
        // A copy of the access token that somebody made elsewhere doesn't give the worker another access token.
        !(by === "person" && secret.arn !== token.secretArn && isOfAccess(token)) &&
        // If somebody else made the version, and the token, its marker or its key is gone, nothing shows which token it
        // replaced.
        (isOurs(versionId) || !(token.isDeleted || token.isUnmarked || isKeyLost(evidence, token))) &&
        fromMs < knownMs &&
        !secret.isGone &&
        !wasObscured(evidence, secret, startedMs, evidence.nowMs) &&
        secret.store === deployment.secrets &&
        services.isConfigured(deployment.index, secret.name),
    );
  // With `force`, a lineage whose current token somebody has ended continues from an older one.
  const isDead = ({ ending }: TokenRecord) => entry.event.force === true && ending?.by === "person";
  const given = [...tokens.values()].filter(
    (token) => token.maker !== "person" && isGiven(token) && !isDead(token),
  );
  for (const { tokenId, outcome, code } of result?.report.tokens ?? []) {
    const token = evidence.token(tokenId);
    // A token that can't be deleted is tried again.
    const isStuck = token !== undefined && services.undeletable.has(token.applicationId);
    if (outcome !== "failed" || code === "token-unreadable" || isStuck) continue;
    const successor = given.find(({ replacedId }) => replacedId === tokenId);
    if (token !== undefined && successor !== undefined && !isGiven(token))
      evidence.broken(
        "done",
        `${entry.id} fails for ${tokenId} (${code}), which ${successor.id} has replaced`,
      );
  }
}

/**
 * Even if a lineage can't store anything and nothing can be deleted for a long time, runs without trouble leave only a
 * few tokens.
 */
const MOST_UNSTORED = 5;

function checkBound(evidence: Evidence, worker: Worker): void {
  const left = Map.groupBy(
    [...evidence.tokens.values()].filter(
      (token) => token.maker !== "person" && token.maker.isClean && isUnstored(evidence, token, worker),
    ),
    ({ secretArn }) => secretArn,
  );
  for (const [secretArn, tokens] of left)
    if (tokens.length > MOST_UNSTORED)
      evidence.broken("bounded", `${tokens.length} live tokens of ${secretArn} are stored nowhere`);
}

function isUnstored(evidence: Evidence, token: TokenRecord, { deployment, entry }: Worker): boolean {
  return (
    token.maker !== "person" &&
    token.maker.deployment === deployment &&
    entry.event.tokens === undefined &&
    !token.isStored &&
    !token.isUnmarked &&
    isAlive(token, evidence.nowMs)
  );
}

/** The token, or one that its lineage depends on, could not be seen. */
function isObscured(evidence: Evidence, { id, secretArn }: TokenRecord, { startedMs }: Worker): boolean {
  const { services, secrets, nowMs } = evidence;
  const secret = [...secrets.values()].find(({ arn }) => arn === secretArn);
  return (
    services.flaws.some(({ tokenId, toMs }) => tokenId === id && toMs >= startedMs) ||
    (secret !== undefined && wasObscured(evidence, secret, startedMs, nowMs))
  );
}

/** No valid signature proves what the token was made for, or its secret has changed. */
export function isUnprovable(evidence: Evidence, token: TokenRecord): boolean {
  const secret = [...evidence.secrets.values()].find(({ arn }) => arn === token.secretArn);
  if (secret === undefined || isLoose(secret) || isNamedByOthers(secret, token)) return true;
  return isKeyLost(evidence, token) || isCreatorOdd(evidence, token) || hasLookalike(evidence, token);
}

/** Losant cuts its dates, so that its marker would also be valid on a token that this deployment didn't make. */
function hasLookalike({ services, tokens }: Evidence, token: TokenRecord): boolean {
  const { datePrecisionMs = 1, creatorIds } = services.setting;
  if (datePrecisionMs < 1_000 || token.maker === "person") return false;
  const { deployment } = token.maker;
  return tokens.values().some(({ maker, applicationId, isUnmarked, bornMs, expiresMs }) => {
    const isOurs = maker !== "person" && maker.deployment === deployment && !isUnmarked;
    const isByOther = creatorIds === "accessToken" && maker !== "person" && maker.deployment !== deployment;
    return (
      !isOurs &&
      !isByOther &&
      applicationId === token.applicationId &&
      Math.abs(bornMs - token.bornMs) <= 15 * MINUTE + datePrecisionMs &&
      expiresMs === token.expiresMs
    );
  });
}

/** An administrator wrote another value under the id of the version that was to hold its string. */
export function isNamedByOthers(
  { tamperedBy, versions }: SecretRecord,
  { id, isStored }: TokenRecord,
): boolean {
  if (isStored || !tamperedBy.has("administered")) return false;
  return versions.values().some((version) => version.startsWith(`losant-${id}-`));
}

/**
 * Somebody removed the text of a token that no secret of this deployment names. Nothing distinguishes it from a root of
 * that name now.
 */
export function hasRival(
  { tokens, services, nowMs }: Evidence,
  { firstName, applicationId }: TokenRecord,
  { secrets, index }: Worker["deployment"],
): boolean {
  return tokens
    .values()
    .some(
      (other) =>
        other.isUnmarked &&
        other.firstName === firstName &&
        other.applicationId === applicationId &&
        !other.reigns.some(
          ({ secret }) => secret.store === secrets && services.isConfigured(index, secret.name),
        ) &&
        isAlive(other, nowMs),
    );
}

/** Losant's creatorId isn't the id of the access token, and no stored token has shown this yet. */
function isCreatorOdd({ services, tokens }: Evidence, { applicationId }: TokenRecord): boolean {
  const shows = (other: TokenRecord) =>
    other.applicationId === applicationId && other.maker !== "person" && other.isStored && !other.isDeleted;
  return services.setting.creatorIds === "user" && ![...tokens.values()].some(shows);
}

/** The token may have been made with an access token that is gone, or under a prefix that the worker no longer uses. */
export function isKeyLost(
  { nowMs, services }: Evidence,
  { maker, signers, secretPrefix, applicationId }: TokenRecord,
): boolean {
  if (maker === "person") return false;
  if (secretPrefix !== maker.deployment.config.secretPrefix) return true;
  if (signers.some((signer) => isOfOtherEntry(services, applicationId, signer))) return true;
  return (
    signers.length === 0 ||
    signers.some((signer) => !isAlive(signer, nowMs) || !isKept(services, signer, maker.deployment))
  );
}

/**
 * It is the access token of an entry of `discover` that is no longer about the application, or whose user may no longer list its
 * tokens. Its key proves nothing then.
 */
function isOfOtherEntry(
  { deployments, reach, setting }: Evidence["services"],
  id: string,
  { reigns }: TokenRecord,
): boolean {
  const application = setting.applications.findIndex((_, index) => applicationId(index) === id);
  if (setting.applications[application]?.found === undefined) return false;
  return reach.entries.some(
    (_, entry) =>
      !(reach.isAbout(entry, application) && reach.isAllowed(entry, application)) &&
      reigns.some(({ secret }) => deployments.some(({ kind }) => secret.name === userSecret(kind, entry))),
  );
}

/** The token is in one of the versions that the worker reads for it: those of its own access token. */
function isKept(
  services: Evidence["services"],
  { reigns }: TokenRecord,
  { index, secrets }: Worker["deployment"],
): boolean {
  return reigns.some(
    ({ versionId, secret }) =>
      !secret.isGone &&
      secret.store === secrets &&
      services.isAccessSecret(index, secret.name) &&
      secret.last?.versions.slice(-MOST_KEYS).some(({ id }) => id === versionId),
  );
}

const MOST_KEYS = 6;

/** A secret that is scheduled for deletion accepts no writes, so the worker does nothing about its lineage. */
function isBlocked(evidence: Evidence, { secretArn }: TokenRecord): boolean {
  return [...evidence.secrets.values()].some(
    ({ arn, tamperedBy }) => arn === secretArn && tamperedBy.has("deletion"),
  );
}
