import { fault, type PlantedFault } from "./planted-fault.ts";

/* Faults in the slots of a fleet. */
export const FLEET_FAULTS: readonly PlantedFault[] = [
  fault("the shard of a slot is that of the clock", [
    "run/slot.ts",
    "return { at, shard: { index: shardAt(at, shards), of: shards } };",
    "return { at, shard: { index: shardAt(now, shards), of: shards } };",
  ]),
  fault("a run that is repeated takes the slot of its start", [
    "run/slot.ts",
    "at >= after(now, -LATEST_START_MS)",
    "at >= after(now, -LATEST_START_MS / 10)",
  ]),
  fault("the place in the list decides about the shard", [
    "run/applications.ts",
    "...discoveredIn(discovery).filter(isAsked)",
    "...discoveredIn(discovery).filter((_, place) => shard === undefined || place % shard.of === shard.index)",
  ]),
  fault("every slot takes every application", [
    "policy/slots.ts",
    "return shard === undefined || shardOf(id, shard.of) === shard.index;",
    "return shard === undefined || shardOf(id, shard.of) >= 0;",
  ]),
  fault("one shard is nobody's", [
    "policy/slots.ts",
    "return numbersOf(id).shard % shards;",
    "return numbersOf(id).shard % (shards - 1);",
  ]),
  fault("what a slot tells depends on when it starts", [
    "run/context.ts",
    "    at,\n    shard,\n    startedAt,",
    "    at: startedAt,\n    shard,\n    startedAt,",
  ]),
  fault("each run that warns of a token has a key of its own", [
    "report/notifications.ts",
    `commonFacts(\`\${subject.id}-\${daysLeft}\`, context)`,
    `commonFacts(\`\${subject.id}-\${daysLeft}-\${context.run.runId}\`, context)`,
  ]),
  fault("a slot counts as completed although a list was incomplete", [
    "report/coverage.ts",
    "return isDiscovered && unseen === 0",
    "return unseen === 0",
  ]),
  fault("a failure of one token makes Lambda repeat the slot", [
    "run/run.ts",
    "? !fleet.completed : !succeeded,",
    "? !fleet.completed || !succeeded : !succeeded,",
  ]),
];
