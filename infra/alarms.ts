import { Duration } from "aws-cdk-lib";
import {
  Alarm,
  type AlarmBase,
  type AlarmProps,
  ComparisonOperator,
  type IMetric,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { RotationConfig } from "../lambda/policy/config.ts";
import type { MetricName } from "../lambda/report/metrics.ts";
import { type AlarmWords, alarmDescription, tellTopic } from "./alarm.ts";
import type { AlarmOptions } from "./props.ts";
import type { Schedule } from "./schedule.ts";
import { ShardAlarms } from "./shard-alarms.ts";
import { accessTokenThreshold, lookBack, overInterval, soonestExpiryThreshold } from "./thresholds.ts";
import type { WorkerFunction } from "./worker.ts";
import { workerMetric } from "./worker-metrics.ts";

interface AlarmsProps extends AlarmOptions {
  readonly config: RotationConfig;
  readonly worker: WorkerFunction;
  readonly schedule: Schedule;
  /** Messages to people that could not be delivered, if people are told. */
  readonly undelivered: IQueue | undefined;
}

interface Definition extends Omit<AlarmProps, "metric" | "evaluationPeriods">, AlarmWords {
  readonly metric: IMetric;
  readonly evaluationPeriods?: number;
}

/** An alarm for each kind of problem. Each links its article in the runbook. */
export class Alarms extends Construct {
  readonly all: readonly AlarmBase[];
  /** In a fleet, the alarms of the shards. One of `all` is about all of them. */
  readonly ofShards: readonly Alarm[];
  readonly #props: AlarmsProps;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.#props = props;
    const { fleet, intervalMs } = props.config;
    if (fleet === undefined && props.toleratedFailures !== undefined)
      throw new Error("toleratedFailures: needs fleet. Otherwise, a run with failures is retried and fails");
    const shards = fleet && new ShardAlarms(this, "NoCompletedRun", { ...props, ...fleet, intervalMs });
    this.ofShards = shards?.ofShards ?? [];
    this.all = [
      shards?.ofAll ?? this.#noSuccessfulRun(),
      ...this.#stateAlarms(),
      this.#notEmpty(
        "FailedRunsWaiting",
        "failed-runs-queue",
        "A run failed three times, and Lambda doesn't retry it again.",
        props.worker.failedRuns,
      ),
      this.#notEmpty(
        "MissedStartsWaiting",
        "missed-starts-queue",
        "The schedule could not start the worker.",
        props.schedule.missedStarts,
      ),
      ...(props.undelivered === undefined
        ? []
        : [
            this.#notEmpty(
              "NotificationsWaiting",
              "undelivered-notifications-queue",
              "A message about a token could not be delivered.",
              props.undelivered,
            ),
          ]),
    ];
  }

  /** Also starts if nothing runs any more. In the ALARM state from the deployment until the first success, which needs nobody. */
  #noSuccessfulRun(): Alarm {
    const { config, worker, schedule } = this.#props;
    const intervals = Duration.millis(2 * config.intervalMs);
    const { period, evaluationPeriods } = lookBack(intervals.plus(schedule.window).plus(worker.timeout));
    return this.#define("NoSuccessfulRun", {
      article: "no-successful-run",
      says: "No run over all tokens has succeeded in two schedule intervals.",
      metric: workerMetric(worker.lambda, "RunSucceeded", "Maximum", period),
      evaluationPeriods,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      threshold: 1,
      treatMissingData: TreatMissingData.BREACHING,
    });
  }

  #stateAlarms(): readonly Alarm[] {
    const {
      config,
      soonestExpiryDays,
      accessTokenDays,
      toleratedFailures = 0,
      toleratedUnread,
    } = this.#props;
    const { fleet } = config;
    return [
      this.#ofState("Failures", "Failed", "above", toleratedFailures, {
        article: "failures",
        says:
          fleet === undefined
            ? "Something failed in the last run, and again in its retries."
            : "Something failed in a run of the last schedule interval.",
      }),
      this.#ofState(
        "TokenNearExpiry",
        "SoonestExpiryDays",
        "below",
        soonestExpiryDays ?? soonestExpiryThreshold(config),
        { article: "token-near-expiry", says: "A token that should have been renewed will expire soon." },
      ),
      this.#ofState(
        "AccessTokenNearExpiry",
        "AccessTokenDaysLeft",
        "below",
        accessTokenDays ?? accessTokenThreshold(config),
        {
          article: "access-token-near-expiry",
          says: "An access token, which the worker uses to log in to Losant, will expire soon.",
        },
      ),
      this.#ofState("OrphansPresent", "Orphans", "above", 0, {
        article: "orphans",
        says: `The worker created tokens that nobody uses, and they still exist after ${fleet === undefined ? "the last run" : "a run of the last schedule interval"}: their strings are stored nowhere, or were never current.`,
      }),
      ...(fleet === undefined ? [] : [this.#unseen()]),
      ...(toleratedUnread === undefined ? [] : [this.#unread(toleratedUnread)]),
    ];
  }

  #unseen(): Alarm {
    return this.#ofState("Unseen", "Unseen", "above", 0, {
      article: "unseen-applications",
      says: "A run of the last schedule interval had no time to look at some applications of its shard.",
    });
  }

  #unread(tolerated: number): Alarm {
    return this.#ofState("UnreadSuccessors", "UnreadSuccessors", "above", tolerated, {
      article: "successor-unread",
      says: "Consumers will lose a token that was replaced, because three days later they don't read its successor.",
    });
  }

  #ofState(
    id: string,
    metricName: MetricName,
    bad: "above" | "below",
    threshold: number,
    words: AlarmWords,
  ): Alarm {
    const { config, worker } = this.#props;
    const isAbove = bad === "above";
    const [least, most] = ["Minimum", "Maximum"] as const;
    const which =
      config.fleet === undefined
        ? ofLastRun(isAbove ? least : most)
        : ofLastInterval(isAbove ? most : least, config.intervalMs);
    const { statistic, period, ...props } = which;
    return this.#define(id, {
      ...words,
      ...props,
      metric: workerMetric(worker.lambda, metricName, statistic, period),
      threshold,
      comparisonOperator: isAbove
        ? ComparisonOperator.GREATER_THAN_THRESHOLD
        : ComparisonOperator.LESS_THAN_THRESHOLD,
    });
  }

  #notEmpty(id: string, article: string, says: string, queue: IQueue): Alarm {
    return this.#define(id, {
      article,
      says,
      metric: queue.metricApproximateNumberOfMessagesVisible({ statistic: "Maximum" }),
      threshold: 0,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      // SQS stops reporting a queue that nobody has used for hours.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }

  #define(id: string, { article, says, ...props }: Definition): Alarm {
    const alarm = new Alarm(this, id, {
      evaluationPeriods: 1,
      ...props,
      alarmDescription: alarmDescription({ says, article }, this.#props),
    });
    const { alarmTopic } = this.#props;
    if (alarmTopic !== undefined) tellTopic(alarm, alarmTopic);
    return alarm;
  }
}

/** Of the runs whose values an alarm compares. */
type Statistic = "Minimum" | "Maximum";

/** The value of the last run counts until the next run. If a run was retried, the better value counts. */
const ofLastRun = (better: Statistic) => ({
  statistic: better,
  period: undefined,
  treatMissingData: TreatMissingData.IGNORE,
});

/** The worst value of all runs in the last interval counts, because the runs of other shards say nothing about this one. */
const ofLastInterval = (worse: Statistic, intervalMs: number) => ({
  statistic: worse,
  ...overInterval(intervalMs),
  datapointsToAlarm: 1,
  treatMissingData: TreatMissingData.NOT_BREACHING,
});
