import * as v from "valibot";
import { ApplicationId } from "../../lambda/model/token.ts";
import { SLOT_MS, shardOf } from "../../lambda/policy/slots.ts";
import { World } from "../../test/support/world.ts";
import {
  applicationIdOf,
  DAY_MS,
  DISCOVERS,
  FLEET_ACCESS,
  type Ground,
  ORGANIZATION,
  SCOPE,
  sowLineage,
  sowOrganization,
  yearlyDue,
  yearlyFresh,
} from "../ground.ts";

/** The default schedule of a fleet: 24 shards. */
export const SCHEDULE = "6h";
export const SHARDS = 24;
/** The function's timeout in a fleet. */
export const TIMEOUT_MS = 14 * 60_000;

export interface FleetSize {
  readonly applications: number;
  readonly tokensEach: number;
  /** How many of these the worker manages. */
  readonly managedEach: number;
}

export const CONFIG = {
  ...DISCOVERS,
  fleet: true,
  schedule: SCHEDULE,
  policy: { maxRotationsPerRun: 100_000 },
} as const;

/** The ids of all applications, by shard. */
export function idsByShard(applications: number): ReadonlyMap<number, readonly ApplicationId[]> {
  const ids = Array.from({ length: applications }, (_, number) =>
    v.parse(ApplicationId, applicationIdOf(number)),
  );
  return Map.groupBy(ids, (id) => shardOf(id, SHARDS));
}

/** The event with which the schedule starts this slot. */
export const eventAt = (at: Date) => ({ trigger: "schedule", at: at.toISOString() });

/**
 * A world at the slot of this shard, with the tokens of its applications. Those of other shards are only in the list of
 * applications.
 */
export function shardWorld(
  shard: number,
  ids: ReadonlyMap<number, readonly ApplicationId[]>,
  { tokensEach, managedEach }: FleetSize,
  isDue: boolean,
): World {
  const world = new World({ applications: [], config: { applications: undefined, ...CONFIG } });
  world.clock.advance(shard * SLOT_MS);
  const own = ids.get(shard) ?? [];
  sowShard(world, own, own, { tokensEach, managedEach, isDue }, world.clock.now());
  const organization = { id: "675ed6e87ae143cd83dc4aa1", name: ORGANIZATION };
  const listed = [...ids.values()]
    .flat()
    .map((id) => ({ id, name: `site ${id.slice(-6)}`, organization, tokenCount: tokensEach }));
  world.listedAs = () => ({ applications: listed });
  return world;
}

/**
 * Adds applications. Those of `ids` have managed tokens, which expire one after the other, and tokens of people, which are not due.
 * `all`: in the order of their ids, because the emulator sorts them for each page.
 */
export function sowShard(
  ground: Ground,
  all: readonly ApplicationId[],
  ids: readonly ApplicationId[],
  { tokensEach, managedEach, isDue }: Omit<FleetSize, "applications"> & { readonly isDue: boolean },
  now: Date,
): void {
  all.forEach(sowOrganization(ground));
  const fresh = yearlyFresh(now);
  const { createdAt, expiresAt } = isDue ? yearlyDue(now) : fresh;
  for (const [index, applicationId] of ids.entries()) {
    for (let token = 0; token < managedEach; token += 1) {
      const number = index * managedEach + token;
      sowLineage(ground, {
        applicationId,
        name: `token-${token}`,
        number,
        scope: SCOPE,
        access: FLEET_ACCESS,
        createdAt,
        expiresAt: new Date(expiresAt.getTime() + ((number * SPREAD) % DAY_S) * 1_000),
      });
    }
    for (let token = managedEach; token < tokensEach; token += 1)
      ground.losant.addToken(applicationId, {
        name: `token-${token}`,
        scope: SCOPE,
        creationDate: fresh.createdAt,
        expirationDate: fresh.expiresAt,
        creatorType: "user",
      });
  }
}

const DAY_S = DAY_MS / 1_000;
/** A prime number, so that neighbours don't expire one after the other. */
const SPREAD = 7_919;
