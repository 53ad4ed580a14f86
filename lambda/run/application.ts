import { withLeakStatus } from "../apply/leak-response.ts";
import { type Outcome, outcomeOf } from "../apply/outcomes.ts";
import { MAX_FAILURES_NAMED, TOLD_AT_ONCE } from "../limits.ts";
import { unusedEntries } from "../lineage/mappings.ts";
import { placesOf } from "../lineage/places.ts";
import { mappedNames, type Snapshot, stampedVersions } from "../lineage/snapshot.ts";
import { asRotationError, type ErrorCode, RotationError } from "../model/errors.ts";
import { nearestWord } from "../model/nearest.ts";
import { after } from "../model/time.ts";
import { isTokenId, ownerText, type TokenId } from "../model/token.ts";
import { observe } from "../observe/observe.ts";
import { isEffect } from "../plan/actions.ts";
import { type LineagePlan, plan } from "../plan/plan.ts";
import type { ApplicationConfig, Policy } from "../policy/config.ts";
import type { Clock, TokenApi } from "../ports.ts";
import type { RunContext } from "./context.ts";
import { withFailedReplicas } from "./failed-replicas.ts";
import type { Visit } from "./observing.ts";
import { inOrderOfUrgency, type Work, withinBudget } from "./order.ts";

/** Plans an application if there is time, also if Losant is slow. Otherwise the application fails, with a row in the report. */
export async function planInTime(
  application: ApplicationConfig,
  run: RunContext,
  visit: Visit,
): Promise<readonly Work[]> {
  const { isStopped } = run.gate;
  if (!isStopped && run.clock.now() < run.observeUntil) return planApplication(application, run, visit);
  const why = isStopped
    ? "the run was stopped before the worker read this application"
    : "reading the applications before this one took too long";
  run.recorder.applicationFailed(application, new RotationError("out-of-time", why));
  run.recorder.accessToken("unknown");
  run.policyUse.note(application.policy, undefined);
  return [];
}

/** Observes and plans one application, records tokens at rest, and returns the work to do. */
async function planApplication(
  application: ApplicationConfig,
  run: RunContext,
  visit: Visit,
): Promise<readonly Work[]> {
  const { request, config, recorder, unmatched, runId, store, clock } = run;
  const { selection } = request;
  const room = run.listings.enter();
  const context = run.enter(application, room, visit);
  const { api } = context;
  try {
    const sources = { api, store, index: () => run.index(application.id), clock };
    const snapshot = await observe(application, config, { selection, runId }, sources);
    for (const id of loginIdsOf(snapshot)) run.loginIds.add(id);
    noteHolders(snapshot, run);
    const names = new Set(snapshot.tokens.values().map(({ name }) => name));
    const ids: ReadonlySet<string> = new Set([...snapshot.tokens.keys(), ...snapshot.unreadable.keys()]);
    for (const entry of unmatched)
      if ((!isTokenId(entry) && names.has(entry)) || ids.has(entry.toLowerCase())) unmatched.delete(entry);
    suggest(names, run);
    const { aheadMs, shownAheadMs } = snapshot.losantTime;
    const now = after(clock.now(), aheadMs);
    const plans = plan(snapshot, { now, runId, selection });
    const timed = { ...context, aheadMs: shownAheadMs, wasListed: (id: TokenId) => ids.has(id) };
    await recorder.listed(snapshot, plans, timed);
    recorder.unusedSecrets(
      application.id,
      unusedEntries(snapshot, () => placesOf(snapshot, selection, now)),
    );
    run.policyUse.note(application.policy, policiesIn(plans, snapshot), names);
    // The tokens that were listed are worked on anyway.
    for (const flaw of [...snapshot.flaws, ...clockFlaws(snapshot, plans)])
      recorder.applicationFailed(application, flaw);
    const [resting, working] = [plans.filter((one) => !isWork(one)), plans.filter(isWork)];
    // All take from one iterator, because p-limit would queue a promise for each of up to a hundred thousand.
    const line = resting.values();
    const recordInTurn = async () => {
      for (const one of line) {
        const outcomes = await withFailedReplicas(restingOutcomes(one), one, timed);
        await recorder.record(outcomes, one, timed);
      }
    };
    const atOnce = Math.min(TOLD_AT_ONCE, resting.length);
    await Promise.all(Array.from({ length: atOnce }, recordInTurn));
    const work = inOrderOfUrgency(working.map((one) => ({ context: timed, plan: one })));
    // A real run counts the tokens that it issues, see IssueBudget. A dry run can only estimate that.
    return request.dryRun ? withinBudget(work, application.policy.maxRotationsPerRun) : work;
  } catch (thrown) {
    const error = asRotationError(thrown);
    // It was probably deleted since it was discovered. The run checks that at the end.
    if (error.code === "application-not-found" && application.foundBy !== undefined)
      run.gone.add(application.id);
    else recorder.applicationFailed(application, error);
    run.policyUse.note(application.policy, undefined);
    recorder.accessToken(await accessTokenExpiryAfter(error, api, clock));
    return [];
  } finally {
    room.leave();
  }
}

