import {
  type Evidence,
  isForgotten,
  isOurs,
  isTouched,
  type Reign,
  type SecretRecord,
  type TokenRecord,
} from "../records.ts";
import { DAY, MINUTE, SKEW_MS } from "../services.ts";
import type { Worker } from "../worker.ts";
import { checkLifetime } from "./endless.ts";
import { checkStanding } from "./listings.ts";
import { checkCredential, checkMove } from "./proofs.ts";
import { checkCap, checkSuccession } from "./users.ts";
import { checkIssuedInside } from "./windows.ts";
import { isKeyLost } from "./words.ts";

/* Promises about the moment in which a token is made or becomes current. */

/**
 * Two requests in a row must not make two tokens. The limit is ten minutes by the worker's clock, which may be ahead.
 */
const TOO_SOON_MS = 10 * MINUTE - SKEW_MS;

/** A worker made a token. */
export function onIssued(evidence: Evidence, token: TokenRecord, by: Worker): void {
  by.looks.set(token.id, evidence.nowMs);
  const replaced = evidence.token(token.replacedId);
  if (replaced === undefined || token.secretArn === undefined) {
    evidence.broken("intent", `${token.id} was issued without saying for what`);
    return;
  }
  if (by.issuedFor.has(token.secretArn))
    evidence.broken("one-per-run", `${by.entry.id} issued a second token for ${token.secretArn}`);
  by.issuedFor.add(token.secretArn);
  // If a clock is more than a day off Losant's, renewing too early is better than too late.
  const isClockOff = Math.abs(by.entry.skewMs) > DAY;
  if (
    !isClockOff &&
    replaced.maker !== "person" &&
    !replaced.isUnmarked &&
    !isKeyLost(evidence, replaced) &&
    !isOfAnotherUser(evidence, token, replaced, by) &&
    token.bornMs - replaced.bornMs < TOO_SOON_MS
  )
    evidence.broken("too-soon", `${token.id} replaces ${replaced.id}, which was made moments before`);
  checkStanding(evidence, token, replaced, by);
  checkIssuedInside(evidence, token, replaced, by);
  checkLifetime(evidence, token, by);
  checkSuccession(evidence, token, replaced, by);
  const { ending } = replaced;
  if (ending?.by === "person" && ending.atMs < by.startedMs)
    evidence.broken(
      "revived",
      `${token.id} replaces ${replaced.id}, which a person had ended before the run`,
    );
  const isUnmanaged = !replaced.reigns.some(({ versionId }) => isOurs(versionId));
  // An administrator's version of its secret may name any token.
  const isPlanted = [...evidence.secrets.values()].some(
    ({ arn, tamperedBy, versions }) =>
      arn === token.secretArn &&
      tamperedBy.has("administered") &&
      [...versions].some((id) => id.startsWith(`losant-${replaced.id}-`)),
  );
  if (isUnmanaged && !isPlanted && replaced.expiresMs < by.startedMs - SKEW_MS)
    evidence.broken("revived", `${token.id} replaces ${replaced.id}, which had expired unmanaged`);
}

/**
 * Another deployment made it with the access token of another user, and Losant calls that user its creator. So it looks as if a person
 * had made it. This also happens if the list of the user with whom both log in could not be read.
 */
function isOfAnotherUser(
  { services }: Evidence,
  { id, applicationId }: TokenRecord,
  { id: replacedId, maker }: TokenRecord,
  by: Worker,
): boolean {
  if (services.setting.discovery === undefined || services.setting.creatorIds !== "user") return false;
  if (maker === "person" || maker.deployment === by.deployment) return false;
  const tokens = services.applications.find(applicationId)?.tokens;
  const [creator, other] = [tokens?.get(id)?.creatorId, tokens?.get(replacedId)?.creatorId];
  return creator !== undefined && other !== undefined && creator !== other;
}

/** A worker moved AWSCURRENT to a version. */
export function onCurrent(evidence: Evidence, reign: Reign, before: Reign | undefined, by: Worker): void {
  const { token, versionId, secret } = reign;
  const [, tokenId, replacedId] = /^losant-(\w+)-(\w+)$/.exec(versionId) ?? [];
  if (token === undefined || token.id !== tokenId) {
    evidence.broken("stored", `${versionId} became current without the string of its token`);
    return;
  }
  if (token.maker === "person" || token.maker.deployment !== by.deployment || token.secretArn !== secret.arn)
    evidence.broken("ours", `${token.id} became current in ${secret.name}, but was not made for it`);
  const replaced = evidence.token(replacedId);
  if (replaced === undefined || replaced.scope.symmetricDifference(token.scope).size > 0)
    evidence.broken("scope", `${token.id} has other rights than ${replacedId}, which it replaced`);
  checkLife(evidence, token, secret, by);
  if (replaced === undefined) return;
  checkCap(evidence, token, replaced, by);
  checkMove(evidence, reign, replaced, by);
  checkCredential(evidence, secret, replaced, by);
  checkRevival(evidence, token, replaced, by);
  checkDoubling(evidence, reign, before, replaced, by);
  if (before === undefined) return;
  checkRollback(evidence, before, replaced, by);
  checkRetry(evidence, reign, before.token, by);
}

