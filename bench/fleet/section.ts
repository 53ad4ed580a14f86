import * as v from "valibot";
import { AwsRefusal } from "../../emulators/aws/errors.ts";
import type { WriteQuota } from "../../emulators/aws/quota.ts";
import { stampOf, VersionId } from "../../lambda/model/secret.ts";
import { SLOT_MS, shardAt } from "../../lambda/policy/slots.ts";
import type { RunResult } from "../../lambda/run/run.ts";
import type { World } from "../../test/support/world.ts";
import { coldRun, LAMBDA_HEAP } from "../cold/run.ts";
import { emulatedFleet } from "../emulated.ts";
import type { Functions } from "../functions.ts";
import { orphansIn } from "../ground.ts";
import { type Traffic, trafficIn } from "../in-memory.ts";
import { WRITES_PER_SECOND } from "../latencies.ts";
import { eventAt, type FleetSize, idsByShard, SHARDS, shardWorld, TIMEOUT_MS } from "./shard.ts";

/** One slot, in virtual time. */
export interface Slot {
  readonly shard: number;
  readonly applications: number;
  readonly calls: number;
  /** Those to Secrets Manager. */
  readonly storeCalls: number;
  readonly wallMs: number;
}

/** A slot in which nothing is due, for each of the first shards, or for all of them: a whole interval. */
export async function idleSlots(size: FleetSize, shards = SHARDS): Promise<readonly Slot[]> {
  const ids = idsByShard(size.applications);
  const slots: Slot[] = [];
  for (let shard = 0; shard < shards; shard += 1) {
    const world = shardWorld(shard, ids, size, false);
    const traffic = trafficIn(world, size.applications);
    const { wallMs, result } = await slotOf(world, traffic);
    const applications = ids.get(shard)?.length ?? 0;
    const { waiting } = result.report.summary;
    if (result.failures.length > 0 || waiting !== applications * size.tokensEach)
      throw new Error(`shard ${shard}: ${waiting} wait; ${result.failures.join("\n")}`);
    // In memory, each application reads the shared access token. The adapter reads it once.
    const repeated = (traffic.counts.get("readAccessToken") ?? 1) - 1;
    const calls = traffic.total - repeated;
    const storeCalls = (traffic.counts.get("listSecrets") ?? 0) + 1;
    slots.push({ shard, applications, calls, storeCalls, wallMs });
  }
  return slots;
}

async function slotOf(world: World, { intercept }: Traffic) {
  const at = world.clock.now();
  const result = await world.run(eventAt(at), { intercept, budgetMs: TIMEOUT_MS });
  return { result, wallMs: world.clock.now().getTime() - at.getTime() };
}

/** All managed tokens of a fleet are due at once. */
export interface FleetStorm {
  readonly tokens: number;
  /** Those of one shard. All shards have about as many, and slots of their own. */
  readonly inShard: number;
  /** How many were rotated in the slot of each interval. */
  readonly rotated: readonly number[];
  /** Tokens that were rotated in a slot although others expire sooner. */
  readonly tooEarly: number;
  readonly throttled: number;
  readonly failed: number;
  readonly unseen: number;
  readonly orphans: number;
  readonly longestMs: number;
  /** From the beginning of the first slot to the end of the last one. */
  readonly wallMs: number;
  /** If all shards together used the quota of writes without a pause. */
  readonly boundMs: number;
}

const MOST_INTERVALS = 6;
/** Stage, promote and settle. */
const msPerRotation = (writesPerSecond: number) => (3 * 1_000) / writesPerSecond;

/** The slots of one shard in consecutive intervals, until all of its tokens are rotated. */
export async function fleetStorm(size: FleetSize): Promise<FleetStorm> {
  const ids = idsByShard(size.applications);
  const world = shardWorld(0, ids, size, true);
  const traffic = trafficIn(world, size.applications);
  const applications = ids.get(0) ?? [];
  const startedAt = world.clock.now().getTime();
  const rotated: number[] = [];
  const all = { failed: 0, unseen: 0, longestMs: 0, wallMs: 0, tooEarly: 0 };
  for (let left = dueIn(world, applications); left.length > 0 && rotated.length < MOST_INTERVALS; ) {
    if (rotated.length > 0)
      world.clock.advance(
        SHARDS * SLOT_MS - ((world.clock.now().getTime() - startedAt) % (SHARDS * SLOT_MS)),
      );
    const { wallMs, result } = await slotOf(world, traffic);
    const replaced = replacedIn(world);
    const before = left;
    left = left.filter((id) => !replaced.has(id));
    const count = before.length - left.length;
    rotated.push(count);
    all.tooEarly += before.slice(count).filter((id) => replaced.has(id)).length;
    all.failed += result.failures.length;
    all.unseen += result.facts.fleet?.applications.unseen ?? 0;
    all.longestMs = Math.max(all.longestMs, wallMs);
    all.wallMs = world.clock.now().getTime() - startedAt;
  }
  const tokens = size.applications * size.managedEach;
  return {
    tokens,
    inShard: applications.length * size.managedEach,
    rotated,
    ...all,
    throttled: traffic.throttled,
    orphans: orphansIn(world, ...applications),
    boundMs: tokens * msPerRotation(WRITES_PER_SECOND),
  };
}

