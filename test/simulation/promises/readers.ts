import {
  currentReign,
  dayOf,
  type Evidence,
  isAlive,
  isLoose,
  isOurs,
  isPlanted,
  isSettled,
  isTouched,
  type SecretRecord,
  supersededMs,
  type TokenRecord,
} from "../records.ts";
import { DAY, SKEW_MS } from "../services.ts";
import type { Worker } from "../worker.ts";
import { wasObscured } from "./listings.ts";
import { couldBeTold } from "./silence.ts";
import { isKeyLost, isUnprovable } from "./words.ts";

/* Promises about consumers that read late, never, or what was current before: `retire` with `unread` set to `hold`. */

/** The policy ends no live token whose successor nobody has read, or that somebody has read after the day of its replacement. */
export function checkReaders(evidence: Evidence, token: TokenRecord, by: Worker): void {
  const policy = evidence.services.policyOf(by.deployment.index, token.applicationId);
  if (policy?.retire.unread !== "hold") return;
  const secret = secretOf(evidence, token);
  if (secret === undefined || secret.store !== by.deployment.secrets || !wasCurrentIn(secret, token)) return;
  checkReadersOf(evidence, token, secret, by, supersededMs(token));
}

/** The same, for a token of this secret that may also have been current elsewhere, or nowhere: a root. */
export function checkReadersOf(
  evidence: Evidence,
  token: TokenRecord,
  secret: SecretRecord,
  by: Worker,
  replacedMs = evidence.nowMs,
): void {
  const { services, nowMs } = evidence;
  const isDead = token.ending !== undefined || token.expiresMs <= nowMs + SKEW_MS;
  if (isDead || isOfWorker(evidence, secret)) return;
  if (firstReadOfSuccessor(secret, token) === undefined)
    evidence.broken(
      "unread-successor",
      `${by.entry.id} ended ${token.id}, and nobody has read what replaced it`,
    );
  const { readLagMs = 0 } = services.setting;
  if (readsAfterDay(secret, token, replacedMs).some((atMs) => atMs + readLagMs < by.startedMs))
    evidence.broken("still-read", `${by.entry.id} ended ${token.id}, which somebody has read since`);
}

/**
 * Since when the worker may end a replaced token, as far as its readers go. Negative infinity if its policy doesn't ask for them;
 * infinite if it is held until it expires.
 */
export function releasedMs(evidence: Evidence, token: TokenRecord, secret: SecretRecord): number {
  const { maker, applicationId } = token;
  const policy =
    maker === "person" ? undefined : evidence.services.policyOf(maker.deployment.index, applicationId);
  if (policy?.retire.unread !== "hold" || isOfWorker(evidence, secret)) return Number.NEGATIVE_INFINITY;
  const born = laterReigns(secret, token).map(({ token: later }) => later?.bornMs ?? evidence.nowMs);
  if (readsAfterDay(secret, token, Math.min(...born)).length > 0) return Number.POSITIVE_INFINITY;
  const { readLagMs = 0 } = evidence.services.setting;
  return (firstReadOfSuccessor(secret, token) ?? Number.POSITIVE_INFINITY) + readLagMs;
}

/**
 * Until when something else can have kept its grace period open: edits of tags are changes of the secret as well. If the policy asks
 * for readers, only those of the day of the replacement.
 */
export function stretchedUntilMs(evidence: Evidence, token: TokenRecord, secret: SecretRecord): number {
  const { taggedMs = Number.NEGATIVE_INFINITY } = secret;
  const { maker, applicationId } = token;
  const isHeld =
    maker !== "person" &&
    evidence.services.policyOf(maker.deployment.index, applicationId)?.retire.unread === "hold";
  // Reads of a replica have no date in this region.
  const isReplicated = secret.last?.primaryRegion !== undefined;
  if (!isHeld || isReplicated || isOfWorker(evidence, secret)) return taggedMs;
  return Math.min(taggedMs, (dayOf(supersededMs(token) ?? 0) + 1) * DAY);
}

/** Nobody has read what replaced the token, and nobody may until it expires. */
export function isHeld(evidence: Evidence, token: TokenRecord): boolean {
  const secret = secretOf(evidence, token);
  return (
    secret !== undefined &&
    wasCurrentIn(secret, token) &&
    releasedMs(evidence, token, secret) === Number.POSITIVE_INFINITY &&
    firstReadOfSuccessor(secret, token) === undefined
  );
}

/**
 * Its consumers lose it when it expires: nobody has read what replaced it, or somebody has read its own string after the day of its
 * replacement, and AWS has shown that before the last warning.
 */
