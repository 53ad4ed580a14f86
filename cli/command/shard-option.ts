import type { RotationConfig } from "../../lambda/policy/config.ts";
import type { Share } from "../../lambda/policy/slots.ts";
import { Misuse } from "./stops.ts";

/** The value of `--shard`. @throws Misuse if it is not a number */
export function shardNumber(text: string | undefined): number | undefined {
  if (text !== undefined && !/^\d{1,6}$/.test(text))
    throw new Misuse("--shard must be the number of a shard, such as 0 or 7");
  return text === undefined ? undefined : Number(text);
}

/** The shard that `--shard` names. @throws Misuse if the configuration has no such shard */
export function shardFrom(index: number | undefined, fleet: RotationConfig["fleet"]): Share | undefined {
  if (index === undefined) return undefined;
  if (fleet === undefined) throw new Misuse('--shard needs "fleet": true in the configuration');
  if (index >= fleet.shards) throw new Misuse(`--shard must be 0 to ${fleet.shards - 1}`);
  return { index, of: fleet.shards };
}
