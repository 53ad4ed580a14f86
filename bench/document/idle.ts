import { monthlyCosts } from "../idle/costs.ts";
import { type IdleRun, LINEAGES_EACH } from "../idle/section.ts";
import { dollars, prose, ratio, seconds, table, whole } from "./markdown.ts";

const LOG_BYTES_PER_LINE = 500;

export function idleSection(
  runs: readonly IdleRun[],
  real: { readonly applications: number; readonly wallMs: number },
): string {
  const costs = runs.map((run) => costsOf(run));
  return [
    "## 2. A run that finds nothing",
    prose(
      `Applications with ${LINEAGES_EACH} tokens each, all rotated before and none due. One listing call per page, one read
      per access token, one DescribeSecret per lineage, and the one event that says that the run is over: that it is
      nothing else is [a test](../test/e2e/calls.test.ts). In virtual time; five applications are observed at once, and
      twenty secrets of each.`,
    ),
    table(
      ["applications", "calls", "wall time", "sum of the latencies", "wall / sum"],
      runs.map(({ applications, totalCalls, wallMs, latencyMs }) => [
        whole(applications),
        whole(totalCalls),
        seconds(wallMs),
        seconds(latencyMs),
        ratio(wallMs / latencyMs),
      ]),
    ),
    prose(
      `In real time, the deployed bundle takes ${seconds(real.wallMs)} for ${whole(real.applications)} applications, its
      own work and that of this machine included.`,
      `What that costs in US dollars per month, at list prices of us-east-1 [as assumed](../bench/idle/costs.ts), before any
      free tier: a run every 6 hours at 512 MB, a year's life of each token, one secret per token and one per access
      token, nine metrics, seven alarms, one dashboard.`,
    ),
    table(
      ["", ...runs.map(({ applications }) => `${whole(applications)} applications`)],
      [
        ...[...(costs[0]?.keys() ?? [])].map((what) => [
          what,
          ...costs.map((of) => dollars(of.get(what) ?? 0)),
        ]),
        ["**together**", ...costs.map((of) => `**${dollars(sum(of))}**`)],
        ["without the secrets", ...costs.map((of) => dollars(sum(of) - (of.get("secrets") ?? 0)))],
      ],
    ),
  ].join("\n\n");
}

function costsOf({ applications, lineages, totalCalls, wallMs }: IdleRun): ReadonlyMap<string, number> {
  return monthlyCosts({
    applications,
    secrets: lineages + applications,
    // All but the listings and the event.
    storeCallsPerRun: totalCalls - applications - 1,
    // A cold start, generously.
    secondsPerRun: 1 + wallMs / 1_000,
    logBytesPerRun: Math.min(lineages + applications, 1_000 + applications) * LOG_BYTES_PER_LINE,
    // Twelve months less the renewal window of one.
    rotationsPerMonth: lineages / 11,
  });
}

const sum = (costs: ReadonlyMap<string, number>) => costs.values().reduce((total, cost) => total + cost, 0);
