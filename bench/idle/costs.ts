/** List prices of us-east-1 in US dollars, without free tiers, as in docs/deploy.md. */
const PRICES = {
  secretPerMonth: 0.4,
  storeCallsPer10000: 0.05,
  gigabyteSecond: 0.0000133334,
  invocationsPerMillion: 0.2,
  metric: 0.3,
  alarm: 0.1,
  compositeAlarm: 0.5,
  dashboard: 3,
  logGigabyte: 0.5,
  eventsPerMillion: 1,
} as const;

interface Stack {
  readonly metrics: number;
  readonly alarms: number;
  readonly compositeAlarms: number;
  readonly memoryGigabytes: number;
  readonly runsPerMonth: number;
}

/** What the stack has by default. */
const STACK: Stack = { metrics: 10, alarms: 7, compositeAlarms: 0, memoryGigabytes: 0.5, runsPerMonth: 120 };

/** What it has for a fleet with 24 shards: three metrics more, one of them also for each shard, and an alarm for each shard. */
export const FLEET_STACK: Stack = {
  metrics: STACK.metrics + 3 + 24,
  alarms: STACK.alarms + 24,
  compositeAlarms: 1,
  memoryGigabytes: 0.5,
  runsPerMonth: 24 * STACK.runsPerMonth,
};

export interface Usage {
  readonly applications: number;
  readonly secrets: number;
  readonly storeCallsPerRun: number;
  readonly secondsPerRun: number;
  readonly logBytesPerRun: number;
  readonly rotationsPerMonth: number;
}

/** Dollars per month, by purpose. */
export function monthlyCosts(usage: Usage, stack = STACK): ReadonlyMap<string, number> {
  const { runsPerMonth, memoryGigabytes, metrics, alarms, compositeAlarms } = stack;
  const { secrets, storeCallsPerRun, secondsPerRun, logBytesPerRun, rotationsPerMonth } = usage;
  // A rotation reads twice, stages, promotes and settles.
  const storeCalls = runsPerMonth * storeCallsPerRun + 5 * rotationsPerMonth;
  const lambda =
    runsPerMonth * secondsPerRun * memoryGigabytes * PRICES.gigabyteSecond +
    (runsPerMonth / 1e6) * PRICES.invocationsPerMillion;
  const watching =
    metrics * PRICES.metric +
    alarms * PRICES.alarm +
    compositeAlarms * PRICES.compositeAlarm +
    PRICES.dashboard;
  return new Map([
    ["secrets", secrets * PRICES.secretPerMonth],
    ["calls of Secrets Manager", (storeCalls / 10_000) * PRICES.storeCallsPer10000],
    ["Lambda", lambda],
    ["events", ((runsPerMonth + rotationsPerMonth) / 1e6) * PRICES.eventsPerMillion],
    ["logs", ((runsPerMonth * logBytesPerRun) / 1e9) * PRICES.logGigabyte],
    ["metrics, alarms, dashboard", watching],
  ]);
}
