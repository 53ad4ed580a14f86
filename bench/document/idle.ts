import { monthlyCosts } from "../idle/costs.ts";
import type { IdleRun } from "../idle/section.ts";
import { aim, bullets, dollars, prose, ratio, seconds, table, whole } from "./markdown.ts";

const LOG_BYTES_PER_LINE = 500;

/** Of the largest size. */
const AIM = { calls: 10_300, wallMs: 20_000 };

export function idleSection(runs: readonly IdleRun[]): string {
  const priced = runs.filter(({ lineagesEach }) => lineagesEach === runs[0]?.lineagesEach);
  const costs = priced.map((run) => costsOf(run));
  return [
    "## 2. A run that finds nothing",
    prose(
      `Applications whose tokens were all rotated before, none of them due. One read per access token, one listing call per
      page of tokens, one ListSecrets for every hundred secrets, and the one event that says that the run is over: that it
      is nothing else is [a test](../test/run/idle.test.ts). In virtual time, in which the worker's own work takes none. Five applications are listed at once at first,
      and more for as long as Losant is as quick as that, up to 64. The figures of before are those of the worker while it
      described each secret in every run, and looked at five applications at once, always.`,
    ),
    table(
      [
        "applications",
        "tokens each",
        "calls",
        "before",
        "wall time",
        "before",
        "of before",
        "wall / sum of the latencies",
      ],
      runs.map(({ applications, lineagesEach, totalCalls, wallMs, latencyMs, former }) => [
        whole(applications),
        whole(lineagesEach),
        whole(totalCalls),
        whole(former.totalCalls),
        seconds(wallMs),
        seconds(former.wallMs),
        ratio(wallMs / former.wallMs),
        ratio(wallMs / latencyMs),
      ]),
    ),
    aims(runs),
    prose(
      `What that costs in US dollars per month, at list prices of us-east-1 [as assumed](../bench/idle/costs.ts), before any
      free tier: ${whole(priced[0]?.lineagesEach ?? 0)} tokens in each application, a run every 6 hours at 512 MB, a year's
      life of each token, one secret per token and one per access token, nine metrics, seven alarms, one dashboard.`,
    ),
    table(
      ["", ...priced.map(({ applications }) => `${whole(applications)} applications`)],
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

function aims(runs: readonly IdleRun[]): string {
  const largest = runs.at(-1);
  if (largest === undefined) return "";
  const { applications, totalCalls, wallMs } = largest;
  return bullets(
    aim(`Calls for ${whole(applications)} applications`, totalCalls, AIM.calls, whole),
    aim("Their wall time", wallMs, AIM.wallMs, seconds),
  );
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
