import * as v from "valibot";
import type { DetailType } from "./detail-types.ts";

export { type DetailType, EVENT_SOURCE } from "./detail-types.ts";

const text = v.string();
const when = v.pipe(v.string(), v.isoTimestamp());

const common = {
  schemaVersion: v.picklist(["1"]),
  runId: text,
  trigger: v.picklist(["schedule", "manual"]),
  /** The same in every delivery of one notification: the consumer's key for removing duplicates. */
  key: text,
};

const tokenFacts = {
  ...common,
  /** The id of the user, if it is the token of a user. */
  applicationId: text,
  ownerType: v.optional(v.picklist(["user"])),
  tokenId: text,
  tokenName: v.optional(text),
  secretName: v.optional(text),
  secretArn: v.optional(text),
  versionId: v.optional(text),
  replacedTokenId: v.optional(text),
  expirationDate: v.optional(when),
  reason: text,
  /** For people: which token of which application, and what happened. One line. */
  headline: v.optional(text),
  /** For people: what to do. One line. */
  advice: v.optional(text),
};

/** Whether consumers have read a token from its secret since it became current. */
const evidence = v.picklist(["read", "unread", "unknown"]);

const SummarySchema = v.object({
  listed: v.number(),
  rotated: v.number(),
  resumed: v.number(),
  announced: v.number(),
  retired: v.number(),
  discarded: v.number(),
  skipped: v.number(),
  waiting: v.number(),
  deferred: v.number(),
  failed: v.number(),
});
export type Summary = v.InferOutput<typeof SummarySchema>;

/**
 * Every detail type with the schema of its detail. `docs/events/` holds the JSON Schemas generated from these. They allow
 * further keys: a minor version may add some.
 */
export const EVENT_CATALOGUE = {
  "Losant API Token Rotated": v.object({
    ...tokenFacts,
    secretName: text,
    secretArn: text,
    versionId: text,
    replacedTokenId: text,
    /** The secret that held the token until now, if that is another one. */
    formerSecretArn: v.optional(text),
    /** Of the replaced token, if it had replaced another one. */
    replacedRead: v.optional(evidence),
  }),
  "Losant API Token Rotation Failed": v.object({
    ...tokenFacts,
    code: text,
    message: text,
    retryable: v.boolean(),
    remedy: text,
  }),
  "Losant API Token Expiring": v.object({
    ...tokenFacts,
    expirationDate: when,
    daysLeft: v.number(),
    /** If a failure is the cause. */
    code: v.optional(text),
    retryable: v.optional(v.boolean()),
  }),
  "Losant API Token Successor Unread": v.object({
    ...tokenFacts,
    successorId: text,
    /** When the successor was created. */
    replacedDate: when,
    /** When the policy ends the token, if it doesn't wait for consumers and that is before the expiry. */
    retirementDate: v.optional(when),
    /** Until the expiry or the retirement. Absent in the first warning, and if the token never ends. */
    daysLeft: v.optional(v.number()),
  }),
  "Losant API Token Retired": v.object({
    ...tokenFacts,
    step: v.picklist(["deactivated", "deleted"]),
    successorRead: v.optional(evidence),
  }),
  "Losant API Token Not Retired": v.object(tokenFacts),
  "Losant API Token Orphan Discarded": v.object({
    ...tokenFacts,
    step: v.picklist(["deactivated", "deleted"]),
  }),
  "Losant Token Rotation Run Completed": v.object({
    ...common,
    startedAt: when,
    finishedAt: when,
    succeeded: v.boolean(),
    summary: SummarySchema,
    failedApplications: v.array(v.object({ applicationId: text, code: text })),
    /** In a fleet, which share of the applications the run took, from 0. */
    shard: v.optional(v.object({ index: v.number(), of: v.number() })),
    /** In a fleet, how many applications of the shard were looked at, failed by themselves, or got no time. */
    applications: v.optional(v.object({ seen: v.number(), failed: v.number(), unseen: v.number() })),
  }),
} as const satisfies Readonly<Record<DetailType, v.GenericSchema>>;

export type DetailOf<Type extends DetailType> = v.InferOutput<(typeof EVENT_CATALOGUE)[Type]>;

/** One entry for PutEvents, without the bus. */
export type RotationEvent = {
  [Type in DetailType]: {
    readonly detailType: Type;
    /** The ARN of the secret, if there is one. */
    readonly resources: readonly string[];
    readonly detail: DetailOf<Type>;
  };
}[DetailType];
