import { currentReign, type Evidence, isTouched, type SecretRecord, type TokenRecord } from "../records.ts";
import { DAY, HOUR, SKEW_MS } from "../services.ts";
import { hasReached, type Worker } from "../worker.ts";
import { wasObscured } from "./listings.ts";
import { checkReadersOf } from "./readers.ts";
import { isUnprovable } from "./words.ts";

/* Promises about tokens that never expire, and about roots that a policy may end. */

const LINGERING_MS = 7 * DAY;

/**
 * A worker ended a token that it didn't make. Its policy must ask for that, the worker must have replaced the token, and its consumers
 * must not need it. It is deleted no sooner than a week after its deactivation.
 */
export function checkRootEnd(
  evidence: Evidence,
  root: TokenRecord,
  by: Worker,
  how: "deactivated" | "deleted",
): void {
  const policy = evidence.services.policyOf(by.deployment.index, root.applicationId);
  const replacement = replacementOf(evidence, root, by.deployment);
  if (policy?.retire.roots !== true || replacement === undefined || root.maker !== "person") {
    evidence.broken("ours", `${by.entry.id} ${how} ${root.id}, which this worker did not make`);
    return;
  }
  const { secret, sinceMs } = replacement;
  checkReadersOf(evidence, root, secret, by, sinceMs);
  const { deactivateAfterMs = Number.POSITIVE_INFINITY } = policy.retire;
  if (how === "deactivated" && evidence.nowMs - sinceMs + SKEW_MS < deactivateAfterMs)
    evidence.broken(
      "grace",
      `${by.entry.id} deactivated the root ${root.id} before its grace period was over`,
    );
  const lingeredMs = evidence.nowMs - (root.deactivatedMs ?? evidence.nowMs);
  if (how === "deleted" && lingeredMs < LINGERING_MS - SKEW_MS)
    evidence.broken(
      "week",
      `${by.entry.id} deleted the root ${root.id}, which was not deactivated a week before`,
    );
}

/** Where, and since when, a token of this deployment has replaced it: the last secret in which one became current. */
function replacementOf(
  { tokens }: Evidence,
  { id, reigns }: TokenRecord,
  deployment: Worker["deployment"],
): { readonly secret: SecretRecord; readonly sinceMs: number } | undefined {
  for (const { maker, replacedId, secretArn, reigns: later } of tokens.values()) {
    if (maker === "person" || maker.deployment !== deployment || replacedId !== id) continue;
    const first = later.find(({ secret }) => secret.arn === secretArn);
    if (first === undefined) continue;
    // What another account holds isn't seen here.
    const here = reigns.filter(({ secret }) => secret.store === deployment.secrets);
    const sinceMs = Math.max(first.fromMs, ...here.map(({ toMs = Number.POSITIVE_INFINITY }) => toMs));
    return { secret: first.secret, sinceMs };
  }
  return undefined;
}

/** A successor gets the lifetime of the policy, if it has one, minus at most an hour. */
export function checkLifetime(evidence: Evidence, token: TokenRecord, by: Worker): void {
  const { lifetimeMs = "same" } = evidence.services.policyOf(by.deployment.index, token.applicationId) ?? {};
  if (lifetimeMs === "same" || evidence.services.wasRedecided(token.applicationId, by.startedMs)) return;
  const livesMs = token.expiresMs - token.bornMs;
  const isOff = livesMs > lifetimeMs + LIFETIME_SLACK_MS || livesMs < lifetimeMs - LIFETIME_SLACK_MS;
  // Its expiry goes by the clock of a run whose clock is more than a day off.
  if (isOff && Math.abs(by.entry.skewMs) < DAY)
    evidence.broken("lifetime", `${token.id} lives for another time than the policy says`);
}

/** Up to an hour less, and the time between the order and the creation. */
const LIFETIME_SLACK_MS = 2 * HOUR;

/** Runs at the end of a history. What never expires, was replaced and that no policy ends is told of when that is certain. */
export function checkEndless(evidence: Evidence): void {
  for (const successor of evidence.tokens.values()) {
    const replaced = evidence.token(successor.replacedId);
    if (replaced === undefined || Number.isFinite(replaced.expiresMs)) continue;
    if (!couldTellOf(evidence, replaced, successor)) continue;
    const told = evidence.news.get(`Losant API Token Not Retired/${replaced.id}`) ?? [];
    if (told.length === 0)
      evidence.broken("drift", `${replaced.id} was replaced and never expires, and nobody was told`);
  }
}

/** Nothing else was wrong with its lineage, and a run without trouble took place in the interval in which the event is due. */
function couldTellOf(
  evidence: Evidence,
  replaced: TokenRecord,
  { maker, bornMs, reigns }: TokenRecord,
): boolean {
  const { services, troubles, nowMs } = evidence;
  const [reign] = reigns;
  if (maker === "person" || reign === undefined || reign.secret.tamperedBy.size > 0) return false;
  const { deployment } = maker;
  const policy = services.policyOf(deployment.index, replaced.applicationId);
  const isAccess = services.isAccessSecret(deployment.index, reign.secret.name);
  if (policy === undefined || isAccess || replaced.ending !== undefined) return false;
  const { deactivateAfterMs, deleteAfterMs, roots } = policy.retire;
  const isEnded = deactivateAfterMs !== undefined || deleteAfterMs !== undefined;
  const mayEnd = replaced.maker === "person" ? roots : replaced.maker.deployment === deployment;
  if (isEnded && mayEnd) return false;
  // Another deployment still gives it to consumers, or its own lineage continues elsewhere.
  if (replaced.reigns.some(({ toMs }) => toMs === undefined) || replaced.isUnmarked || replaced.isRenamed)
    return false;
  if (replaced.maker !== "person" && isUnprovable(evidence, replaced)) return false;
  const current = currentReign(reign.secret);
  if (current === undefined || isTouched(current) || current.token?.ending !== undefined) return false;
  const { intervalMs, orphanAfterMs } = policy;
  const dueMs = bornMs + orphanAfterMs + 2 * intervalMs;
  const isIn = (one: { readonly fromMs: number; readonly toMs: number }) =>
    one.fromMs <= dueMs + intervalMs && one.toMs >= bornMs;
  if (troubles.some(isIn) || services.flaws.some(isIn)) return false;
  if (services.wasOut(replaced.applicationId, bornMs, Math.min(nowMs, dueMs + intervalMs))) return false;
  if (wasObscured(evidence, reign.secret, bornMs, dueMs + intervalMs)) return false;
  return evidence.cleanRuns.some(
    (run) =>
      run.deployment === deployment &&
      hasReached(run, replaced.applicationId) &&
      run.entry.event.tokens === undefined &&
      run.entry.event.trigger === "schedule" &&
      Math.abs(run.entry.skewMs) <= DAY &&
      run.startedMs >= dueMs + SKEW_MS &&
      run.startedMs <= dueMs + intervalMs - SKEW_MS,
  );
}