/** The policies of all tokens. Undefined if a token, and so perhaps its policy, is not known. */
export function policiesIn(
  plans: readonly LineagePlan[],
  { flaws }: Pick<Snapshot, "flaws">,
): ReadonlySet<Policy> | undefined {
  const isPart = flaws.length > 0 || plans.some(({ actions }) => actions.some(({ kind }) => kind === "fail"));
  return isPart ? undefined : new Set(plans.map(({ policy }) => policy));
}

/** Suggests a similar name for a name that matches no token. Not for ids, which are similar by chance. */
function suggest(names: ReadonlySet<string>, { unmatched, meant }: RunContext): void {
  for (const entry of [...unmatched].slice(0, MAX_FAILURES_NAMED)) {
    const name = isTokenId(entry) ? undefined : nearestWord(entry, names);
    if (name !== undefined) meant.set(entry, name);
  }
}

/** The ids of the worker's access token, from its string or its properties. */
function loginIdsOf({ login, ownId }: Snapshot): readonly TokenId[] {
  return [...(login.claimedIds ?? []), ...(ownId === undefined ? [] : [ownId])];
}

/** Mapped secrets may have any name, so the list of secrets may lack them. */
function noteHolders(snapshot: Snapshot, { heldElsewhere }: RunContext): void {
  for (const name of mappedNames(snapshot.application))
    for (const { stamp, labels } of stampedVersions(snapshot.secrets.get(name))) {
      if (labels.length === 0) continue;
      const names = heldElsewhere.get(stamp.tokenId);
      if (names === undefined) heldElsewhere.set(stamp.tokenId, new Set([name]));
      else names.add(name);
    }
}

/** Reported only if something was postponed because of it. */
function clockFlaws(
  { losantTime, application }: Snapshot,
  plans: readonly LineagePlan[],
): readonly RotationError[] {
  const isPutOff = plans.some(({ actions }) =>
    actions.some((action) => action.kind === "defer" && action.action !== "rotate"),
  );
  if (losantTime.isTrusted || !isPutOff) return [];
  const message = `Losant's answers for ${ownerText(application)} have no date, or a date that differs by more than a day from the clock of this machine`;
  return [new RotationError("losant-clock-unknown", message)];
}

function isWork({ actions }: LineagePlan): boolean {
  return actions.some(isEffect);
}

/** The outcomes of a lineage at rest, or what a real run would do. */
export function restingOutcomes(lineage: LineagePlan): readonly Outcome[] {
  const { actions, secretName } = lineage;
  return actions.flatMap((action) =>
    action.kind === "settle"
      ? []
      : withLeakStatus(action, [outcomeOf(action, secretName, "planned")], lineage),
  );
}

/** An access token with such a failure is of no use. */
export const DOES_NOT_WORK: ReadonlySet<ErrorCode> = new Set([
  "access-token-missing",
  "access-token-unreadable",
  "access-token-rejected",
]);

/** When the access token expires, if its application couldn't be read. A token that doesn't work counts as expired now. */
async function accessTokenExpiryAfter(
  error: RotationError,
  api: Pick<TokenApi, "loggedInWith">,
  clock: Pick<Clock, "now">,
): Promise<Date | undefined | "unknown"> {
  if (DOES_NOT_WORK.has(error.code)) return clock.now();
  try {
    return (await api.loggedInWith()).expiresAt;
  } catch (thrown) {
    return DOES_NOT_WORK.has(asRotationError(thrown).code) ? clock.now() : "unknown";
  }
}
