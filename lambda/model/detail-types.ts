/** The source of every event of this worker, which EventBridge rules match. */
export const EVENT_SOURCE = "losant.token-rotation";

/** The detail types that EventBridge rules match. `EVENT_CATALOGUE` has the schema of each. */
export const DETAIL_TYPES = [
  "Losant API Token Rotated",
  "Losant API Token Rotation Failed",
  "Losant API Token Expiring",
  "Losant API Token Successor Unread",
  "Losant API Token Retired",
  "Losant API Token Not Retired",
  "Losant API Token Orphan Discarded",
  "Losant Token Rotation Run Completed",
] as const;

export type DetailType = (typeof DETAIL_TYPES)[number];
