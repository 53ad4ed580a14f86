import { CALLS_AT_FIRST, MOST_LOSANT_READS_AT_ONCE } from "../../lambda/limits.ts";
import { monthlyCosts } from "../idle/costs.ts";
import type { IdleRun } from "../idle/section.ts";
import { aim, bullets, dollars, prose, ratio, seconds, table, whole } from "./markdown.ts";

const LOG_BYTES_PER_LINE = 500;

/** The aims for the largest size. */
const AIM = { calls: 10_300, wallMs: 15_000 };

export function idleSection(runs: readonly IdleRun[]): string {
  const priced = runs.filter(({ lineagesEach }) => lineagesEach === runs[0]?.lineagesEach);
  const costs = priced.map((run) => costsOf(run));
  return [
    "## 2. A run that finds nothing",
    prose(
      `In these applications, all tokens were rotated before, and none is due. A run makes one read per access token, one
      list call per page of tokens and one ListSecrets per hundred secrets, and sends one event at the end. [A
      test](../test/run/idle.test.ts) checks that it does nothing else. The times are virtual: the worker's own work takes no
      time. The worker lists ${CALLS_AT_FIRST} applications at once at first, and more while Losant stays as fast, up to
      ${MOST_LOSANT_READS_AT_ONCE}. The columns “before” are from an earlier version, which described each secret in every run and
      always observed five applications at once.`,
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
      `The costs in US dollars per month, at [assumed](../bench/idle/costs.ts) list prices of us-east-1 and without a free
      tier: ${whole(priced[0]?.lineagesEach ?? 0)} tokens per application, a run every 6 hours with 512 MB, tokens that live for
      a year, one secret per token and one per access token, ten metrics, seven alarms and one dashboard.`,
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
    // Without the lists of tokens and the event.
    storeCallsPerRun: totalCalls - applications - 1,
    // Includes a generous second for the cold start.
    secondsPerRun: 1 + wallMs / 1_000,
    logBytesPerRun: Math.min(lineages + applications, 1_000 + applications) * LOG_BYTES_PER_LINE,
    // Twelve months less the renewal window of one.
    rotationsPerMonth: lineages / 11,
  });
}

const sum = (costs: ReadonlyMap<string, number>) => costs.values().reduce((total, cost) => total + cost, 0);
