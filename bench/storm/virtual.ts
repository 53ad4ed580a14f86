import { rotateDueTokens } from "../first-draft/rotation.ts";
import { applicationIdOf, orphansIn } from "../ground.ts";
import { inMemory, trafficIn } from "../in-memory.ts";
import { lowerBoundMs } from "./bound.ts";
import { virtualClients } from "./first-draft.ts";

/** One storm: many tokens that are due at the same time. */
export interface Storm {
  readonly tokens: number;
  readonly wallMs: number;
  readonly boundMs: number;
  readonly rotated: number;
  readonly callsPerRotation: number;
  readonly throttled: number;
  readonly orphans: number;
}

const APPLICATION = applicationIdOf(0);

export async function workerStorm(tokens: number): Promise<Storm> {
  const world = inMemory({ tokensEach: tokens, isDue: true });
  const traffic = trafficIn(world);
  const startedAt = world.clock.now().getTime();
  const { report, failures } = await world.run({}, { intercept: traffic.intercept });
  if (failures.length > 0) throw new Error(failures.join("\n"));
  const { rotated } = report.summary;
  return {
    tokens,
    wallMs: world.clock.now().getTime() - startedAt,
    boundMs: lowerBoundMs(tokens),
    rotated,
    callsPerRotation: traffic.total / rotated,
    throttled: traffic.throttled,
    orphans: orphansIn(world, APPLICATION),
  };
}

/** The first draft in the same storm. After its first error, waits until the calls in progress have ended. */
export async function firstDraftStorm(tokens: number, isParallel: boolean): Promise<Storm> {
  const world = inMemory({ tokensEach: tokens, isDue: true });
  const { clients, counts } = virtualClients(world);
  const started = world.clock.now().getTime();
  const work = rotateDueTokens(clients, { applicationId: APPLICATION, isParallel }).catch(() => undefined);
  await world.clock.run(work);
  const wallMs = world.clock.now().getTime() - started;
  await world.clock.run(world.clock.sleep(60_000));
  const orphans = orphansIn(world, APPLICATION);
  const rotated = tokens - orphans;
  return {
    tokens,
    wallMs,
    boundMs: lowerBoundMs(tokens),
    rotated,
    callsPerRotation: counts.calls / Math.max(rotated, 1),
    throttled: counts.throttled,
    orphans,
  };
}
