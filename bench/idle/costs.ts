/** List prices of us-east-1 in US dollars, without free tiers, as in docs/deploy.md. */
const PRICES = {
  secretPerMonth: 0.4,
  storeCallsPer10000: 0.05,
  gigabyteSecond: 0.0000133334,
  invocationsPerMillion: 0.2,
  metric: 0.3,
  alarm: 0.1,
  dashboard: 3,
  logGigabyte: 0.5,
  eventsPerMillion: 1,
} as const;

/** What the stack has by default. */
const STACK = { metrics: 9, alarms: 7, memoryGigabytes: 0.5, runsPerMonth: 120 } as const;

export interface Usage {
  readonly applications: number;
  readonly secrets: number;
  readonly storeCallsPerRun: number;
  readonly secondsPerRun: number;
  readonly logBytesPerRun: number;
  readonly rotationsPerMonth: number;
}

/** Dollars per month, by purpose. */
export function monthlyCosts(usage: Usage): ReadonlyMap<string, number> {
  const { runsPerMonth, memoryGigabytes, metrics, alarms } = STACK;
  const { secrets, storeCallsPerRun, secondsPerRun, logBytesPerRun, rotationsPerMonth } = usage;
  // A rotation reads twice, stages, promotes and settles.
  const storeCalls = runsPerMonth * storeCallsPerRun + 5 * rotationsPerMonth;
  const lambda =
    runsPerMonth * secondsPerRun * memoryGigabytes * PRICES.gigabyteSecond +
    (runsPerMonth / 1e6) * PRICES.invocationsPerMillion;
  const watching = metrics * PRICES.metric + alarms * PRICES.alarm + PRICES.dashboard;
  return new Map([
    ["secrets", secrets * PRICES.secretPerMonth],
    ["calls of Secrets Manager", (storeCalls / 10_000) * PRICES.storeCallsPer10000],
    ["Lambda", lambda],
    ["events", ((runsPerMonth + rotationsPerMonth) / 1e6) * PRICES.eventsPerMillion],
    ["logs", ((runsPerMonth * logBytesPerRun) / 1e9) * PRICES.logGigabyte],
    ["metrics, alarms, dashboard", watching],
  ]);
}
