import { Duration } from "aws-cdk-lib";
import { AlarmStatusWidget, GraphWidget, type IWidget, SingleValueWidget } from "aws-cdk-lib/aws-cloudwatch";
import type { MetricName } from "../lambda/report/metrics.ts";
import type { Alarms } from "./alarms.ts";
import type { WorkerFunction } from "./worker.ts";
import { workerMetric } from "./worker-metrics.ts";

interface FleetDashboardProps {
  readonly worker: WorkerFunction;
  readonly alarms: Alarms;
  readonly intervalMs: number;
  readonly shards: number;
}

const FULL = 24;
const HALF = 12;

/** Whether runs complete, and what they did: each run has only a shard, so their values are added up. */
export function fleetRows(props: FleetDashboardProps): IWidget[][] {
  return [isItWorking(props), whatRunsDid(props), [ofShards(props)]];
}

function isItWorking({ worker, alarms, intervalMs, shards }: FleetDashboardProps): IWidget[] {
  const over = (name: MetricName, statistic: "Minimum" | "Maximum" | "Sum", label: string) =>
    workerMetric(worker.lambda, name, statistic, Duration.hours(1)).with({ label });
  return [
    new AlarmStatusWidget({ title: "Is it working?", alarms: [...alarms.all], width: HALF, height: 5 }),
    new SingleValueWidget({
      title: "The last interval, all shards together",
      metrics: [
        over("RunCompleted", "Sum", `completed runs (${shards} shards)`),
        over("Applications", "Sum", "applications"),
        over("Unseen", "Sum", "of them not seen"),
        over("Listed", "Sum", "tokens"),
        over("Rotated", "Sum", "rotated"),
        over("Failed", "Sum", "failed"),
        over("Orphans", "Sum", "orphans"),
        over("UnreadSuccessors", "Sum", "unread successors"),
        over("SoonestExpiryDays", "Minimum", "days until the soonest expiry"),
        over("AccessTokenDaysLeft", "Minimum", "days of the access token"),
      ],
      // The whole of this range, because a sum over the current period would lack the shards whose turn is still to come.
      start: `-${Duration.millis(intervalMs).toIsoString()}`,
      setPeriodToTimeRange: true,
      width: HALF,
      height: 5,
    }),
  ];
}

function whatRunsDid({ worker }: FleetDashboardProps): IWidget[] {
  const eachHour = (name: MetricName, statistic: "Minimum" | "Sum") =>
    workerMetric(worker.lambda, name, statistic, Duration.hours(1));
  const graph = (title: string, ...left: readonly ReturnType<typeof eachHour>[]) =>
    new GraphWidget({ title, left: [...left], width: FULL / 3, height: 8 });
  return [
    graph("Applications in each hour", eachHour("Applications", "Sum"), eachHour("Unseen", "Sum")),
    graph(
      "What the runs of each hour did",
      eachHour("Rotated", "Sum"),
      eachHour("Deferred", "Sum"),
      eachHour("Failed", "Sum"),
    ),
    graph(
      "Days until the soonest expiry: tokens, access tokens (365: a year or more)",
      eachHour("SoonestExpiryDays", "Minimum"),
      eachHour("AccessTokenDaysLeft", "Minimum"),
    ),
  ];
}

function ofShards({ alarms, shards }: FleetDashboardProps): IWidget {
  return new AlarmStatusWidget({
    title: "Shards: red if no run has completed in two intervals",
    alarms: [...alarms.ofShards],
    width: FULL,
    height: 2 + Math.ceil(shards / 6),
  });
}
