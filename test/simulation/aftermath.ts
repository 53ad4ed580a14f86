import type { Policy } from "../../lambda/policy/policy.ts";
import type { Chronicle } from "./chronicle.ts";
import { isOpenAt, longestClosedMs } from "./opening-hours.ts";
import { repair } from "./person.ts";
import { checkEndless } from "./promises/endless.ts";
import { checkCurrent, isIndistinct } from "./promises/ends.ts";
import { checkSlots } from "./promises/fleet.ts";
import { checkHeld, isHeld, releasedMs, stretchedUntilMs } from "./promises/readers.ts";
import { checkSilence, isTold } from "./promises/silence.ts";
import { hasRival, isUnprovable } from "./promises/words.ts";
import {
  currentReign,
  isAlive,
  isLoose,
  isOurs,
  isSettled,
  isTouched,
  type SecretRecord,
  supersededMs,
  type TokenRecord,
} from "./records.ts";
import type { RunEntry, RunEvent } from "./script.ts";
import { MINUTE, type Services, SKEW_MS, START } from "./services.ts";
import { shardsOf } from "./shards.ts";
import type { Worker } from "./worker.ts";

/**
 * Fewer runs than scheduled are enough while the simulation waits for time to pass. No token expires if every other run
 * is skipped.
 */
const CALM_STEP = 2;

/**
 * If everything is finished, most histories end early. One history out of this many continues for as long as the others
 * may.
 */
const PATIENCE = 16;

/** HEALTHY_RUNS runs after every grace period, the world must be at rest. IDLE_RUNS more must find nothing to do. */
const HEALTHY_RUNS = 3;
const IDLE_RUNS = 2;

/** A history whose script has been played, and which can continue. */
interface OpenHistory {
  readonly services: Services;
  readonly chronicle: Chronicle;
  readonly workers: readonly Worker[];
  /** The time at which the last outage ends. */
  readonly calmFromMs: number;
  /** A promise was broken. */
  readonly isOver: boolean;
  begin(entry: RunEntry): Worker;
}

/** A person mends what only a person can mend. Then healthy runs follow, and at the end the world must be at rest. */
export async function settle(history: OpenHistory): Promise<void> {
  const { services, chronicle } = history;
  const policies = [
    ...services.applicationsOf(0).map(({ policy }) => policy),
    ...services.deploymentAt(0).config.discover.map(({ policy }) => policy),
  ];
  const [policy] = policies;
  if (policy === undefined) return;
  const { intervalMs, orphanAfterMs } = policy;
  const { listingLagMs } = services.setting;
  checkSlots(chronicle, history.workers);
  services.timeline.advanceTo(history.calmFromMs);
  repair(services, chronicle);
  const orphanedMs = Math.max(orphanAfterMs, listingLagMs) + SKEW_MS + intervalMs;
  const graceMs = Math.max(
    ...policies.map(({ retire }) => Math.max(retire.deactivateAfterMs ?? 0, retire.deleteAfterMs ?? 0)),
  );
  // The runs finish or discard what is unfinished. Superseded tokens outlive their grace period. Three healthy runs
  // follow.
  const closedMs = longestClosedMs(services.setting.policy.windows ?? []);
  const restAtMs = services.timeline.ms + intervalMs + orphanedMs + untoldMs(policy) + graceMs + closedMs;
  const isWaiting = () => services.timeline.ms < restAtMs && (isPatient || isUnfinished(chronicle));
  const isPatient = services.setting.seed % PATIENCE === 0;
  do await runEverywhere(history, CALM_STEP * intervalMs);
  while (isWaiting() && !history.isOver);
  const heldUntilMs = lastEndOfHeld(chronicle);
  while (services.timeline.ms < heldUntilMs && !history.isOver) await runEverywhere(history, intervalMs);
  for (let round = 0; round < HEALTHY_RUNS && (isPatient || round === 0); round += 1)
    await runEverywhere(history, intervalMs);
  // If a person renames the access token, the worker no longer renews it. Once it has expired, no run can log in.
  if (history.workers.slice(-runsEverywhere(services).length).some(isLockedOut)) return;
  checkSilence(chronicle);
  checkHeld(chronicle);
  checkEndless(chronicle);
  checkRest(chronicle);
  for (let round = 0; round < IDLE_RUNS && !history.isOver; round += 1) {
    services.timeline.advanceTo(services.timeline.ms + intervalMs);
    if (isSomethingDue(chronicle) || [...chronicle.secrets.values()].some((secret) => isLoose(secret)))
      continue;
    for (const { entry, writes } of await runEverywhere(history, 0))
      if (writes > 0) chronicle.broken("rest", `${entry.id} did something although nothing was to be done`);
  }
}