function isInUse(evidence: Evidence, token: TokenRecord, sinceMs: number, warnedMs: number): boolean {
  const { readLagMs = 0 } = evidence.services.setting;
  const secret = secretOf(evidence, token);
  if (secret === undefined || isOfWorker(evidence, secret) || !wasCurrentIn(secret, token)) return false;
  return (
    firstReadOfSuccessor(secret, token) === undefined ||
    readsAfterDay(secret, token, sinceMs).some((atMs) => atMs + readLagMs < warnedMs)
  );
}

/** Runs at the end of a history. A token that consumers still need doesn't expire without a warning, whatever the policy is. */
export function checkHeld(evidence: Evidence): void {
  for (const token of evidence.tokens.values()) {
    const { expiresMs, ending } = token;
    if (expiresMs > evidence.nowMs || (ending !== undefined && ending.atMs <= expiresMs)) continue;
    if (!isLeftToReaders(evidence, token)) continue;
    const told = evidence.news.get(`Losant API Token Successor Unread/${token.id}`) ?? [];
    const sinceMs = supersededMs(token) ?? expiresMs;
    if (!told.some((atMs) => atMs > sinceMs && atMs < expiresMs))
      evidence.broken("held-in-silence", `${token.id} expired, and nobody was told that it was still in use`);
  }
}

/** It is in use, a run without trouble must have warned of it, and nothing else kept the worker from that. */
function isLeftToReaders(evidence: Evidence, token: TokenRecord): boolean {
  const { services } = evidence;
  const { maker, applicationId, expiresMs, isUnmarked } = token;
  const secret = secretOf(evidence, token);
  const sinceMs = supersededMs(token);
  if (maker === "person" || secret === undefined || sinceMs === undefined) return false;
  const { index } = maker.deployment;
  const policy = services.policyOf(index, applicationId);
  if (policy === undefined || !services.isConfigured(index, secret.name)) return false;
  const { intervalMs } = policy;
  const warnedMs = expiresMs - intervalMs - SKEW_MS;
  if (!isInUse(evidence, token, sinceMs, warnedMs)) return false;
  // What a person rolled back to, or set, is not replaced until a run has rotated it.
  const overMs = secret.tamperedBy.size > 0 ? (secret.reigns.find(isSettled)?.fromMs ?? expiresMs) : 0;
  // It is told three days after the replacement, or at half of the time that was left then.
  const startsMs = Math.max(sinceMs, overMs);
  if (startsMs + (expiresMs - startsMs) / 2 > warnedMs) return false;
  const reign = currentReign(secret);
  // Somebody ended its successor, which is told of itself: nobody knows which of both consumers should use.
  if (reign?.token !== undefined && !isAlive(reign.token, expiresMs)) return false;
  // It belongs to two lineages now, and to consumers of both.
  if (isPlanted(evidence, token)) return false;
  if (isLoose(secret) || (reign === undefined ? secret.tamperedBy.size > 0 : isTouched(reign))) return false;
  if (isUnmarked || isUnprovable(evidence, token) || isKeyLost(evidence, token)) return false;
  return (
    couldBeTold(evidence, token) && !wasObscured(evidence, secret, expiresMs - 4 * intervalMs, expiresMs)
  );
}

function secretOf({ secrets }: Evidence, { secretArn }: TokenRecord): SecretRecord | undefined {
  const found = secrets.values().find(({ arn }) => arn === secretArn);
  return found?.isGone ? undefined : found;
}

/** The consumer of an access token is the worker itself. */
function isOfWorker({ services }: Evidence, { name }: SecretRecord): boolean {
  return services.deployments.some(({ index }) => services.isAccessSecret(index, name));
}

function wasCurrentIn({ reigns }: SecretRecord, token: TokenRecord): boolean {
  return reigns.some((reign) => reign.token === token);
}

/** What was current after it was current for the first time. */
function laterReigns({ reigns }: SecretRecord, token: TokenRecord) {
  const first = reigns.findIndex((reign) => reign.token === token);
  return reigns.slice(first + 1).filter((reign) => reign.token !== token);
}

/** What a person stored in between is no successor. */
function firstReadOfSuccessor(secret: SecretRecord, token: TokenRecord): number | undefined {
  const later = new Set(
    laterReigns(secret, token)
      .map(({ versionId }) => versionId)
      .filter(isOurs),
  );
  return secret.reads.find(({ versionId }) => later.has(versionId))?.atMs;
}

/** When its own string was read, on days after that of a moment. */
function readsAfterDay({ reigns, reads }: SecretRecord, token: TokenRecord, ms: number): readonly number[] {
  const own = new Set(reigns.flatMap((reign) => (reign.token === token ? [reign.versionId] : [])));
  return reads.flatMap(({ versionId, atMs }) =>
    own.has(versionId) && dayOf(atMs) > dayOf(ms) ? [atMs] : [],
  );
}
