import { hash } from "node:crypto";
import type { ApplicationId } from "../model/token.ts";

/*
 * A fleet has more applications than one run can look at. A run starts in every slot and takes one shard of them. So each
 * application has one run in each interval, always at the same minutes.
 */

/** The time between two starts in a fleet. Slots begin at the quarter hours of UTC. */
export const SLOT_MS = 15 * 60_000;
const DAY_MS = 86_400_000;

/** One of `of` equal shares of all applications, numbered from 0. */
export interface Share {
  readonly index: number;
  readonly of: number;
}

/** Whether a fleet can have this interval: a whole number of slots, from two to those of a day. */
export function isFleetInterval(intervalMs: number): boolean {
  return intervalMs % SLOT_MS === 0 && intervalMs >= 2 * SLOT_MS && intervalMs <= DAY_MS;
}

/** How many shards a fleet with this interval has. */
export function shardsIn(intervalMs: number): number {
  return intervalMs / SLOT_MS;
}

/** The index of the shard whose turn it is at this moment. */
export function shardAt(at: Date, shards: number): number {
  return Math.floor(at.getTime() / SLOT_MS) % shards;
}

/**
 * The index of the shard with this application. A hash decides, and not the position in a list, because lists change while they are
 * read.
 */
export function shardOf(id: ApplicationId, shards: number): number {
  return numbersOf(id).shard % shards;
}

/** Whether the application is in this part of a fleet that several deployments share. Independent of its shard. */
export function isInPart(id: ApplicationId, { index, of }: Share): boolean {
  return numbersOf(id).part % of === index;
}

/** Whether a run takes this application. */
export function isInShard(id: ApplicationId, shard: Share | undefined): boolean {
  return shard === undefined || shardOf(id, shard.of) === shard.index;
}

/** Of the SHA-256 of the id, the first 32 bits, and the 32 bits after them. */
function numbersOf(id: ApplicationId): { readonly shard: number; readonly part: number } {
  const digest = hash("sha256", id, "buffer");
  return { shard: digest.readUInt32BE(0), part: digest.readUInt32BE(4) };
}