function isLockedOut({ result }: Worker): boolean {
  return result?.report.applications.some(({ code }) => code === "access-token-rejected") ?? false;
}

/** Whether time or another run will still change anything: a label, an orphan, or a token with a grace period. */
function isUnfinished({ secrets, tokens, nowMs, services }: Chronicle): boolean {
  const isLabelled = [...secrets.values()].some(({ last }) =>
    last?.labels.keys().some((label) => label.startsWith("rotating-")),
  );
  return (
    isLabelled ||
    [...tokens.values()].some(
      (token) =>
        token.maker !== "person" &&
        isAlive(token, nowMs) &&
        (token.reigns.length === 0 || (supersededMs(token) !== undefined && isRetired(services, token))),
    )
  );
}

/** When the last of the tokens expires that are held now because nobody reads their successors. */
function lastEndOfHeld(chronicle: Chronicle): number {
  const ends = [...chronicle.tokens.values()].flatMap((token) =>
    Number.isFinite(token.expiresMs) &&
    isAlive(token, chronicle.nowMs) &&
    supersededMs(token) !== undefined &&
    isHeld(chronicle, token)
      ? [token.expiresMs]
      : [],
  );
  return Math.max(0, ...ends);
}

function isRetired(services: Services, { maker, applicationId }: TokenRecord): boolean {
  if (maker === "person") return false;
  const { retire } = services.policyOf(maker.deployment.index, applicationId) ?? {};
  const { deactivateAfterMs, deleteAfterMs } = retire ?? {};
  return deactivateAfterMs !== undefined || deleteAfterMs !== undefined;
}

/** The documented slack of a grace period. The exact moment of a promotion within this slack can't be determined. */
function untoldMs({ orphanAfterMs, intervalMs }: Policy): number {
  return orphanAfterMs + 2 * intervalMs;
}

/** Whether a token enters its renewal window, or the grace period of another token ends. */
function isSomethingDue(chronicle: Chronicle): boolean {
  const { nowMs, services } = chronicle;
  const policies = new Map<string, Policy>(
    services.deployments.flatMap(({ index }) =>
      services.applicationsOf(index).map(({ id, policy }) => [id, policy] as const),
    ),
  );
  return [...chronicle.tokens.values()].some((token) => {
    const isOfUser = services.entryOfUser(token.applicationId) !== undefined;
    const policy = isOfUser ? services.policyOf(0, token.applicationId) : policies.get(token.applicationId);
    if (policy === undefined || token.isDeleted) return false;
    // Another token of the user.
    if (isOfUser && token.maker === "person" && token.reigns.length === 0) return false;
    if (token.deactivatedMs !== undefined && !token.isStored) return true;
    // A copy looks like an orphan once the token that it copies is gone.
    const isCopy = token.cloned !== undefined && isAlive(token, nowMs);
    if (isCopy && services.deployments.some((deployment) => isIndistinct(chronicle, token, { deployment })))
      return true;
    const sinceMs = supersededMs(token);
    // A token that a person set or rolled back to is held until little of its life is left.
    const mayRotate = sinceMs === undefined || token.reigns.some(({ secret }) => secret.tamperedBy.size > 0);
    const windowMs = Math.max(
      Math.min(policy.renewBeforeMs, (token.expiresMs - token.bornMs) / 3),
      2 * policy.intervalMs,
    );
    if (mayRotate && token.expiresMs - windowMs <= nowMs + SKEW_MS) return true;
    const isEndless = token.expiresMs === Number.POSITIVE_INFINITY;
    const { neverExpiringMs, retire } = policy;
    if (
      mayRotate &&
      isEndless &&
      neverExpiringMs !== "report" &&
      token.bornMs + neverExpiringMs <= nowMs + SKEW_MS
    )
      return true;
    // A policy that ends roots may be about to end this one.
    if (token.maker === "person" && retire.roots) return true;
    if (sinceMs === undefined || token.maker === "person") return false;
    if (isAlive(token, nowMs) && isHeld(chronicle, token)) return false;
    const { deactivateAfterMs, deleteAfterMs = Number.POSITIVE_INFINITY } = policy.retire;
    const graceMs = token.isInactive
      ? deleteAfterMs
      : Math.min(deactivateAfterMs ?? deleteAfterMs, deleteAfterMs);
    return nowMs - sinceMs + SKEW_MS >= graceMs;
  });
}

