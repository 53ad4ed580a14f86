import pLimit from "p-limit";
import { applyPlan } from "../apply/apply.ts";
import { IssueGate } from "../apply/issue-gate.ts";
import { LINEAGES_AT_ONCE, OBSERVED_AT_ONCE, STORE_WRITES_PER_SECOND } from "../limits.ts";
import { type ErrorCode, RotationError } from "../model/errors.ts";
import type { ApplicationConfig } from "../policy/config.ts";
import type { RotationRequest } from "../policy/request.ts";
import type { RunFacts } from "../report/metrics.ts";
import { Ledger } from "../report/recorder.ts";
import type { Report } from "../report/report.ts";
import { prepareInTime, sayOnly } from "./application.ts";
import type { Shift, World } from "./context.ts";
import { givingUp, pacedWrites } from "./guarded-ports.ts";
import { inOrderOfUrgency, inTurn, observingUntil, type Work } from "./order.ts";

export interface RunResult {
  readonly report: Report;
  /** One sentence each; empty where nothing failed. */
  readonly failures: readonly string[];
  /** Of all failures, each once. */
  readonly codes: readonly ErrorCode[];
  readonly facts: Omit<RunFacts, "functionName">;
}

/**
 * One run: observe and plan every application that there is time for, then work through all of their lineages, soonest
 * expiry first. A failure stops nothing but what it belongs to; all of them are in the result.
 * @throws RotationError `event-invalid` where the event names an application that is not configured.
 */
export async function run(request: RotationRequest, world: World): Promise<RunResult> {
  const { clock, runId } = world;
  const { trigger, dryRun } = request;
  const startedAt = clock.now();
  const ledger = new Ledger(world.log, dryRun, world.runbook);
  const shift: Shift = {
    request,
    startedAt,
    ledger,
    world: {
      ...world,
      store: pacedWrites(world.store, clock, STORE_WRITES_PER_SECOND),
      bus: givingUp(world.bus),
    },
    gate: new IssueGate(clock, world.deadline),
    observingUntil: observingUntil(startedAt, world.deadline),
    unmatched: new Set(request.selection.tokens),
  };
  const observing = pLimit(OBSERVED_AT_ONCE);
  const applications = chosen(shift);
  const found = await Promise.all(
    inTurn(applications, startedAt, world.config.intervalMs).map((application) =>
      observing(() => prepareInTime(application, shift)),
    ),
  );
  const working = pLimit(LINEAGES_AT_ONCE);
  const work = inOrderOfUrgency(found.flat(), startedAt);
  await Promise.all(work.map((one) => working(() => carryOut(one, shift))));
  for (const entry of shift.unmatched) {
    ledger.failed(
      "event",
      new RotationError("token-not-found", `no listed token has the id or name ${JSON.stringify(entry)}`),
    );
  }
  ledger.sayWhatIsLeftOut();
  if (!dryRun) await ledger.complete({ runId, trigger, startedAt, finishedAt: clock.now() }, shift.world.bus);
  const report: Report = {
    runId,
    trigger,
    dryRun,
    startedAt: startedAt.toISOString(),
    finishedAt: clock.now().toISOString(),
    ...ledger.result(),
    applications: applications.flatMap(({ id }) => ledger.applications.get(id) ?? []),
  };
  const isWhole = request.applicationId === undefined && request.selection.tokens === undefined;
  const { failures, codes } = ledger;
  return {
    report,
    failures,
    codes,
    facts: { report, isWhole, succeeded: failures.length === 0, ...ledger.facts },
  };
}

function chosen({ request, world }: Shift): readonly ApplicationConfig[] {
  const { applicationId } = request;
  if (applicationId === undefined) return world.config.applications;
  const found = world.config.applications.filter(({ id }) => id === applicationId);
  if (found.length > 0) return found;
  throw new RotationError(
    "event-invalid",
    `event: applicationId: ${applicationId} is not in the configuration`,
  );
}

async function carryOut({ scene, plan: lineage }: Work, { request, ledger }: Shift): Promise<void> {
  const outcomes = request.dryRun ? sayOnly(lineage) : await applyPlan(lineage, scene);
  await ledger.record(outcomes, lineage.secretArn, scene);
}
