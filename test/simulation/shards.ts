import { createHash } from "node:crypto";
import { applicationId } from "./places.ts";
import type { RunEntry, Setting } from "./script.ts";
import { MINUTE, START } from "./services.ts";

/* The simulation's own reading of the rules of a fleet. */

const SLOT_MS = 15 * MINUTE;

export function shardsOf({ discovery, intervalMs }: Setting): number | undefined {
  return discovery?.isFleet === true ? intervalMs / SLOT_MS : undefined;
}

/** The shard that a run takes; undefined: all applications. */
export function shardOfRun({ event }: RunEntry, setting: Setting): number | undefined {
  const shards = shardsOf(setting);
  if (shards === undefined) return undefined;
  if (event.shard !== undefined) return event.shard;
  return event.slotMs === undefined ? undefined : ((START.getTime() + event.slotMs) / SLOT_MS) % shards;
}

export function shardOfApplication(application: number, setting: Setting): number | undefined {
  const shards = shardsOf(setting);
  if (shards === undefined) return undefined;
  const hash = hashes[application] ?? hashOf(application);
  hashes[application] = hash;
  return hash % shards;
}

const hashes: number[] = [];
const hashOf = (application: number) =>
  createHash("sha256").update(applicationId(application)).digest().readUInt32BE(0);

/** Whether the run is about the application. */
export function isInShard(application: number, run: RunEntry, setting: Setting): boolean {
  const shard = shardOfRun(run, setting);
  return shard === undefined || shard === shardOfApplication(application, setting);
}
