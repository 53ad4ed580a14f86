import { type Flaw, isOdd } from "../listings.ts";
import {
  currentReign,
  type Evidence,
  isAlive,
  isOurs,
  type SecretRecord,
  type TokenRecord,
} from "../records.ts";
import type { Worker } from "../worker.ts";

/* Promises that hold while Losant's list omits tokens or shows them in an unreadable way. */

/** The fault of a token in the list that a run has read. */
function flawSeen(evidence: Evidence, token: TokenRecord, by: Worker): Flaw | undefined {
  const listedMs = by.looks.get(token.applicationId);
  if (listedMs === undefined) return undefined;
  return evidence.services.flaws.find(
    ({ tokenId, fromMs, toMs }) => tokenId === token.id && fromMs <= listedMs && listedMs < toMs,
  );
}

/**
 * A worker ended a token. It must not end a token whose row it could not read, or one that it only knew was missing.
 */
export function checkSeen(evidence: Evidence, token: TokenRecord, by: Worker): void {
  const flaw = flawSeen(evidence, token, by);
  // The run requested the token by its id, or made it.
  const wasFound = by.looks.has(token.id);
  if (flaw === undefined || token.maker === by) return;
  if (isOdd(flaw))
    evidence.broken("left-alone", `${by.entry.id} ended ${token.id}, whose row can't be read: ${flaw.how}`);
  if (flaw.how === "hidden" && !wasFound)
    evidence.broken("left-alone", `${by.entry.id} ended ${token.id}, which its list lacked`);
}

/**
 * A worker made a token. It must replace a token that the worker could read, and that is current if the current one was
 * known.
 */
export function checkStanding(
  evidence: Evidence,
  token: TokenRecord,
  replaced: TokenRecord,
  by: Worker,
): void {
  const flaw = flawSeen(evidence, replaced, by);
  if (flaw !== undefined && isOdd(flaw))
    evidence.broken(
      "left-alone",
      `${token.id} replaces ${replaced.id}, whose row can't be read: ${flaw.how}`,
    );
  const secret = [...evidence.secrets.values()].find(({ arn }) => arn === token.secretArn);
  const reign = secret && currentReign(secret);
  if (reign?.token === undefined || !isOurs(reign.versionId) || !isAlive(reign.token, evidence.nowMs)) return;
  const isKnown = reign.fromMs + evidence.services.setting.describeLagMs < by.startedMs;
  // A lineage that went into another secret and is mapped back continues where it is.
  const comesBack = replaced.secretArn !== token.secretArn && isSuccessorOf(reign.token, replaced, evidence);
  if (isKnown && reign.token !== replaced && !comesBack)
    evidence.broken(
      "succession",
      `${token.id} replaces ${replaced.id}, while ${reign.token.id} is current in ${reign.secret.name}`,
    );
}

function isSuccessorOf(one: TokenRecord, other: TokenRecord, { tokens }: Evidence): boolean {
  let id = other.replacedId;
  while (id !== undefined && id !== one.id) id = tokens.get(id)?.replacedId;
  return id !== undefined;
}

/** Every run that reads a faulty list reports the fault. A run reports no other fault of a list. */
export function checkTold(evidence: Evidence, worker: Worker): void {
  const { result, looks } = worker;
  for (const { applicationId, code } of result?.report.applications ?? []) {
    const listedMs = looks.get(applicationId);
    if (listedMs === undefined || (code !== undefined && code !== "listing-incomplete")) continue;
    const flawed = [...evidence.tokens.values()].flatMap((token) => {
      const flaw = token.applicationId === applicationId ? flawSeen(evidence, token, worker) : undefined;
      return flaw !== undefined && isListed(evidence, token, listedMs) ? [{ token, flaw }] : [];
    });
    for (const { token } of flawed.filter(({ flaw }) => isOdd(flaw)))
      if (!isToldOf(worker, "token-unreadable", token.id))
        evidence.broken("told", `${worker.entry.id} doesn't say that ${token.id} can't be read`);
    const missing = flawed.filter(({ flaw }) => flaw.how === "hidden").length;
    checkCount(evidence, applicationId, missing, worker);
  }
}

function checkCount(evidence: Evidence, applicationId: string, missing: number, worker: Worker): void {
  const { count = "true" } = evidence.services.setting;
  const isTold = isToldOf(worker, "listing-incomplete", applicationId);
  if (missing > 0 && count !== "low" && !isTold)
    evidence.broken("told", `${worker.entry.id} doesn't say that its list lacks ${missing}`);
  if (missing === 0 && count !== "high" && isTold)
    evidence.broken("told", `${worker.entry.id} says that its list lacks tokens, and it lacks none`);
}

function isToldOf({ result }: Worker, code: string, what: string): boolean {
  return result?.failures.some((said) => said.includes(code) && said.includes(what)) ?? false;
}

function isListed({ services }: Evidence, { bornMs, deletedMs }: TokenRecord, listedMs: number): boolean {
  const isThere = deletedMs === undefined || deletedMs > listedMs;
  return isThere && listedMs - bornMs >= services.setting.listingLagMs;
}

/** During part of this time, a token of the lineage could not be read or seen. Actions that are due for it wait. */
export function wasObscured(
  { services }: Evidence,
  secret: SecretRecord,
  fromMs: number,
  toMs: number,
): boolean {
  return services.flaws.some(
    (flaw) =>
      // A token that one sort order hides is found in another, if the count shows that it is missing.
      (flaw.how !== "tied" || services.setting.count === "low") &&
      flaw.fromMs <= toMs &&
      flaw.toMs >= fromMs &&
      isNamedIn(flaw.tokenId, secret),
  );
}

function isNamedIn(tokenId: string, { versions, reigns }: SecretRecord): boolean {
  return (
    reigns.some(({ token }) => token?.id === tokenId) || [...versions].some((id) => id.includes(tokenId))
  );
}
