import { Duration } from "aws-cdk-lib";
import {
  AlarmStatusWidget,
  Dashboard as CloudWatchDashboard,
  CustomWidget,
  GraphWidget,
  type IWidget,
  LogQueryWidget,
  SingleValueWidget,
} from "aws-cdk-lib/aws-cloudwatch";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import type { RotationConfig } from "../lambda/policy/config.ts";
import type { MetricName } from "../lambda/report/metrics.ts";
import type { Alarms } from "./alarms.ts";
import { fleetRows } from "./fleet-dashboard.ts";
import type { WorkerFunction } from "./worker.ts";
import { workerMetric } from "./worker-metrics.ts";

interface DashboardProps {
  readonly worker: WorkerFunction;
  readonly alarms: Alarms;
  readonly config: RotationConfig;
  /** The function of the custom widget, if there is one. */
  readonly widget: IFunction | undefined;
}

const FULL = 24;
const HALF = 12;

/**
 * From top to bottom: the tokens, whether runs succeed, what they did, what failed. A fleet has sums of its runs. Without the widget,
 * there are tables of the next tokens and of warnings instead, from the log.
 */
export class Dashboard extends Construct {
  readonly dashboard: CloudWatchDashboard;

  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    const { config, worker, alarms } = props;
    const rows =
      config.fleet === undefined
        ? [isItWorking(props), whatIsNext(props)]
        : fleetRows({ worker, alarms, intervalMs: config.intervalMs, ...config.fleet });
    this.dashboard = new CloudWatchDashboard(this, "Dashboard", {
      defaultInterval: Duration.days(14),
      widgets: [...tokensIn(props), ...rows, ...whatFailed(props)],
    });
  }
}

/** Every token, and what to do. Until the person who looks allows it, CloudWatch doesn't run it. */
function tokensIn({ widget }: DashboardProps): IWidget[][] {
  if (widget === undefined) return [];
  const tokens = new CustomWidget({
    title: "Losant API tokens",
    functionArn: widget.functionArn,
    updateOnRefresh: true,
    updateOnResize: true,
    updateOnTimeRangeChange: false,
    width: FULL,
    height: 16,
  });
  return [[tokens]];
}

function isItWorking({ worker, alarms, config: { intervalMs } }: DashboardProps): IWidget[] {
  // The period is long enough to contain a run. Without one, there is no value.
  const lastRun = Duration.millis(Math.min(2 * intervalMs, 86_400_000));
  const latest = (name: MetricName, statistic: "Minimum" | "Maximum") =>
    workerMetric(worker.lambda, name, statistic, lastRun);
  return [
    new AlarmStatusWidget({ title: "Is it working?", alarms: [...alarms.all], width: HALF, height: 5 }),
    new SingleValueWidget({
      title: "The latest runs",
      metrics: [
        latest("RunSucceeded", "Maximum"),
        latest("Listed", "Maximum"),
        latest("Failed", "Maximum"),
        latest("Orphans", "Maximum"),
        latest("UnreadSuccessors", "Maximum"),
        latest("SoonestExpiryDays", "Minimum"),
        latest("AccessTokenDaysLeft", "Minimum"),
      ],
      width: HALF,
      height: 5,
    }),
  ];
}

/** The custom widget shows the tokens themselves, without those that were replaced. */
function whatIsNext({ worker, widget }: DashboardProps): IWidget[] {
  const sum = (name: MetricName) => workerMetric(worker.lambda, name, "Sum", Duration.hours(6));
  const width = widget === undefined ? HALF / 2 : HALF;
  const next = new LogQueryWidget({
    title: "Next to be renewed",
    logGroupNames: [worker.logGroup.logGroupName],
    queryLines: [
      "filter ispresent(outcome)",
      "stats latest(outcome) as state, latest(dueDate) as due, latest(expirationDate) as expires, latest(name) as token, latest(secretName) as secret by tokenId",
      'filter state = "waiting"',
      "sort due asc",
      "limit 20",
    ],
    width: HALF,
    height: 8,
  });
  return [
    ...(widget === undefined ? [next] : []),
    new GraphWidget({
      title: "Days until the soonest expiry: tokens, access tokens (365: a year or more)",
      left: [
        workerMetric(worker.lambda, "SoonestExpiryDays", "Minimum", Duration.hours(6)),
        workerMetric(worker.lambda, "AccessTokenDaysLeft", "Minimum", Duration.hours(6)),
      ],
      width,
      height: 8,
    }),
    new GraphWidget({
      title: "What the runs did",
      left: [sum("Rotated"), sum("Deferred"), sum("Failed")],
      width,
      height: 8,
    }),
  ];
}

function whatFailed({ worker, widget }: DashboardProps): IWidget[][] {
  const failures = new LogQueryWidget({
    title: "What failed, and what to do",
    logGroupNames: [worker.logGroup.logGroupName],
    queryLines: [
      'filter level = "ERROR"',
      "fields @timestamp, code, problem, remedy, name, secretName, runId",
      "sort @timestamp desc",
      "limit 50",
    ],
    width: FULL,
    height: 8,
  });
  const warnings = new LogQueryWidget({
    title: "Warnings: tokens that need a person",
    logGroupNames: [worker.logGroup.logGroupName],
    queryLines: [
      'filter level = "WARN"',
      "stats latest(@timestamp) as seen, latest(name) as token, latest(expirationDate) as expires, latest(secretName) as secret by reason, tokenId",
      "sort expires asc",
      "limit 50",
    ],
    width: HALF,
    height: 6,
  });
  const durations = new GraphWidget({
    title: "How long runs take, in milliseconds",
    left: [workerMetric(worker.lambda, "DurationMs", "Maximum", Duration.hours(1))],
    leftAnnotations: [{ value: worker.timeout.toMilliseconds(), label: "timeout" }],
    width: widget === undefined ? HALF : FULL,
    height: 6,
  });
  return [[failures], [...(widget === undefined ? [warnings] : []), durations]];
}
