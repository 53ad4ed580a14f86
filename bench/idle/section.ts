import { coldRun } from "../cold/run.ts";
import { emulated } from "../emulated.ts";
import type { Functions } from "../functions.ts";
import { inMemory, trafficIn } from "../in-memory.ts";

/** A run that finds nothing to do. */
export interface IdleRun {
  readonly applications: number;
  readonly lineages: number;
  readonly calls: ReadonlyMap<string, number>;
  readonly totalCalls: number;
  readonly wallMs: number;
  /** Of all calls: what it would take that makes one after the other. */
  readonly latencyMs: number;
}

export const LINEAGES_EACH = 5;

export async function idleRun(applications: number): Promise<IdleRun> {
  const world = inMemory({ applications, tokensEach: LINEAGES_EACH, isDue: false });
  const traffic = trafficIn(world);
  const startedAt = world.clock.now().getTime();
  const { report, failures } = await world.run({}, { intercept: traffic.intercept, budgetMs: 3_600_000 });
  const { waiting } = report.summary;
  const lineages = applications * LINEAGES_EACH;
  if (failures.length > 0 || waiting !== lineages) throw new Error(`${waiting} wait; ${failures.join("\n")}`);
  return {
    applications,
    lineages,
    calls: traffic.counts,
    totalCalls: traffic.total,
    wallMs: world.clock.now().getTime() - startedAt,
    latencyMs: traffic.latencyMs,
  };
}

/** The same in real time: the deployed bundle in a process of its own. */
export async function realIdleRun({ worker }: Functions, applications: number): Promise<number> {
  const context = await emulated({ applications, tokensEach: LINEAGES_EACH, isDue: false, isSlow: true });
  try {
    const run = await coldRun(worker, { trigger: "schedule" }, context.env);
    if (run.error !== undefined) throw new Error(run.error);
    return run.invocationMs;
  } finally {
    await context.close();
  }
}
