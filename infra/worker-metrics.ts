import { Duration } from "aws-cdk-lib";
import { Metric } from "aws-cdk-lib/aws-cloudwatch";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import {
  METRIC_DIMENSION,
  METRIC_NAMESPACE,
  type MetricName,
  SHARD_DIMENSION,
} from "../lambda/report/metrics.ts";

/** A metric of the worker, for alarms and graphs. */
export function workerMetric(
  lambda: IFunction,
  metricName: MetricName,
  statistic: "Minimum" | "Maximum" | "Sum",
  period = Duration.minutes(15),
): Metric {
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensionsMap: { [METRIC_DIMENSION]: lambda.functionName },
    statistic,
    period,
  });
}

/** The metric that only a fleet has for each of its shards. */
export function shardMetric(lambda: IFunction, shard: number, period: Duration): Metric {
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName: "RunCompleted" satisfies MetricName,
    dimensionsMap: { [METRIC_DIMENSION]: lambda.functionName, [SHARD_DIMENSION]: String(shard) },
    statistic: "Maximum",
    period,
  });
}
