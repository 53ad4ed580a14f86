import * as v from "valibot";
import { RotationError } from "../model/errors.ts";
import { remembered } from "../model/remembered.ts";
import { type ApiToken, ApplicationId, isTokenId } from "../model/token.ts";
import { describeIssue } from "./config.ts";
import { wholeNumber } from "./policy.ts";

/** Those of an interval of a day. */
const MOST_SHARDS = 96;

const flag = v.optional(v.boolean("must be true or false"), false);

/** The event of an invocation as it is written. */
export const RequestSchema = v.strictObject({
  trigger: v.optional(v.picklist(["schedule", "manual"], 'must be "schedule" or "manual"'), "manual"),
  dryRun: flag,
  applicationId: v.optional(ApplicationId),
  tokens: v.optional(
    v.pipe(
      v.array(
        v.pipe(v.string("must be text"), v.minLength(1, "must not be empty")),
        "must be a list of ids or names",
      ),
      v.minLength(1, "must contain at least one token"),
    ),
  ),
  force: flag,
  retireNow: flag,
  /** CloudWatch adds it to the calls of a dashboard. It decides nothing but the form of the answer. */
  widgetContext: v.optional(v.unknown()),
  at: v.optional(
    v.pipe(v.string("must be a time"), v.isoTimestamp("must be a time such as 2026-01-31T06:15:00Z")),
  ),
  shard: v.optional(wholeNumber(0, MOST_SHARDS - 1)),
});

/** Whether a button of a dashboard sent the event. A person reads the answer then. */
export function isFromDashboard(event: unknown): event is { readonly widgetContext: unknown } {
  return typeof event === "object" && event !== null && Object.hasOwn(event, "widgetContext");
}

/** What one invocation is asked to do; section "The event" of the README lists the keys. */
export interface RotationRequest {
  readonly trigger: Trigger;
  readonly dryRun: boolean;
  readonly applicationId: ApplicationId | undefined;
  readonly selection: Selection;
  /** The time for which the schedule started this run. */
  readonly at: Date | undefined;
  /** The index of one shard of a fleet. */
  readonly shard: number | undefined;
}

/**
 * The event of an invocation. No event means a manual run over all tokens.
 * @throws RotationError `event-invalid`, with the path of each wrong key, never with its value.
 */
export function parseRequest(event: unknown): RotationRequest {
  // Valibot accepts a list as an object without keys.
  if (Array.isArray(event)) throw new RotationError("event-invalid", "event: must be an object");
  const parsed = v.safeParse(RequestSchema, event ?? {});
  if (!parsed.success)
    throw new RotationError("event-invalid", `event: ${parsed.issues.map(describeIssue).join("; ")}`);
  const { trigger, dryRun, applicationId, tokens, force, retireNow, at, shard } = parsed.output;
  const lone = [...(force ? ["force"] : []), ...(retireNow ? ["retireNow"] : [])];
  if (tokens === undefined && lone.length > 0) {
    throw new RotationError("event-invalid", `event: ${lone.join(" and ")} without tokens: name the tokens`);
  }
  const contradiction = contradictionIn(parsed.output);
  if (contradiction !== undefined) throw new RotationError("event-invalid", `event: ${contradiction}`);
  return {
    trigger,
    dryRun,
    applicationId,
    selection: { tokens, force, retireNow },
    at: at === undefined ? undefined : new Date(at),
    shard,
  };
}

/** Keys that are valid alone, but not together. */
function contradictionIn({
  trigger,
  applicationId,
  at,
  shard,
}: v.InferOutput<typeof RequestSchema>): string | undefined {
  if (at !== undefined && trigger !== "schedule") return "at: only the schedule sends it";
  if (shard === undefined) return undefined;
  if (trigger === "schedule")
    return "shard: the schedule doesn't send it, because its start decides which one it is";
  return applicationId === undefined ? undefined : "shard: name either a shard or an applicationId";
}

/** What the event asks of particular tokens. Without `tokens` every token is selected and none is forced. */
export interface Selection {
  readonly tokens: readonly string[] | undefined;
  readonly force: boolean;
  readonly retireNow: boolean;
}

export const EVERYTHING: Selection = { tokens: undefined, force: false, retireNow: false };

/** Named by its id or its exact name. Text that looks like an id is always an id, never a name. */
export function isNamed(token: ApiToken, { tokens }: Selection): boolean {
  return tokens !== undefined && (namesIn(tokens).has(token.name) || idsIn(tokens).has(token.id));
}

export function isNamedById({ id }: ApiToken, { tokens }: Selection): boolean {
  return tokens !== undefined && idsIn(tokens).has(id);
}

/** Kept as sets, because a hundred thousand entries may be compared with as many tokens. */
const namesIn = remembered(
  (tokens: readonly string[]) => new Set(tokens.filter((entry) => !isTokenId(entry))),
);
const idsIn = remembered((tokens: readonly string[]) => new Set(tokens.map((entry) => entry.toLowerCase())));

export function matches(token: ApiToken, entry: string): boolean {
  return isTokenId(entry) ? entry.toLowerCase() === token.id : entry === token.name;
}

export function isSelected(token: ApiToken, selection: Selection): boolean {
  return selection.tokens === undefined || isNamed(token, selection);
}

export function isForced(token: ApiToken, selection: Selection): boolean {
  return selection.force && isNamed(token, selection);
}

export type Trigger = "schedule" | "manual";
