import { coldRun } from "../cold/run.ts";
import { emulated } from "../emulated.ts";
import type { Functions } from "../functions.ts";
import { inMemory, trafficIn } from "../in-memory.ts";
import { LATENCY_MS } from "../latencies.ts";

export interface IdleSize {
  readonly applications: number;
  readonly lineagesEach: number;
}

/** A run that finds nothing to do. */
export interface IdleRun extends IdleSize {
  readonly lineages: number;
  readonly calls: ReadonlyMap<string, number>;
  readonly totalCalls: number;
  readonly wallMs: number;
  /** The sum for all calls: the time it takes to make them one after the other. */
  readonly latencyMs: number;
  readonly former: FormerRun;
}

/**
 * The earlier worker, which described the secret of each lineage in every run. It read five applications at once, however
 * fast Losant was, and twenty secrets of each.
 */
export interface FormerRun {
  readonly totalCalls: number;
  readonly wallMs: number;
}

const FORMERLY_AT_ONCE = { applications: 5, secrets: 20 };

function formerRun({ applications, lineagesEach }: IdleSize): FormerRun {
  const { losant, store, bus } = LATENCY_MS;
  const describedMs = Math.ceil(lineagesEach / FORMERLY_AT_ONCE.secrets) * store;
  const turns = Math.ceil(applications / FORMERLY_AT_ONCE.applications);
  return {
    totalCalls: applications * (2 + lineagesEach) + 1,
    wallMs: turns * (store + losant + describedMs) + bus,
  };
}

export async function idleRun({ applications, lineagesEach }: IdleSize): Promise<IdleRun> {
  const world = inMemory({ applications, tokensEach: lineagesEach, isDue: false });
  const traffic = trafficIn(world);
  const startedAt = world.clock.now().getTime();
  const { report, failures } = await world.run({}, { intercept: traffic.intercept, budgetMs: 3_600_000 });
  const { waiting } = report.summary;
  const lineages = applications * lineagesEach;
  if (failures.length > 0 || waiting !== lineages) throw new Error(`${waiting} wait; ${failures.join("\n")}`);
  return {
    applications,
    lineagesEach,
    lineages,
    calls: traffic.counts,
    totalCalls: traffic.total,
    wallMs: world.clock.now().getTime() - startedAt,
    latencyMs: traffic.latencyMs,
    former: formerRun({ applications, lineagesEach }),
  };
}

export interface RealIdleRun extends IdleSize {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakBytes: number;
}

/** The same in real time: the deployed bundle in a separate process. */
export async function realIdleRun({ workerWith }: Functions, size: IdleSize): Promise<RealIdleRun> {
  const { applications, lineagesEach } = size;
  const context = await emulated({ applications, tokensEach: lineagesEach, isDue: false, isSlow: true });
  try {
    const { ROTATION_CONFIG: _, ...env } = context.env;
    const run = await coldRun(workerWith(context.config), { trigger: "schedule" }, env);
    if (run.error !== undefined) throw new Error(run.error);
    return { ...size, wallMs: run.invocationMs, cpuMs: run.cpuMs, peakBytes: run.peakBytes };
  } finally {
    await context.close();
  }
}
