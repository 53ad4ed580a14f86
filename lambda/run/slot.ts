import { RotationError } from "../model/errors.ts";
import { after } from "../model/time.ts";
import type { RotationConfig } from "../policy/config.ts";
import type { RotationRequest } from "../policy/request.ts";
import { type Share, SLOT_MS, shardAt } from "../policy/slots.ts";

/** A scheduled time counts for this long: EventBridge Scheduler tries for an hour, and Lambda may need as long. */
const LATEST_START_MS = 2 * 3_600_000;
/** By how much the clocks of the schedule and of the function may differ. */
const CLOCK_SKEW_MS = 60_000;

/** What one run is about. */
export interface Slot {
  /**
   * The moment that decides which shard it takes and which events it sends. In a fleet, the time for which the schedule started it:
   * then a late start does what it would have done in time. Otherwise its start.
   */
  readonly at: Date;
  /** Undefined: all applications, or the one that the event names. */
  readonly shard: Share | undefined;
}

/**
 * The slot of a run that starts now.
 * @throws RotationError `event-invalid` if the event and the configuration don't fit together.
 */
export function slotOf(request: RotationRequest, fleet: RotationConfig["fleet"], now: Date): Slot {
  const { trigger, applicationId, shard } = request;
  if (fleet === undefined) {
    if (shard === undefined) return { at: now, shard };
    throw new RotationError("event-invalid", "event: shard: the configuration has no fleet");
  }
  const { shards } = fleet;
  if (shard !== undefined && shard >= shards)
    throw new RotationError("event-invalid", `event: shard: must be ${shards - 1} or less`);
  const at = isCredible(request.at, now) ? request.at : now;
  if (applicationId !== undefined) return { at, shard: undefined };
  if (shard !== undefined) return { at, shard: { index: shard, of: shards } };
  // Another schedule may start all runs in the slots of one shard, and nobody would look at the applications of the others.
  if (trigger === "schedule" && request.at === undefined)
    throw new RotationError("event-invalid", OTHER_SCHEDULE);
  if (trigger === "schedule") return { at, shard: { index: shardAt(at, shards), of: shards } };
  const message = `event: in a fleet, name an applicationId, or a shard from 0 to ${shards - 1}`;
  throw new RotationError("event-invalid", message);
}

const OTHER_SCHEDULE =
  "event: at: the schedule doesn't send it, so it is not the schedule of a fleet. Deploy the stack with `fleet` in its configuration, with the CDK";

/** Neither in the future nor too old. Another time is not that of this start. */
function isCredible(at: Date | undefined, now: Date): at is Date {
  return at !== undefined && at <= after(now, CLOCK_SKEW_MS) && at >= after(now, -LATEST_START_MS);
}

/**
 * The moment that decides in which order a run looks at its applications. A run that starts a slot late, or again because it left
 * applications unseen, takes the order of a later interval, and so sees others first.
 */
export function orderAt(at: Date, startedAt: Date, intervalMs: number): Date {
  const slotsLate = Math.floor((startedAt.getTime() - at.getTime()) / SLOT_MS);
  return after(at, Math.max(0, slotsLate) * intervalMs);
}