/** One run of each deployment over everything. In a fleet, one of each shard. */
function runsEverywhere({ deployments, setting }: Services): readonly (readonly [number, RunEvent])[] {
  const shards = shardsOf(setting);
  const events: readonly RunEvent[] =
    shards === undefined
      ? [{ trigger: "schedule" }]
      : Array.from({ length: shards }, (_, shard) => ({ trigger: "manual", shard }));
  return deployments.flatMap(({ index }) => events.map((event) => [index, event] as const));
}

async function runEverywhere(history: OpenHistory, intervalMs: number): Promise<readonly Worker[]> {
  const { services, chronicle } = history;
  if (history.isOver) return [];
  services.timeline.advanceTo(services.timeline.ms + intervalMs);
  const workers: Worker[] = [];
  for (const [index, event] of runsEverywhere(services)) {
    const worker = history.begin({
      kind: "run",
      id: `c${history.workers.length}`,
      atMs: services.timeline.ms - START.getTime(),
      deployment: index,
      event,
      skewMs: 0,
      isEndless: false,
    });
    workers.push(worker);
    await services.timeline.drain(() => history.isOver);
    if (!worker.isOver && !history.isOver) chronicle.broken("sound", `${worker.entry.id} never ended`);
    const failures = (worker.result?.failures ?? []).filter((said) => !isExpected(said, services));
    if (failures.length > 0 && failsUntouched(chronicle, worker))
      chronicle.broken("healthy", `a healthy run failed: ${failures.join("; ")}`);
  }
  return workers;
}

/** If a count is too high, every run assumes that the list lacks something. What a run says of its discovery is checked for itself. */
function isExpected(said: string, { setting }: Services): boolean {
  if (setting.count === "high" && said.includes("listing-incomplete")) return true;
  return setting.discovery !== undefined && /^discover\.|^application .*application-not-found/.test(said);
}

function isUntouched(secret: SecretRecord): boolean {
  const reign = currentReign(secret);
  return !secret.isGone && (reign === undefined ? secret.tamperedBy.size === 0 : !isTouched(reign));
}

/** What people did to one lineage doesn't excuse a failure of another. */
function failsUntouched(chronicle: Chronicle, { result, deployment }: Worker): boolean {
  const isTampered = [...chronicle.tampering.values()].some((how) => how.size > 0);
  const failed = (result?.report.tokens ?? []).filter(({ outcome }) => outcome === "failed");
  if (failed.length === 0) return !isTampered;
  return failed.some(({ tokenId, code }) => {
    const token = chronicle.token(tokenId);
    if (token === undefined) return false;
    const first = chronicle.services.roleOf(tokenId, deployment.index);
    // Other tokens that a person made may have any name. A token that was overwritten may belong to anybody.
    if (token.maker === "person" && first === undefined) return false;
    if (
      code === "secret-mapping-ambiguous" &&
      (isForked(chronicle, token) || hasRival(chronicle, token, deployment))
    )
      return false;
    if (token.isUnmarked || token.isRenamed || token.isPurged) return false;
    const name = first && chronicle.services.secretOf(first);
    const target = name === undefined ? undefined : chronicle.secretRecord(deployment.secrets, name);
    if (code === "store-refused" && target !== undefined && isLeftUnproven(chronicle, target)) return false;
    if (!isTampered) return true;
    const made = [...chronicle.secrets.values()].find(({ arn }) => arn === token.secretArn);
    // If the token's former secret is gone, the token that was current in it identifies the lineage.
    if (token.secretArn !== undefined && made === undefined) return false;
    if (name !== undefined && target === undefined)
      return chronicle.tamperedBy(deployment.secrets, name).size === 0;
    return [target, made, ...token.reigns.map(({ secret }) => secret)].every(
      (secret) => secret === undefined || isUntouched(secret),
    );
  });
}

