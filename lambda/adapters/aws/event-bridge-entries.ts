import type { PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import { EVENT_SOURCE, type RotationEvent } from "../../model/events.ts";
import { withCodes } from "../../model/printable.ts";

/** "PutEvents: Entries, Array Members: Minimum number of 1 item. Maximum number of 10 items." */
export const MAX_ENTRIES = 10;
export const MAX_BYTES = 256 * 1024;

/** "Calculating PutEvents event entry size" of the EventBridge guide: a time counts 14 bytes, text as UTF-8. */
export function sizeOf({ Time, Source, DetailType, Detail, Resources }: PutEventsRequestEntry): number {
  const texts = [Source, DetailType, Detail, ...(Resources ?? [])];
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ""), 0);
  return bytes + (Time === undefined ? 0 : 14);
}

export function entryOf(event: RotationEvent, busName: string, at: Date | undefined): PutEventsRequestEntry {
  return {
    Source: EVENT_SOURCE,
    DetailType: event.detailType,
    Detail: withCodes(JSON.stringify(event.detail)),
    Resources: [...event.resources],
    EventBusName: busName,
    Time: at,
  };
}

/** How many entries from the front of the queue fit into one call. At least one, because no single entry is too large. */
export function batchLength(sizes: readonly number[]): number {
  let bytes = 0;
  let length = 0;
  for (const size of sizes.slice(0, MAX_ENTRIES)) {
    bytes += size;
    if (bytes > MAX_BYTES && length > 0) break;
    length += 1;
  }
  return length;
}
