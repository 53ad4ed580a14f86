import {
  currentReign,
  type Evidence,
  isOurs,
  type Reign,
  type SecretRecord,
  type TokenRecord,
} from "../records.ts";
import { DAY, SKEW_MS } from "../services.ts";
import type { Worker } from "../worker.ts";
import { isKeyLost, isNamedByOthers } from "./words.ts";

/* Promises that hold whatever people write, copy or rename: text never ends a token and never moves a string. */

const LINGERING_MS = 7 * DAY;

/**
 * Only a marker proves that a token is an orphan, so it is deactivated a week before it is deleted. A run may
 * delete a token that it made itself at once.
 */
export function checkSteps(
  evidence: Evidence,
  token: TokenRecord,
  by: Worker,
  how: "deactivated" | "deleted",
): void {
  if (how !== "deleted" || token.isStored || token.maker === by) return;
  // A version with its id counts as the second proof, also if an administrator wrote another value into it.
  const secret = evidence.secrets.values().find(({ arn }) => arn === token.secretArn);
  if (secret !== undefined && isNamedByOthers(secret, token)) return;
  const lingeredMs = evidence.nowMs - (token.deactivatedMs ?? evidence.nowMs);
  if (lingeredMs < LINGERING_MS - SKEW_MS)
    evidence.broken("week", `${by.entry.id} deleted ${token.id}, which was not deactivated a week before`);
}

/**
 * The token that a worker has just replaced was current in another secret of this store, and a worker had made it
 * current: this is a move. A move requires that somebody changed the configuration or the secrets. It happens once for
 * each such change.
 */
export function checkMove(
  evidence: Evidence,
  { secret, token }: Reign,
  replaced: TokenRecord,
  by: Worker,
): void {
  const { services, movedByPeopleMs } = evidence;
  if (token === undefined) return;
  if (secret.reigns.some((reign) => reign.token === replaced) || isHeldIn(evidence, secret, replaced)) return;
  const isAccess = ({ name }: SecretRecord) => services.isAccessSecret(by.deployment.index, name);
  const former = replaced.reigns.find(
    (reign) =>
      reign.secret.store === secret.store &&
      reign.secret !== secret &&
      isOurs(reign.versionId) &&
      // A token that an administrator stored as an access token counts as one only while the worker logs in with it.
      !(reign.by === "person" && isAccess(reign.secret)),
  )?.secret;
  const own = replaced.reigns.find(
    (reign) =>
      reign.secret.store === secret.store &&
      !reign.secret.isGone &&
      isAccess(reign.secret) &&
      currentReign(reign.secret) === reign &&
      services.isConfigured(by.deployment.index, reign.secret.name),
  );
  if (own !== undefined && former === undefined && movedByPeopleMs < by.startedMs)
    evidence.broken(
      "stays",
      `${token.id} took the place of the access token ${replaced.id} in ${secret.name}`,
    );
  if (former === undefined) return;
  const isKept = !former.isGone && services.isConfigured(by.deployment.index, former.name);
  // A run that was in progress when the configuration changed continues with the previous configuration.
  const isSeen = movedByPeopleMs < by.startedMs;
  if (isKept && isSeen && replaced.isPurged !== true && !isUnexplained(evidence, former, replaced, by))
    evidence.broken(
      "stays",
      `${token.id} took the place of ${replaced.id} of ${former.name} in ${secret.name}`,
    );
  // A token without proof is renewed under its own id, next to what was moved. Neither text proves it nor, without a
  // version, a key.
  const isVersionGone = former.isGone || replaced.isPurged === true;
  if (replaced.isUnmarked || (isVersionGone && isKeyLost(evidence, replaced))) return;
  // By a clock that is more than a day ahead, some roots have expired, and the names of others are free.
  if (by.entry.skewMs > DAY) return;
  const before = former.movedTo;
  former.movedTo = { secret, atMs: evidence.nowMs };
  if (before === undefined || before.secret === secret || before.atMs <= movedByPeopleMs) return;
  evidence.broken("moves-once", `${former.name} moved to ${before.secret.name}, and now to ${secret.name}`);
}

/**
 * Neither proof could be read: not the secret, and no key fits the marker. The run waits for the secret, but not when little is left of
 * the token by its clock.
 */
function isUnexplained(evidence: Evidence, { name }: SecretRecord, token: TokenRecord, by: Worker): boolean {
  const { entry, startedMs, harms, deployment } = by;
  const isUnread = harms.some(({ call }) => call.operation === "describe" && call.subject === name);
  const leftMs = token.expiresMs - startedMs - entry.skewMs;
  return isUnread && leftMs < 2 * deployment.config.intervalMs && isKeyLost(evidence, token);
}

/** If somebody copies a secret, or restores it under another name, its tokens are renewed in both. */
function isHeldIn({ services }: Evidence, { last }: SecretRecord, { id }: TokenRecord): boolean {
  const data = last?.versions.find((version) => version.id.startsWith(`losant-${id}-`))?.value.data;
  if (data === undefined) return false;
  return services.losant.tokenIdOf(data.startsWith("{") ? JSON.parse(data).token : data) === id;
}

/** Only the successor of the token that the worker logs in with may replace it. */
export function checkCredential(
  evidence: Evidence,
  { name, store }: SecretRecord,
  replaced: TokenRecord,
  by: Worker,
): void {
  if (!evidence.services.isAccessSecret(by.deployment.index, name)) return;
  // Somebody may have destroyed the secret since.
  if (!replaced.reigns.some(({ secret }) => secret.name === name && secret.store === store))
    evidence.broken(
      "credential",
      `${replaced.id}, which the worker never logged in with, was replaced in ${name}`,
    );
}