/** A run created it and was stopped before it attached the resource policy, and somebody replaced the access token since. */
function isLeftUnproven({ services }: Chronicle, { maker, last }: SecretRecord): boolean {
  const isEmpty = last?.versions.length === 0 && last.resourcePolicy === undefined;
  const wasStopped = maker !== "person" && maker.result === undefined;
  return services.setting.restrictsNewSecrets === true && wasStopped && isEmpty;
}

/**
 * A run with the previous configuration was still in progress when a run with the new one replaced the same token. Both
 * successors are live, each in a secret of its own, and only a person can decide between them.
 */
function isForked(
  { tokens, services }: Chronicle,
  { maker, replacedId, secretArn, bornMs }: TokenRecord,
): boolean {
  if (maker === "person") return false;
  // Losant may cut its dates.
  const { datePrecisionMs = 1 } = services.setting;
  return tokens
    .values()
    .some(
      (other) =>
        other.maker !== "person" &&
        other.maker.deployment.index === maker.deployment.index &&
        other.replacedId === replacedId &&
        other.secretArn !== secretArn &&
        maker.startedMs < other.maker.startedMs &&
        other.maker.startedMs < bornMs + datePrecisionMs,
    );
}

function checkRest(chronicle: Chronicle): void {
  for (const secret of chronicle.secrets.values()) {
    if (isLoose(secret)) {
      const reign = currentReign(secret);
      if (reign !== undefined && !secret.isGone) checkCurrent(chronicle, reign);
      continue;
    }
    if (![...secret.versions].some(isOurs)) {
      // The worker never rotated anything into this secret. That may be the fault.
      const reign = currentReign(secret);
      if (reign !== undefined) checkCurrent(chronicle, reign);
      continue;
    }
    // If somebody deleted the current token and no other token leads to the secret, no run looks at the secret any
    // more. The same holds if somebody removed the marker of the token that was current last, until that token is due.
    const current = currentReign(secret)?.token;
    const last = secret.reigns.findLast(({ by }) => by !== "person")?.token;
    if (current?.ending?.by === "person" || current?.isUnmarked || last?.isUnmarked) continue;
    // The same holds if none of the worker's tokens ever became current, until the root is due. If the root is dead, it
    // holds forever.
    const wasManaged = isManaged(secret);
    for (const label of secret.last?.labels.keys() ?? []) {
      const marked = chronicle.token(label.slice(9));
      const isForgotten =
        (marked?.isDeleted && (!wasManaged || marked.ending?.by === "person")) ||
        (marked?.isUnmarked && !wasManaged) ||
        (marked !== undefined && (isLeftAlone(chronicle, marked) || isOutOfReach(chronicle, marked)));
      if (label.startsWith("rotating-") && !isForgotten)
        chronicle.broken("rest", `${secret.name} still has the label ${label}`);
    }
    checkReign(chronicle, secret);
    checkTokens(chronicle, secret);
  }
}

function isManaged({ reigns }: SecretRecord): boolean {
  return reigns.some(({ by }) => by !== "person");
}

