import * as v from "valibot";
import { LATENCY_MS } from "../bench/latencies.ts";
import { type Selected, selectedFrom } from "../cli/status/filters.ts";
import { type Eyes, lookAt } from "../cli/status/forecast.ts";
import { getSecretValue } from "../emulators/aws/secrets-reads.ts";
import { RotationError } from "../lambda/model/errors.ts";
import { RunId } from "../lambda/model/token.ts";
import { secretListsFor } from "../lambda/observe/read-index.ts";
import { parseConfig } from "../lambda/policy/config.ts";
import { metricsOf } from "../lambda/report/metrics.ts";
import { Metrics } from "../test/infra/cloudwatch.ts";
import { type Intercept, inMemoryStore, inMemoryTokenApi, untouched } from "../test/support/ports.ts";
import { APP, DAY, HOUR, World } from "../test/support/world.ts";
import type { LogRecord } from "./log-query.ts";

const RUNS = 57;
const INTERVAL_MS = 6 * HOUR;
/** The runs in which Secrets Manager refuses to store. */
const REFUSED = { from: 31, to: 34 };

/** Before this run, a person deactivates the successor of "Weather import". */
const DEACTIVATED_BEFORE = 50;

/** What CloudWatch has after two weeks of runs. */
export interface History {
  readonly metrics: Metrics;
  readonly log: readonly LogRecord[];
  /** What the widget of the dashboard sees at the end. */
  readonly selected: Selected;
  readonly startedAt: Date;
  readonly endedAt: Date;
}

/** By name, the ages of sample tokens in days. Each lives for a year. */
const SAMPLE_TOKENS = {
  "Line 4 PLC": 120,
  "Night shift report": 290,
  "Map tiles": 312,
  "Alarm mailer": 319,
  "Weather import": 323,
  "ERP sync": 327,
  "Dashboard feed": 330,
  "Backend API": 333,
};

/** Two weeks of runs of the worker itself, on sample tokens, in memory and in virtual time. */
export async function twoWeeks(functionName: string): Promise<History> {
  const accessToken = `losant-access/${APP}`;
  const world = new World({
    config: { applications: [{ id: APP, accessToken: { secret: accessToken, renew: true } }] },
  });
  for (const { id } of world.losant.tokens(APP)) world.losant.remove(APP, id);
  const access = world.token("rotation worker", {
    age: 80 * DAY,
    lifetime: 180 * DAY,
    scope: ["all.Application"],
  });
  world.aws.putSecret(accessToken, access.token);
  for (const [name, days] of Object.entries(SAMPLE_TOKENS))
    world.token(name, { age: days * DAY, lifetime: 365 * DAY });

  const startedAt = world.clock.now();
  const metrics = new Metrics();
  const log: LogRecord[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    world.clock.advance(startedAt.getTime() + run * INTERVAL_MS - world.clock.now().getTime());
    if (run === DEACTIVATED_BEFORE) deactivateNewest(world, "Weather import");
    readAsConsumers(world);
    const isRefused = run >= REFUSED.from && run <= REFUSED.to;
    const runId = `0b8d6a1c-5f0e-4b6a-9c3d-${String(run).padStart(12, "0")}`;
    const earlier = world.log.length;
    const { facts } = await world.run(
      { trigger: "schedule" },
      { runId, intercept: isRefused ? refusing : answering },
    );
    const now = world.clock.now();
    metrics.log(metricsOf({ ...facts, functionName }, now));
    for (const { level, fields } of world.log.slice(earlier)) {
      const { message, ...others } = fields;
      log.push({
        "@timestamp": now.toISOString(),
        level: level.toUpperCase(),
        runId,
        problem: message,
        ...others,
      });
    }
  }
  return { metrics, log, startedAt, endedAt: world.clock.now(), selected: await seenIn(world) };
}

async function seenIn(world: World): Promise<Selected> {
  const config = parseConfig(world.config);
  const around = { clock: world.clock, intercept: untouched };
  const store = inMemoryStore(world.secrets, around);
  const eyes: Eyes = {
    store,
    clock: world.clock,
    secretLists: secretListsFor(config, store),
    connect: (application) =>
      inMemoryTokenApi(world.applications, application, config.secretPrefix, store, around),
  };
  const runId = v.parse(RunId, "widget");
  const forecasts = await world.clock.run(lookAt(config.applications, config, eyes, runId));
  return selectedFrom(
    forecasts,
    { tokens: [], due: false, withinMs: undefined, drift: false },
    world.clock.now(),
  );
}

/** Before each run, the consumers of all secrets but one read them. */
function readAsConsumers({ secrets, aws }: World): void {
  const isRead = (name: string) => !name.includes("/Backend_API_") && aws.value(name) !== undefined;
  for (const SecretId of aws.secretNames().filter(isRead)) getSecretValue(secrets, { SecretId });
}

function deactivateNewest(world: World, name: string): void {
  const token = world.losant.tokens(APP).findLast((candidate) => candidate.name === name);
  if (token !== undefined) world.losant.edit(APP, token.id, { status: "inactive" });
}

const LOSANT = new Set(["list", "get", "create", "deactivate", "delete", "probe"]);

const answering: Intercept = ({ operation }) => {
  if (LOSANT.has(operation)) return { latencyMs: LATENCY_MS.losant };
  return { latencyMs: operation === "publish" ? LATENCY_MS.bus : LATENCY_MS.store };
};

const refusing: Intercept = (call) =>
  call.operation === "stage"
    ? { before: new RotationError("store-denied", "Secrets Manager does not allow PutSecretValue") }
    : answering(call);
