import type { Outcome } from "../apply/outcomes.ts";
import { restOf } from "../plan/reasons.ts";
import type { Report } from "./report.ts";

export const METRIC_NAMESPACE = "LosantTokenRotation";
/** The function's name tells apart two deployments in one account and region. */
export const METRIC_DIMENSION = "FunctionName";

/** Every metric with its unit; the stack's alarms and dashboard name them by these keys. */
export const METRIC_UNITS = {
  /** 1 where the run ended without a failure, else 0. */
  RunSucceeded: "Count",
  Listed: "Count",
  /** Tokens whose successor became current in this run. */
  Rotated: "Count",
  Failed: "Count",
  /** Due, and put off to the next run. */
  Deferred: "Count",
  /** Tokens made here that nobody uses and that are left at the end of the run, with what they hold up. */
  Orphans: "Count",
  /** Of the tokens that are the worker's to renew and that this run left as they are; FAR_DAYS at most. */
  SoonestExpiryDays: "None",
  /** Of the access token that expires first, 0 of one that does not work; FAR_DAYS at most. */
  AccessTokenDaysLeft: "None",
  DurationMs: "Milliseconds",
} as const;
export type MetricName = keyof typeof METRIC_UNITS;

/**
 * A year or more, or never. Bounded, so that both metrics exist after every run that could look (an alarm on a metric that
 * vanishes keeps its last state, which is right only while nobody knows better) and a graph of them shows the near.
 */
export const FAR_DAYS = 365;

/** What metrics say of a run beyond its report. */
export interface RunFacts {
  /** `AWS_LAMBDA_FUNCTION_NAME`. */
  readonly functionName: string;
  readonly report: Pick<Report, "runId" | "dryRun" | "startedAt" | "finishedAt" | "summary">;
  /** The event names neither `applicationId` nor `tokens`. */
  readonly isWhole: boolean;
  /** Nothing failed. */
  readonly succeeded: boolean;
  /** How many outcomes are `isOrphanLeft`. */
  readonly orphans: number;
  /** The earliest `expiryAtStake` of all outcomes. */
  readonly soonestExpiryAt: Date | undefined;
  /**
   * The earliest expiry of the access tokens of this run, as far as they say; the moment of the run for one that does not
   * work at all. `unknown` where the store did not say what one of them is.
   */
  readonly accessTokenExpiresAt: Date | undefined | "unknown";
}

/** One line for standard output; CloudWatch Logs takes the metrics out of it (embedded metric format). */
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
 * The metrics of one run, as of `now`. None of a dry run. Of a run over a part of the tokens only what it did: what it
 * says of the whole would be wrong, and its success would quiet the alarm about scheduled runs that don't succeed.
 */
export function metricsOf(facts: RunFacts, now: Date): MetricLine | undefined {
  const { report, functionName, isWhole } = facts;
  if (report.dryRun) return undefined;
  const values = isWhole ? { ...deedsOf(facts), ...stateOf(facts, now) } : deedsOf(facts);
  const names = Object.keys(values) as (keyof typeof values)[];
  return {
    _aws: {
      Timestamp: now.getTime(),
      CloudWatchMetrics: [
        {
          Namespace: METRIC_NAMESPACE,
          Dimensions: [[METRIC_DIMENSION]],
          Metrics: names.map((Name) => ({ Name, Unit: METRIC_UNITS[Name] })),
        },
      ],
    },
    [METRIC_DIMENSION]: functionName,
    runId: report.runId,
    ...values,
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
    SoonestExpiryDays: daysUntil(facts.soonestExpiryAt, now),
    ...(facts.accessTokenExpiresAt === "unknown"
      ? {}
      : { AccessTokenDaysLeft: daysUntil(facts.accessTokenExpiresAt, now) }),
  } satisfies Partial<Record<MetricName, number>>;
}

/** Negative for what has expired; two decimals, rounded down. */
function daysUntil(at: Date | undefined, now: Date): number {
  if (at === undefined) return FAR_DAYS;
  const days = (at.getTime() - now.getTime()) / 86_400_000;
  return Math.min(FAR_DAYS, Math.floor(days * 100) / 100);
}

export function isOrphanLeft({ action, reason, outcome }: Outcome): boolean {
  return reason === "young-orphan" || (action === "discard" && outcome !== "discarded");
}

/** When the token of this outcome expires, if it is the worker's to renew and was not replaced in this run. */
export function expiryAtStake({ action, reason, outcome, subject }: Outcome): Date | undefined {
  const isRenewable =
    action === "wait" || action === "rotate" || action === "resume" || restOf(reason)?.isAtStake === true;
  const isReplaced = outcome === "rotated" || outcome === "resumed";
  return isRenewable && !isReplaced ? subject.expiresAt : undefined;
}
