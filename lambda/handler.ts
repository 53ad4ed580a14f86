import { randomUUID } from "node:crypto";
import { Logger } from "@aws-lambda-powertools/logger";
import * as v from "valibot";
import { eventBridgeBus, eventBridgeClient } from "./adapters/aws/event-bridge.ts";
import { secretsManagerClient, secretsManagerStore } from "./adapters/aws/secrets-manager.ts";
import { deployedConfig } from "./adapters/deployed-config.ts";
import { losantConnections } from "./adapters/losant/connections.ts";
import { MOST_TOKENS_IN_FLEET } from "./limits.ts";
import { articleOn, asRotationError, RotationError, remedyFor } from "./model/errors.ts";
import { eachText, printable, printableJson, printableValue } from "./model/printable.ts";
import { RunId } from "./model/token.ts";
import { parseConfigText } from "./policy/config.ts";
import { isFromDashboard, parseRequest } from "./policy/request.ts";
import type { Clock, Log, LogFields } from "./ports.ts";
import { metricsOf } from "./report/metrics.ts";
import { popupOfFailure, popupOfRun } from "./report/popup.ts";
import type { Report } from "./report/report.ts";
import { type RunResult, run } from "./run/run.ts";
import type { RunWatch } from "./run/watch.ts";

/** The part of Lambda's context that the worker uses. A terminal has none. */
export interface InvocationContext {
  readonly awsRequestId?: string;
  getRemainingTimeInMillis?(): number;
}

/** The maximum timeout of Lambda, and the time limit of a run outside of Lambda. */
export const LONGEST_RUN_MS = 15 * 60_000;
/** Lambda shows 256 KB of an error. An email of an alarm shows much less. */
const MAX_MESSAGE = 4_000;
/** How many articles of the runbook an error links to. */
const MAX_ARTICLES = 5;

const logger = new Logger({ serviceName: "losant-token-rotation", jsonReplacerFn: eachText(printable) });

