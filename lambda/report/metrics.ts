import type { Outcome } from "../apply/outcomes.ts";
import { restOf } from "../plan/reasons.ts";
import type { ShardFacts } from "./coverage.ts";
import type { Report } from "./report.ts";

export const METRIC_NAMESPACE = "LosantTokenRotation";
/** The name of the function distinguishes deployments in one account and region. */
export const METRIC_DIMENSION = "FunctionName";

/** Every metric with its unit. The alarms and the dashboard of the stack use these names. */
export const METRIC_UNITS = {
  /** 1 if the run ended without a failure, otherwise 0. */
  RunSucceeded: "Count",
  Listed: "Count",
  /** Tokens whose successor became current in this run. */
  Rotated: "Count",
  Failed: "Count",
  /** Due, but postponed to the next run. */
  Deferred: "Count",
  /**
   * Tokens that the worker created, that nobody uses and that are left at the end of the run, and tokens whose renewal waits
   * for them.
   */
  Orphans: "Count",
  /** Predecessors that consumers may lose, because three days after the replacement they don't read the successor. */
  UnreadSuccessors: "Count",
  /** Of the tokens that the worker should renew and that this run left as they are. At most FAR_DAYS. */
  SoonestExpiryDays: "None",
  /** Of the access token that expires first. 0 for one that doesn't work. At most FAR_DAYS. */
  AccessTokenDaysLeft: "None",
  DurationMs: "Milliseconds",
} as const;

/** The metrics that only a fleet has. */
export const FLEET_METRIC_UNITS = {
  /** The applications of the shard. */
  Applications: "Count",
  /** Of them, those that the run had no time to look at. */
  Unseen: "Count",
  /** 1 if the run did what a run of a fleet must do, although single tokens and applications may have failed; otherwise 0. */
  RunCompleted: "Count",
} as const;
export type MetricName = keyof typeof METRIC_UNITS | keyof typeof FLEET_METRIC_UNITS;

/** A second dimension of `RunCompleted`, so that each shard can have an alarm. */
export const SHARD_DIMENSION = "Shard";

/**
 * Means a year or more, or never. With this limit, both metrics exist after every run that could read tokens (if a metric is
 * missing, its alarm keeps the last state, which is right only while nothing new is known), and a graph shows near dates clearly.
 */
export const FAR_DAYS = 365;

/** The facts for metrics that are not in the report. */
export interface RunFacts {
  /** `AWS_LAMBDA_FUNCTION_NAME`. */
  readonly functionName: string;
  readonly report: Pick<Report, "runId" | "dryRun" | "startedAt" | "finishedAt" | "summary">;
  /** The event names neither `applicationId` nor `tokens`. In a fleet, this is a run over a whole shard. */
  readonly isWhole: boolean;
  /** Only of a run that takes a shard. */
  readonly fleet?: (ShardFacts & { readonly completed: boolean }) | undefined;
  /** Nothing failed. */
  readonly succeeded: boolean;
  /** The number of outcomes for which `isOrphanLeft` is true. */
  readonly orphans: number;
  /** The number of outcomes with `unread`. */
  readonly unreadSuccessors: number;
  /** The earliest `expiryAtStake` of all outcomes. */
  readonly soonestExpiryAt: Date | undefined;
  /**
   * The earliest expiry of the access tokens of this run, as far as they are known. The time of the run for one that doesn't work
   * at all. `unknown` if one of them couldn't be read from the store.
   */
  readonly accessTokenExpiresAt: Date | undefined | "unknown";
}

/** One line for standard output, from which CloudWatch Logs extracts the metrics (embedded metric format). */
export interface MetricLine {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: MetricName; readonly Unit: string }[];
    }[];
  };
  readonly [key: string]: unknown;
}

/**
 * The metrics of one run at `now`. A dry run has none. A run over a part of the tokens has only the metrics of what it did: the
 * others would be wrong, and its success would end the alarm about scheduled runs that don't succeed. In a fleet, a run over a whole
 * shard has all of them.
 */
export function metricsOf(facts: RunFacts, now: Date): MetricLine | undefined {
  const { report, functionName, isWhole } = facts;
  if (report.dryRun) return undefined;
  const fleet = isWhole ? facts.fleet : undefined;
  const values = {
    ...deedsOf(facts),
    ...(isWhole && stateOf(facts, now)),
    ...(fleet && fleetStateOf(fleet)),
  };
  const names = Object.keys(values) as MetricName[];
  return {
    _aws: {
      Timestamp: now.getTime(),
      CloudWatchMetrics: [
        metricsWith([METRIC_DIMENSION], names),
        ...(fleet ? [metricsWith([METRIC_DIMENSION, SHARD_DIMENSION], ["RunCompleted"])] : []),
      ],
    },
    [METRIC_DIMENSION]: functionName,
    ...(fleet && { [SHARD_DIMENSION]: String(fleet.shard.index) }),
    runId: report.runId,
    ...values,
  };
}

function metricsWith(dimensions: readonly string[], names: readonly MetricName[]) {
  const units = { ...METRIC_UNITS, ...FLEET_METRIC_UNITS };
  return {
    Namespace: METRIC_NAMESPACE,
    Dimensions: [dimensions],
    Metrics: names.map((Name) => ({ Name, Unit: units[Name] })),
  };
}

function deedsOf({ report }: RunFacts) {
  const { rotated, resumed } = report.summary;
  return {
    Rotated: rotated + resumed,
    DurationMs: Date.parse(report.finishedAt) - Date.parse(report.startedAt),
  } satisfies Partial<Record<MetricName, number>>;
}

function stateOf(facts: RunFacts, now: Date) {
  const { listed, failed, deferred } = facts.report.summary;
  return {
    RunSucceeded: facts.succeeded ? 1 : 0,
    Listed: listed,
    Failed: failed,
    Deferred: deferred,
    Orphans: facts.orphans,
    UnreadSuccessors: facts.unreadSuccessors,
    SoonestExpiryDays: daysUntil(facts.soonestExpiryAt, now),
    ...(facts.accessTokenExpiresAt === "unknown"
      ? {}
      : { AccessTokenDaysLeft: daysUntil(facts.accessTokenExpiresAt, now) }),
  } satisfies Partial<Record<MetricName, number>>;
}

function fleetStateOf({ applications, completed }: NonNullable<RunFacts["fleet"]>) {
  const { seen, failed, unseen } = applications;
  return {
    Applications: seen + failed + unseen,
    Unseen: unseen,
    RunCompleted: completed ? 1 : 0,
  } satisfies Partial<Record<MetricName, number>>;
}

/** Negative after the expiry. Two decimals, rounded down. */
function daysUntil(at: Date | undefined, now: Date): number {
  if (at === undefined) return FAR_DAYS;
  const days = (at.getTime() - now.getTime()) / 86_400_000;
  return Math.min(FAR_DAYS, Math.floor(days * 100) / 100);
}

export function isOrphanLeft({ action, reason, outcome }: Outcome): boolean {
  return reason === "young-orphan" || (action === "discard" && outcome !== "discarded");
}

/** When the token of this outcome expires, if the worker should renew it and this run didn't replace it. */
export function expiryAtStake({ action, reason, outcome, subject }: Outcome): Date | undefined {
  const isRenewable = action === "rotate" || action === "resume" || restOf(reason)?.isAtStake === true;
  const isReplaced = outcome === "rotated" || outcome === "resumed";
  return isRenewable && !isReplaced ? subject.expiresAt : undefined;
}
