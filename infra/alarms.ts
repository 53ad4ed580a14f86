import { Duration } from "aws-cdk-lib";
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  type IMetric,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { RotationConfig } from "../lambda/policy/config.ts";
import type { MetricName } from "../lambda/report/metrics.ts";
import type { AlarmOptions } from "./props.ts";
import { RUNBOOK_FILE } from "./runbook-url.ts";
import type { Schedule } from "./schedule.ts";
import { accessTokenThreshold, lookBack, soonestExpiryThreshold } from "./thresholds.ts";
import type { WorkerFunction } from "./worker.ts";
import { workerMetric } from "./worker-metrics.ts";

interface AlarmsProps extends AlarmOptions {
  readonly config: RotationConfig;
  readonly worker: WorkerFunction;
  readonly schedule: Schedule;
  /** Messages to people that could not be delivered, if people are told. */
  readonly undelivered: IQueue | undefined;
}

interface Definition extends Omit<AlarmProps, "metric" | "evaluationPeriods"> {
  readonly metric: IMetric;
  readonly evaluationPeriods?: number;
  /** The article of the runbook. */
  readonly article: string;
  readonly says: string;
}

/** An alarm for each kind of problem. Each links its article in the runbook. */
export class Alarms extends Construct {
  readonly all: readonly Alarm[];
  readonly #props: AlarmsProps;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.#props = props;
    this.all = [
      this.#noSuccessfulRun(),
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
    const { config, soonestExpiryDays, accessTokenDays } = this.#props;
    return [
      this.#ofLastRun("Failures", "Failed", "above", 0, {
        article: "failures",
        says: "Something failed in the last run, and again in its retries.",
      }),
      this.#ofLastRun(
        "TokenNearExpiry",
        "SoonestExpiryDays",
        "below",
        soonestExpiryDays ?? soonestExpiryThreshold(config),
        { article: "token-near-expiry", says: "A token that should have been renewed will expire soon." },
      ),
      this.#ofLastRun(
        "AccessTokenNearExpiry",
        "AccessTokenDaysLeft",
        "below",
        accessTokenDays ?? accessTokenThreshold(config),
        {
          article: "access-token-near-expiry",
          says: "An access token, which the worker uses to log in to Losant, will expire soon.",
        },
      ),
      this.#ofLastRun("OrphansPresent", "Orphans", "above", 0, {
        article: "orphans",
        says: "The worker created tokens that nobody uses, and they still exist after the last run: their strings are stored nowhere, or were never current.",
      }),
    ];
  }

  /** The value of the last run counts until the next run. If a run was retried, the better value counts. */
  #ofLastRun(
    id: string,
    metricName: MetricName,
    bad: "above" | "below",
    threshold: number,
    words: Pick<Definition, "article" | "says">,
  ): Alarm {
    const isAbove = bad === "above";
    return this.#define(id, {
      ...words,
      metric: workerMetric(this.#props.worker.lambda, metricName, isAbove ? "Minimum" : "Maximum"),
      threshold,
      comparisonOperator: isAbove
        ? ComparisonOperator.GREATER_THAN_THRESHOLD
        : ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.IGNORE,
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
    const { runbookUrl = RUNBOOK_FILE, alarmTopic } = this.#props;
    const alarm = new Alarm(this, id, {
      evaluationPeriods: 1,
      ...props,
      alarmDescription: `${says} What to do: ${runbookUrl}#${article}`,
    });
    if (alarmTopic === undefined) return alarm;
    alarm.addAlarmAction(new SnsAction(alarmTopic));
    alarm.addOkAction(new SnsAction(alarmTopic));
    return alarm;
  }
}
