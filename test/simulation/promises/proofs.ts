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
import { isKeyLost } from "./words.ts";

/* What is promised whatever people write, copy and rename: text ends no life, and moves no string. */

const LINGERING_MS = 7 * DAY;

/** A marker is all that proves an orphan: it is deactivated a week before it is deleted, unless the run itself made it. */
export function checkSteps(
  evidence: Evidence,
  token: TokenRecord,
  by: Worker,
  how: "deactivated" | "deleted",
): void {
  if (how !== "deleted" || token.isStored || token.maker === by) return;
  const lingeredMs = evidence.nowMs - (token.deactivatedMs ?? evidence.nowMs);
  if (lingeredMs < LINGERING_MS - SKEW_MS)
    evidence.broken("week", `${by.entry.id} deleted ${token.id}, which was not deactivated a week before`);
}

/**
 * The token that a worker has just replaced was current in another secret of this store, by a worker's doing: that is a move.
 * It takes somebody who changed the configuration or the secrets, and happens once for each time they did.
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
      // What an administrator has stored as an access token is one only as long as the worker logs in with it.
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
  // Who was at work when the configuration changed goes on with the one before.
  const isSeen = movedByPeopleMs < by.startedMs;
  if (isKept && isSeen)
    evidence.broken(
      "stays",
      `${token.id} took the place of ${replaced.id} of ${former.name} in ${secret.name}`,
    );
  // What nothing proves any more is renewed under its own id, beside what was moved: neither text nor, without a version, a key.
  if (replaced.isUnmarked || (former.isGone && isKeyLost(evidence, replaced))) return;
  const before = former.movedTo;
  former.movedTo = { secret, atMs: evidence.nowMs };
  if (before === undefined || before.secret === secret || before.atMs <= movedByPeopleMs) return;
  evidence.broken("moves-once", `${former.name} moved to ${before.secret.name}, and now to ${secret.name}`);
}

/** Whoever copies a secret, or restores it under another name, has its tokens renewed in both. */
function isHeldIn({ services }: Evidence, { last }: SecretRecord, { id }: TokenRecord): boolean {
  const data = last?.versions.find((version) => version.id.startsWith(`losant-${id}-`))?.value.data;
  if (data === undefined) return false;
  return services.losant.tokenIdOf(data.startsWith("{") ? JSON.parse(data).token : data) === id;
}

/** What the worker logs in with is replaced by nothing but its own successor. */
export function checkCredential(
  evidence: Evidence,
  { name, reigns }: SecretRecord,
  replaced: TokenRecord,
  by: Worker,
): void {
  if (!evidence.services.isAccessSecret(by.deployment.index, name)) return;
  if (!reigns.some(({ token }) => token === replaced))
    evidence.broken(
      "credential",
      `${replaced.id}, which the worker never logged in with, was replaced in ${name}`,
    );
}
