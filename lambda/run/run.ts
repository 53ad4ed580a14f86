import pLimit from "p-limit";
import { applyPlan } from "../apply/apply.ts";
import { LINEAGES_AT_ONCE, MAX_FAILURES_NAMED } from "../limits.ts";
import { type ErrorCode, RotationError } from "../model/errors.ts";
import { quoted } from "../model/printable.ts";
import type { RotationRequest } from "../policy/request.ts";
import { coverageOf, isCompleted } from "../report/coverage.ts";
import type { RunFacts } from "../report/metrics.ts";
import { applicationRows, type Report } from "../report/report.ts";
import { planInTime, restingOutcomes } from "./application.ts";
import { applicationsOfRun, recordGone } from "./applications.ts";
import { type RunContext, type RunEnvironment, startRun } from "./context.ts";
import { withFailedReplicas } from "./failed-replicas.ts";
import { applicationOrder, inOrderOfUrgency, isRotation, pilotsAmong, type Work } from "./order.ts";

export interface RunResult {
  readonly report: Report;
  /** One sentence each. Empty if nothing failed. */
  readonly failures: readonly string[];
  /** The codes of all failures, each once. */
  readonly codes: readonly ErrorCode[];
  /** Whether the invocation fails, so that Lambda starts it again. */
  readonly isToBeRepeated: boolean;
  readonly facts: Omit<RunFacts, "functionName">;
}

/**
 * One run: observe and plan each application for which there is time, then work through all of their lineages, soonest expiry
 * first. A failure stops only the token or application that it is about. All failures are in the result.
 * @throws RotationError `event-invalid` if the event names an application that is neither configured nor discovered.
 */
export async function run(request: RotationRequest, environment: RunEnvironment): Promise<RunResult> {
  const context = startRun(request, environment);
  const { runId, trigger, shard, startedAt, orderAt, clock, recorder, config } = context;
  const { dryRun } = request;
  const { watch } = environment;
  const { applications, isDiscovered } = await applicationsOfRun(context);
  const looked = counting(applications.length, (done, of) => watch?.looked(done, of));
  const inOrder = applicationOrder(applications, orderAt, config.intervalMs);
  context.secretLists.expect(inOrder.map(({ id }) => id));
  const found = await context.observing.visitEach(inOrder, (application, visit) =>
    planInTime(application, context, visit).finally(looked),
  );
  await recordGone(context);
  const work = inOrderOfUrgency(found.flat());
  await workThrough(
    work,
    context,
    counting(work.length, (done, of) => watch?.worked(done, of)),
  );
  for (const error of unmatchedErrors([...context.unmatched], context)) recorder.failed("event", error);
  recorder.sayWhatIsLeftOut();
  const isEverywhere = isDiscovered && shard === undefined && request.applicationId === undefined;
  const unusedPolicies = context.policyUse.unused(isEverywhere);
  recorder.unusedPolicies(unusedPolicies);
  const ofShard = shard && { shard, applications: coverageOf(recorder.applications.values()) };
  const completion = { runId, trigger, startedAt, finishedAt: clock.now(), ofShard };
  const isTold = dryRun || (await recorder.complete(completion, context.bus));
  // The others have not been discovered.
  const ids = new Set([...applications.map(({ id }) => id), ...recorder.applications.keys()]);
  const counted = recorder.result();
  const rows = [...ids].flatMap((id) => recorder.applications.get(id) ?? []);
  const report: Report = {
    runId,
    trigger,
    dryRun,
    ...(shard && { shard }),
    startedAt: startedAt.toISOString(),
    finishedAt: clock.now().toISOString(),
    ...counted,
    ...applicationRows(rows, counted.tokens),
    ...(unusedPolicies.length > 0 && { unusedPolicies }),
  };
  const isWhole = request.applicationId === undefined && request.selection.tokens === undefined;
  const { failures, codes } = recorder;
  const { storeWorks } = context.gate;
  const fleet = ofShard && {
    ...ofShard,
    completed: isCompleted({ ...ofShard, isDiscovered, storeWorks, isTold }),
  };
  const succeeded = failures.length === 0;
  return {
    report,
    failures,
    codes,
    // A run of a fleet that always fails because of single tokens would be started again and again.
    isToBeRepeated: fleet !== undefined && trigger === "schedule" ? !fleet.completed : !succeeded,
    facts: { report, isWhole, succeeded, ...recorder.facts, fleet },
  };
}

/** Returns a function that counts its calls and reports the number. Reports zero at once. */
function counting(of: number, tell: (done: number, of: number) => void): () => void {
  let done = 0;
  tell(done, of);
  return () => {
    done += 1;
    tell(done, of);
  };
}

/** One error for each of the first entries, and one for the rest. */
function* unmatchedErrors(
  entries: readonly string[],
  { meant }: Pick<RunContext, "meant">,
): Iterable<RotationError> {
  for (const entry of entries.slice(0, MAX_FAILURES_NAMED)) {
    const name = meant.get(entry);
    const guess = name === undefined ? "" : `; did you mean ${quoted(name)}?`;
    yield new RotationError("token-not-found", `no listed token has the id or name ${quoted(entry)}${guess}`);
  }
  const more = entries.length - MAX_FAILURES_NAMED;
  if (more > 0)
    yield new RotationError(
      "token-not-found",
      `no listed token has the id or name of another ${more} entries`,
    );
}

/**
 * Begins work that issues nothing at once. Runs the pilots one at a time, until the store has accepted a string or refused too
 * many. Then everything else, in order.
 */
async function workThrough(work: readonly Work[], context: RunContext, worked: () => void): Promise<void> {
  const { gate, startedAt, orderAt } = context;
  const [replacing, ending] = [pLimit(LINEAGES_AT_ONCE), pLimit(LINEAGES_AT_ONCE)];
  const begun = new Map<Work, Promise<void>>();
  const begin = (one: Work) => {
    const limit = isRotation(one) ? replacing : ending;
    const ended = begun.get(one) ?? limit(() => carryOut(one, context).finally(worked));
    begun.set(one, ended);
    return ended;
  };
  for (const one of work) if (!isRotation(one)) begin(one);
  for (const pilot of pilotsAmong(work, startedAt, orderAt)) {
    if (gate.isStoreProven || !gate.mayIssue) break;
    // When its string is stored, the others don't wait for the rest of its rotation.
    await Promise.race([begin(pilot), gate.storeProven]);
  }
  await Promise.all(work.map(begin));
}

async function carryOut({ context, plan: lineage }: Work, { request, recorder }: RunContext): Promise<void> {
  const outcomes = request.dryRun ? restingOutcomes(lineage) : await applyPlan(lineage, context);
  await recorder.record(await withFailedReplicas(outcomes, lineage, context), lineage, context);
}
