import type { Template } from "aws-cdk-lib/assertions";
import { metricsOf, type RunFacts } from "../../lambda/report/metrics.ts";
import { Metrics } from "./cloudwatch.ts";
import { type Resource, resourcesOf } from "./synth.ts";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
export const START = new Date("2026-03-01T12:00:00Z");
const FUNCTION = "<TokenRotationWorkerFunction>";

export const later = (ms: number) => new Date(START.getTime() + ms);
export function alarmsOf(template: Template): Readonly<Record<string, Resource>> {
  const all = Object.entries(resourcesOf(template, "AWS::CloudWatch::Alarm"));
  return Object.fromEntries(
    all.map(([id, alarm]) => [id.replace(/^TokenRotationAlarms(.*).{8}$/, "$1"), alarm]),
  );
}

export interface Run extends Partial<Omit<RunFacts, "report" | "functionName">> {
  readonly summary?: Partial<RunFacts["report"]["summary"]>;
  readonly dryRun?: boolean;
}

/** The metrics of a run that ends at this moment. By default, the run is a success. */
export function runAt(at: Date, { summary, dryRun = false, ...facts }: Run = {}) {
  const none = { listed: 12, rotated: 0, resumed: 0, announced: 0, retired: 0, discarded: 0 };
  const report = {
    runId: "run-1",
    dryRun,
    startedAt: new Date(at.getTime() - 4_000).toISOString(),
    finishedAt: at.toISOString(),
    summary: { ...none, skipped: 0, waiting: 12, deferred: 0, failed: 0, ...summary },
  };
  const good = {
    isWhole: true,
    succeeded: true,
    orphans: 0,
    unreadSuccessors: 0,
    soonestExpiryAt: new Date(at.getTime() + 29 * DAY_MS),
    accessTokenExpiresAt: new Date(at.getTime() + 60 * DAY_MS),
  };
  return metricsOf({ functionName: FUNCTION, report, ...good, ...facts }, at);
}

export function every(intervalMs: number, count: number, run: Run = {}): Metrics {
  const metrics = new Metrics();
  for (let index = 0; index < count; index += 1) metrics.log(runAt(later(index * intervalMs), run));
  return metrics;
}
