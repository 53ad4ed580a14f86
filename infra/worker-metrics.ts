import { Duration } from "aws-cdk-lib";
import { Metric } from "aws-cdk-lib/aws-cloudwatch";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { METRIC_DIMENSION, METRIC_NAMESPACE, type MetricName } from "../lambda/report/metrics.ts";

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