/** The managed tokens, soonest expiry first. */
function dueIn({ losant }: World, applications: readonly string[]): readonly string[] {
  return applications
    .flatMap((id) => losant.tokens(id))
    .filter(({ creatorType }) => creatorType === "apiToken")
    .sort((one, other) => Number(one.expirationDate) - Number(other.expirationDate))
    .map(({ id }) => id);
}

/** The tokens that another one has replaced. */
function replacedIn({ secrets }: World): ReadonlySet<string> {
  const ids = [...secrets.indexed()].flatMap(({ versions }) => versions.map(({ id }) => id));
  return new Set(ids.flatMap((id) => stampOf(v.parse(VersionId, id))?.replacedId ?? []));
}

/** Several runs at the same time, with one quota. */
export interface SharedQuota {
  readonly runs: number;
  /** Writes of another program in each second. */
  readonly foreign: number;
  readonly tokens: number;
  readonly rotated: number;
  readonly failed: number;
  readonly throttled: number;
  readonly orphans: number;
  readonly wallMs: number;
  readonly boundMs: number;
}

/** How many tokens are due in each run. */
export interface SharedSize {
  readonly runs: number;
  readonly foreign: number;
  readonly applicationsEach: number;
}

const TOKENS_EACH = 10;

/** The runs of several shards begin at the same time, perhaps beside another program that writes. */
export async function sharedQuota({ runs, foreign, applicationsEach }: SharedSize): Promise<SharedQuota> {
  const ids = idsByShard(applicationsEach * SHARDS * 2);
  const taken = Array.from({ length: runs }, (_, shard) => (ids.get(shard) ?? []).slice(0, applicationsEach));
  const sown = taken.flat();
  const world = shardWorld(
    0,
    new Map([[0, sown]]),
    { applications: sown.length, tokensEach: TOKENS_EACH, managedEach: TOKENS_EACH },
    true,
  );
  const traffic = trafficIn(world, sown.length);
  const startedAt = world.clock.now().getTime();
  let isOver = false;
  const writeBeside = async () => {
    while (foreign > 0 && !isOver) {
      await world.clock.sleep(1_000 / foreign);
      takeFrom(traffic.quota);
    }
  };
  const all = Promise.all(
    taken.map((_, shard) => world.start({ shard }, { intercept: traffic.intercept, budgetMs: TIMEOUT_MS })),
  ).finally(() => {
    isOver = true;
  });
  void writeBeside();
  const results: readonly RunResult[] = await world.clock.run(all);
  const tokens = sown.length * TOKENS_EACH;
  const sum = (of: (result: RunResult) => number) => results.reduce((total, result) => total + of(result), 0);
  return {
    runs,
    foreign,
    tokens,
    rotated: sum(({ report }) => report.summary.rotated),
    failed: sum(({ failures }) => failures.length),
    throttled: traffic.throttled,
    orphans: orphansIn(world, ...sown),
    wallMs: world.clock.now().getTime() - startedAt,
    boundMs: tokens * msPerRotation(WRITES_PER_SECOND - foreign),
  };
}

function takeFrom(quota: WriteQuota): void {
  try {
    quota.take();
  } catch (error) {
    if (!(error instanceof AwsRefusal)) throw error;
  }
}

/** One slot in real time. */
export interface RealSlot {
  readonly applications: number;
  readonly tokens: number;
  readonly calls: number;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakBytes: number;
  readonly logBytes: number;
}

/** A slot in which nothing is due, with the deployed bundle in a separate process. */
export async function realSlot({ workerWith }: Functions, size: FleetSize): Promise<RealSlot> {
  const now = new Date();
  const shard = shardAt(now, SHARDS);
  const context = await emulatedFleet(shard, size);
  try {
    const run = await coldRun(workerWith(context.config), eventAt(now), { ...context.env, ...LAMBDA_HEAP });
    if (run.error !== undefined) throw new Error(run.error);
    const applications = idsByShard(size.applications).get(shard)?.length ?? 0;
    const { invocationMs: wallMs, cpuMs, peakBytes, logBytes } = run;
    const calls = context.losant.calls.length + context.aws.calls.length;
    return {
      applications,
      tokens: applications * size.tokensEach,
      calls,
      wallMs,
      cpuMs,
      peakBytes,
      logBytes,
    };
  } finally {
    await context.close();
  }
}
