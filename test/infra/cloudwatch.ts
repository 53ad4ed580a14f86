import type { MetricLine } from "../../lambda/report/metrics.ts";
import { type Resource, readable } from "./synth.ts";

/** The metrics that CloudWatch keeps: points in time, by namespace, name and dimensions. */
export class Metrics {
  /** By the key of the metric. */
  readonly #points = new Map<string, { readonly at: number; readonly value: number }[]>();

  put(namespace: string, name: string, dimensions: Dimensions, at: Date, value: number): void {
    const key = keyOf(namespace, name, dimensions);
    const points = this.#points.get(key) ?? [];
    this.#points.set(key, points);
    points.push({ at: at.getTime(), value });
  }

  /** Reads a line in the embedded metric format like CloudWatch Logs. Each metric that the line names must be there. */
  log(line: MetricLine | undefined): void {
    if (line === undefined) return;
    // CloudWatch sees only what was written to standard output.
    const { _aws, ...fields } = JSON.parse(JSON.stringify(line)) as MetricLine;
    for (const { Namespace, Dimensions, Metrics: metrics } of _aws.CloudWatchMetrics)
      for (const set of Dimensions) {
        const dimensions = Object.fromEntries(set.map((name) => [name, String(fields[name])]));
        for (const { Name } of metrics) {
          const value = fields[Name];
          if (typeof value !== "number") throw new Error(`${Name} is not a number`);
          this.put(Namespace, Name, dimensions, new Date(_aws.Timestamp), value);
        }
      }
  }

  values(key: string, from: number, to: number): readonly number[] {
    const points = this.#points.get(key) ?? [];
    return points.filter(({ at }) => at >= from && at < to).map(({ value }) => value);
  }
}

type Dimensions = Readonly<Record<string, string>>;

/** The key of a metric. */
export function keyOf(namespace: string, name: string, dimensions: Dimensions): string {
  return JSON.stringify([namespace, name, Object.entries(dimensions).sort()]);
}

export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

interface AlarmDefinition {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
  readonly Statistic: "Minimum" | "Maximum" | "Sum";
  readonly Period: number;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm?: number;
  readonly Threshold: number;
  readonly ComparisonOperator: "LessThanThreshold" | "GreaterThanThreshold";
  readonly TreatMissingData: "breaching" | "notBreaching" | "ignore";
}

export const STATISTICS = {
  Minimum: (values: readonly number[]) => Math.min(...values),
  Maximum: (values: readonly number[]) => Math.max(...values),
  Sum: (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0),
};

/**
 * The state of an alarm of the template at a moment, by CloudWatch's rules ("Evaluating an alarm"): M of the last N
 * complete periods must breach; missing ones count as TreatMissingData says; `ignore` with nothing new keeps `before`.
 */
export function stateAt(
  resource: Resource,
  metrics: Metrics,
  at: Date,
  before: AlarmState = "INSUFFICIENT_DATA",
): AlarmState {
  const alarm = readable(resource.Properties) as AlarmDefinition;
  const dimensions = Object.fromEntries(alarm.Dimensions.map(({ Name, Value }) => [Name, Value]));
  const key = keyOf(alarm.Namespace, alarm.MetricName, dimensions);
  const periodMs = alarm.Period * 1000;
  const end = Math.floor(at.getTime() / periodMs) * periodMs;
  const breaches = Array.from({ length: alarm.EvaluationPeriods }, (_, index) => {
    const from = end - (index + 1) * periodMs;
    const values = metrics.values(key, from, from + periodMs);
    return values.length === 0 ? undefined : isBreaching(alarm, STATISTICS[alarm.Statistic](values));
  });
  if (alarm.TreatMissingData === "ignore" && breaches.every((breach) => breach === undefined)) return before;
  const breaching = breaches.filter((breach) => breach ?? alarm.TreatMissingData === "breaching");
  return breaching.length >= (alarm.DatapointsToAlarm ?? alarm.EvaluationPeriods) ? "ALARM" : "OK";
}

/** The state of a composite alarm whose rule is `ALARM("a") OR ALARM("b")`, and the alarms that are at fault. */
export function compositeStateAt(
  rule: string,
  stateOf: (name: string) => AlarmState | undefined,
): { readonly state: AlarmState; readonly atFault: readonly string[] } {
  const names = rule.split(" OR ").map((term) => {
    const [, name] = /^ALARM\("([^"]+)"\)$/.exec(term) ?? [];
    if (name === undefined || stateOf(name) === undefined) throw new Error(`${term} names no alarm`);
    return name;
  });
  const atFault = names.filter((name) => stateOf(name) === "ALARM");
  return { state: atFault.length > 0 ? "ALARM" : "OK", atFault };
}

function isBreaching({ ComparisonOperator, Threshold }: AlarmDefinition, value: number): boolean {
  return ComparisonOperator === "LessThanThreshold" ? value < Threshold : value > Threshold;
}