function checkReign(chronicle: Chronicle, secret: SecretRecord): void {
  const reign = currentReign(secret);
  if (reign === undefined) return;
  checkCurrent(chronicle, reign);
  const { token, versionId, by } = reign;
  // A first version that becomes current at once, without its label, owes its event until it gets the label.
  const isExcused =
    secret.reigns.length === 1 &&
    !chronicle.services.setting.firstVersionKeepsLabel &&
    by !== "person" &&
    !by.isClean;
  if (token !== undefined && isOutOfReach(chronicle, token)) return;
  if (by !== "person" && !secret.announced.has(versionId) && !isExcused)
    chronicle.broken("announced", `${versionId} is current in ${secret.name}, and nobody was told`);
  if (token === undefined || token.maker === "person" || token.ending?.by === "person" || isTouched(reign))
    return;
  // It expired while its secret took no string, and tokens that nobody could delete delay the next one.
  const hasWaited = secret.tamperedBy.has("denied") && token.ending === undefined;
  if (!isAlive(token, chronicle.nowMs) && !(hasWaited && Number.isFinite(chronicle.services.deletableFromMs)))
    chronicle.broken("current-accepted", `${token.id} is current in ${secret.name}, and dead`);
}

/** No entry of `discover` finds its application any more, so no run works on it. */
function isOutOfReach({ services, nowMs }: Chronicle, { applicationId }: TokenRecord): boolean {
  return services.wasOut(applicationId, nowMs, nowMs);
}

/**
 * Only one fact shows which lineage the token belongs to. This is no proof, so the worker doesn't end the token. It
 * warns of the token before it expires.
 */
function isLeftAlone(chronicle: Chronicle, token: TokenRecord): boolean {
  return (
    (token.isUnmarked && isTold(chronicle, token)) ||
    isUnprovable(chronicle, token) ||
    isCopied(chronicle, token)
  );
}

/**
 * Somebody copied its secret or its string, and another secret had a label on its version. The worker ends no token that
 * has a label in another secret, and grace periods begin later then.
 */
function isCopied({ secrets }: Chronicle, { id, secretArn }: TokenRecord): boolean {
  return [...secrets.values()].some(
    ({ arn, past }) =>
      arn !== secretArn &&
      past.some(({ secret }) =>
        secret?.labels.values().some((version) => version.startsWith(`losant-${id}-`)),
      ),
  );
}

function checkTokens(chronicle: Chronicle, secret: SecretRecord): void {
  for (const token of chronicle.tokens.values()) {
    if (token.maker === "person" || token.secretArn !== secret.arn || !isAlive(token, chronicle.nowMs))
      continue;
    if (isOutOfReach(chronicle, token)) continue;
    if (
      token.reigns.length === 0 &&
      (!token.isUnmarked || (token.isStored && isManaged(secret))) &&
      !isLeftAlone(chronicle, token)
    )
      chronicle.broken("rest", `${token.id} is live, and was never current in ${secret.name}`);
    const sinceMs = supersededMs(token);
    const policy = chronicle.services.policyOf(token.maker.deployment.index, token.applicationId);
    const { deactivateAfterMs = Number.POSITIVE_INFINITY, deleteAfterMs = Number.POSITIVE_INFINITY } =
      policy?.retire ?? {};
    const graceMs = Math.min(deactivateAfterMs, deleteAfterMs);
    if (policy === undefined || sinceMs === undefined || token.isUnmarked) continue;
    const reign = currentReign(secret);
    if (reign === undefined ? secret.tamperedBy.size > 0 : isTouched(reign)) continue;
    // If a person set another value over it, a token is superseded once a run has rotated that value.
    const overMs = secret.tamperedBy.size > 0 ? (secret.reigns.find(isSettled)?.fromMs ?? 0) : 0;
    const { windows = [] } = chronicle.services.setting.policy;
    // The last change of the secret restarts the grace period, so that it may end a few runs later.
    const lateMs =
      chronicle.nowMs -
      Math.max(
        Math.max(sinceMs, overMs, stretchedUntilMs(chronicle, token, secret)) + graceMs + untoldMs(policy),
        releasedMs(chronicle, token, secret),
      ) -
      4 * policy.intervalMs;
    const endedMs = chronicle.nowMs - lateMs;
    const hadAWindow = chronicle.cleanRuns.some(
      ({ startedMs }) => startedMs > endedMs - 2 * policy.intervalMs && isOpenAt(windows, startedMs),
    );
    if (lateMs > 0 && hadAWindow && !isLeftAlone(chronicle, token))
      chronicle.broken("rest", `${token.id} is live ${Math.round(lateMs / MINUTE)} minutes after its grace`);
  }
}