/** The token must be accepted, unless somebody ended it unseen. */
function checkLife(evidence: Evidence, token: TokenRecord, { name }: SecretRecord, by: Worker): void {
  const { ending } = token;
  const lookedMs = Math.max(by.looks.get(token.id) ?? 0, by.looks.get(token.applicationId) ?? 0);
  const isListed = lookedMs - token.bornMs >= evidence.services.setting.listingLagMs;
  const wasRevokedUnseen = ending?.by === "person" && (ending.atMs >= lookedMs || !isListed);
  if (ending !== undefined && !wasRevokedUnseen)
    evidence.broken("current-accepted", `${token.id} became current in ${name} after it had been ended`);
  if (token.expiresMs + SKEW_MS < evidence.nowMs)
    evidence.broken("current-accepted", `${token.id} became current in ${name} after it had expired`);
}

function checkRevival(evidence: Evidence, token: TokenRecord, replaced: TokenRecord, by: Worker): void {
  const { ending } = replaced;
  const isKnown = ending !== undefined && ending.atMs < by.startedMs - evidence.services.setting.listingLagMs;
  if (isKnown && ending.by === "person")
    evidence.broken(
      "revived",
      `${token.id} replaced ${replaced.id}, which a person had ended before the run`,
    );
}

/** Lambda retries an invocation with the same request id. The retry must not replace what the first try made. */
function checkRetry(
  evidence: Evidence,
  { token, secret }: Reign,
  made: TokenRecord | undefined,
  by: Worker,
): void {
  const isRetry = [made?.maker, token?.maker].every((maker = "person") => isOfRequest(maker, by));
  if (made === undefined || !isRetry || made.ending !== undefined) return;
  if (made.isUnmarked || isKeyLost(evidence, made)) return;
  // The secret was created again without its versions, and the token is too young to be listed, or the key of its marker may be one
  // that could not be read.
  const isHidden = by.startedMs - made.bornMs < evidence.services.setting.listingLagMs;
  const isKeyUnread = by.harms.some(({ call }) => call.operation === "readAccessToken");
  if ((isHidden || isKeyUnread) && secret.tamperedBy.has("administered")) return;
  evidence.broken("one-per-request", `${token?.id} replaced ${made.id}, which the same request had made`);
}

function checkDoubling(
  evidence: Evidence,
  reign: Reign,
  before: Reign | undefined,
  replaced: TokenRecord,
  by: Worker,
): void {
  const { secret, versionId } = reign;
  const twice = secret.reigns.find(
    (other) => other !== reign && other.by !== "person" && other.versionId.endsWith(`-${replaced.id}`),
  );
  // A forced run continues a lineage whose current token somebody ended with an older token.
  const isWayBack = before?.token?.ending?.by === "person" && by.entry.event.force === true;
  const isTouchedBefore = before === undefined ? secret.tamperedBy.size > 0 : isTouched(before);
  const isExcused = isWayBack || before?.by === "person" || isTouchedBefore;
  if (twice !== undefined && twice.token?.ending?.by !== "person" && !isExcused)
    evidence.broken("doubled", `${replaced.id} was replaced by ${twice.versionId}, and now by ${versionId}`);
}

function isOfRequest(maker: TokenRecord["maker"], { entry, deployment }: Worker): boolean {
  if (maker === "person" || maker.deployment !== deployment) return false;
  return (maker.entry.requestId ?? maker.entry.id) === (entry.requestId ?? entry.id);
}

/** What a person rolled back to or set stays current until little is left of the token that a worker would renew. */
function checkRollback(evidence: Evidence, before: Reign, replaced: TokenRecord, by: Worker): void {
  const { secret, fromMs } = before;
  const lastByWorker = secret.reigns.findLast((other) => other.by !== "person" && other.fromMs < fromMs);
  const isTakenOver = lastByWorker !== undefined && lastByWorker.versionId !== before.versionId;
  const isKnown = fromMs + evidence.services.setting.describeLagMs < by.startedMs;
  if (before.by !== "person" || !isTakenOver || !isKnown || by.entry.event.force === true) return;
  // An access token that a person stored is renewed, because the worker knows which token it is logged in with.
  const isStored =
    before.token === replaced && !secret.reigns.slice(0, -2).some(({ token }) => token === replaced);
  if (isStored && evidence.services.isAccessSecret(by.deployment.index, secret.name)) return;
  // If somebody copies a version into another secret, its token is renewed in both.
  if (isForgotten(lastByWorker) || secret.tamperedBy.has("administered")) return;
  // The worker trusts a clock that is more than a day ahead of Losant's. Renewing too early is better than too late.
  const aheadMs = by.entry.skewMs > DAY ? by.entry.skewMs : 0;
  const leftMs = replaced.expiresMs - by.startedMs - aheadMs;
  if (leftMs >= 2 * by.deployment.config.intervalMs + SKEW_MS && before.token?.ending === undefined)
    evidence.broken("rollback-holds", `${by.entry.id} took ${secret.name} from what a person had chosen`);
}