const clock: Clock = {
  now: () => new Date(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** The clients for AWS. */
export interface AwsAccess {
  readonly store: ReturnType<typeof secretsManagerStore>;
  readonly events: ReturnType<typeof eventBridgeClient>;
}

/** What a run in a terminal replaces. */
export interface TerminalRun {
  readonly log?: Log;
  readonly aws?: AwsAccess;
  readonly watch?: RunWatch;
}

let keptAws: AwsAccess | undefined;

/** The clients of this process. A function keeps them between invocations. */
function ownAws(): AwsAccess {
  keptAws ??= { store: secretsManagerStore(secretsManagerClient()), events: eventBridgeClient() };
  return keptAws;
}

/**
 * The Lambda function. Returns the report of the run. If anything failed, it finishes everything else and then throws, so that
 * Lambda tries again and alarms notice it. A scheduled run of a fleet throws only if it isn't completed, see `isCompleted`. The
 * button of a dashboard gets a short page instead, also about failures, because a person waits for it, and Lambda never repeats its
 * calls. The log, the metrics and the events are the same.
 */
export async function handler(event: unknown, context: InvocationContext = {}): Promise<Report | string> {
  warnOfProxies();
  const runbook = process.env.RUNBOOK_URL;
  const result = await start(event, context);
  if (result instanceof RotationError) {
    if (isFromDashboard(event)) return popupOfFailure(result, runbook).text;
    throw new Error(
      printable(`${result.code}: ${result.message}. ${remedyFor(result.code, runbook)}`).slice(
        0,
        MAX_MESSAGE,
      ),
    );
  }
  const { report, failures, codes, isToBeRepeated, facts } = result;
  writeMetrics(facts);
  logger.info("run completed", {
    runId: report.runId,
    trigger: report.trigger,
    dryRun: report.dryRun,
    summary: report.summary,
    ...(facts.fleet && { shard: facts.fleet.shard, applications: facts.fleet.applications }),
  });
  if (isFromDashboard(event))
    return popupOfRun(result, parseRequest(event).selection.tokens ?? [], runbook).text;
  if (!isToBeRepeated) return printableValue(report);
  // The links come first, because a long message is cut at its end.
  const articles = codes.slice(0, MAX_ARTICLES).map((code) => articleOn(code, runbook));
  const message = `run ${report.runId} finished with failures (see ${articles.join(", ")}): ${failures.join("; ")}`;
  throw new Error(printable(message).slice(0, MAX_MESSAGE));
}

const PROXIES = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"];

let isWarnedOfProxies = false;

/** No adapter uses a proxy, and a person who set one would look for the cause elsewhere. Once for each process. */
function warnOfProxies(): void {
  const found = PROXIES.find((name) => (process.env[name] ?? "") !== "");
  if (found === undefined || isWarnedOfProxies) return;
  isWarnedOfProxies = true;
  logger.warn(`${found} is set: proxies are not supported, and requests go to Losant and AWS directly`);
}

/** A separate line for CloudWatch. It bypasses the console, which Lambda wraps in JSON. Outside of Lambda, it isn't written. */
function writeMetrics(facts: RunResult["facts"]): void {
  const functionName = process.env.AWS_LAMBDA_FUNCTION_NAME;
  const line = functionName === undefined ? undefined : metricsOf({ ...facts, functionName }, clock.now());
  if (line !== undefined) process.stdout.write(`${printableJson(line)}\n`);
}

/** The run, or why it could not start. */
async function start(event: unknown, context: InvocationContext): Promise<RunResult | RotationError> {
  try {
    return await runOnce(event, deployedConfig(import.meta.dirname, process.env.ROTATION_CONFIG), context);
  } catch (thrown) {
    const error = asRotationError(thrown);
    const { code, message } = error;
    const remedy = remedyFor(code, process.env.RUNBOOK_URL);
    logger.error("the run could not start", { code, problem: message, remedy });
    return error;
  }
}

/**
 * One run with the real adapters, which take region, credentials and endpoints from the SDK's standard variables,
 * unless the last argument replaces them.
 * @throws RotationError `config-invalid` or `event-invalid`. Later failures are in the result.
 */
export async function runOnce(
  event: unknown,
  config: string,
  context: InvocationContext = {},
  { log = powertoolsLog, aws = ownAws(), watch }: TerminalRun = {},
): Promise<RunResult> {
  const settings = parseConfigText(config, "rotation.config.json");
  const request = parseRequest(event);
  const runId = runIdOf(context);
  logger.appendKeys({ runId });
  const { store, events } = aws;
  const { losantApiUrl: baseUrl, secretPrefix } = settings;
  // A run waits itself after a 429, for all of its calls together.
  const limits = {
    retriesThrottled: false,
    ...(settings.fleet && { maxTokens: MOST_TOKENS_IN_FLEET }),
  };
  return run(request, {
    config: settings,
    runId,
    clock,
    deadline: new Date(clock.now().getTime() + (context.getRemainingTimeInMillis?.() ?? LONGEST_RUN_MS)),
    log,
    runbook: process.env.RUNBOOK_URL,
    store,
    bus: eventBridgeBus(events, { busName: settings.eventBusName }),
    losant: (of) => losantConnections({ baseUrl, secretPrefix, limits, ...of }),
    watch,
  });
}

const powertoolsLog: Log = {
  info: (message, fields) => logger.info(message, fieldsOf(fields)),
  warn: (message, fields) => logger.warn(message, fieldsOf(fields)),
  error: (message, fields) => logger.error(message, fieldsOf(fields)),
};

/** `message` is the message of the line itself: Powertools drops a field with that name. */
function fieldsOf({ message, ...fields }: LogFields = {}): Record<string, unknown> {
  return message === undefined ? fields : { ...fields, problem: message };
}

/** Lambda's retries of one event have the same request id, so a retry recognises its own work. */
function runIdOf({ awsRequestId }: InvocationContext): RunId {
  const given = v.safeParse(RunId, awsRequestId);
  return given.success ? given.output : v.parse(RunId, randomUUID());
}
