import pLimit from "p-limit";
import { isEffect } from "./actions.ts";
import { givingUp } from "./announcement.ts";
import { applyPlan } from "./apply.ts";
import type { ApplicationConfig, RotationConfig } from "./config.ts";
import { accessTokenExpiryAfter } from "./credential.ts";
import { asRotationError, type ErrorCode, RotationError } from "./errors.ts";
import { IssueGate } from "./gate.ts";
import { Ledger } from "./ledger.ts";
import { LINEAGES_AT_ONCE, OBSERVED_AT_ONCE, STORE_WRITES_PER_SECOND, TOLD_AT_ONCE } from "./limits.ts";
import type { RunFacts } from "./metrics.ts";
import type { RunId } from "./model.ts";
import { observe } from "./observe.ts";
import { tellingOldString } from "./old-string.ts";
import { outcomeOf } from "./outcomes.ts";
import { pacedWrites } from "./pace.ts";
import { type LineagePlan, plan } from "./plan.ts";
import type { Clock, EventBus, Log, SecretStore, TokenApi } from "./ports.ts";
import type { Report } from "./report.ts";
import type { RotationRequest } from "./request.ts";
import type { Scene } from "./scene.ts";
import { matches } from "./selection.ts";
import { inTurn, observingUntil } from "./turns.ts";
import { inOrderOfUrgency, type Work, withinBudget } from "./urgency.ts";

/** Everything outside that a run touches. */
export interface World {
  readonly config: RotationConfig;
  readonly runId: RunId;
  readonly deadline: Date;
  readonly clock: Clock;
  readonly log: Log;
  /** Where its readers find the runbook; see `articleOn`. */
  readonly runbook?: string | undefined;
  readonly store: SecretStore;
  readonly bus: EventBus;
  readonly connect: (application: ApplicationConfig) => TokenApi;
}

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

/** What the parts of one run share. */
interface Shift {
  readonly request: RotationRequest;
  readonly startedAt: Date;
  readonly world: World;
  readonly ledger: Ledger;
  readonly gate: IssueGate;
  readonly observingUntil: Date;
  /** Entries of the event's `tokens` that no listed token has answered to yet. */
  readonly unmatched: Set<string>;
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

/** However slow Losant is, what was seen of it in time is worked on; the other applications fail, each with a row. */
async function prepareInTime(application: ApplicationConfig, shift: Shift): Promise<readonly Work[]> {
  const { world, ledger } = shift;
  if (world.clock.now() < shift.observingUntil) return prepare(application, shift);
  ledger.applicationFailed(
    application.id,
    new RotationError("out-of-time", "looking at the applications before it took too long"),
  );
  ledger.accessToken("unknown");
  return [];
}

/** Observes and plans one application, writes down what rests, and answers what is to be done. */
async function prepare(application: ApplicationConfig, shift: Shift): Promise<readonly Work[]> {
  const { request, startedAt, world, ledger, gate, unmatched } = shift;
  const { clock, runId, log, store, bus, runbook } = world;
  const api = world.connect(application);
  try {
    const sources = { api, store, clock };
    const snapshot = await observe(application, world.config.secretPrefix, request.selection, sources);
    for (const entry of unmatched) {
      if (snapshot.tokens.values().some((token) => matches(token, entry))) unmatched.delete(entry);
    }
    const plans = plan(snapshot, { now: clock.now(), runId, selection: request.selection });
    const { trigger } = request;
    const scene: Scene = {
      application,
      runId,
      trigger,
      startedAt,
      api,
      store,
      bus,
      clock,
      log,
      gate,
      runbook,
    };
    await ledger.listed(snapshot, plans, scene);
    const [resting, working] = [plans.filter((one) => !isWork(one)), plans.filter(isWork)];
    // All take from one iterator: p-limit would queue a promise for each of what may be a hundred thousand.
    const line = resting.values();
    const recordInTurn = async () => {
      for (const one of line) await ledger.record(sayOnly(one), one.secretArn, scene);
    };
    await Promise.all(Array.from({ length: TOLD_AT_ONCE }, recordInTurn));
    const work = inOrderOfUrgency(
      working.map((one) => ({ scene, plan: one })),
      clock.now(),
    );
    return withinBudget(work, application.policy.maxRotationsPerRun);
  } catch (thrown) {
    const error = asRotationError(thrown);
    ledger.applicationFailed(application.id, error);
    ledger.accessToken(await accessTokenExpiryAfter(error, api, clock));
    return [];
  }
}

function isWork({ actions }: LineagePlan): boolean {
  return actions.some(isEffect);
}

async function carryOut({ scene, plan: lineage }: Work, { request, ledger }: Shift): Promise<void> {
  const outcomes = request.dryRun ? sayOnly(lineage) : await applyPlan(lineage, scene);
  await ledger.record(outcomes, lineage.secretArn, scene);
}

function sayOnly(lineage: LineagePlan) {
  const { actions, secretName } = lineage;
  return actions.flatMap((action) =>
    action.kind === "settle"
      ? []
      : tellingOldString(action, [outcomeOf(action, secretName, "planned")], lineage),
  );
}
