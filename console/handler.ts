import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { secretsManagerClient, secretsManagerStore } from "../lambda/adapters/aws/secrets-manager.ts";
import { deployedConfig } from "../lambda/adapters/deployed-config.ts";
import { losantConnections } from "../lambda/adapters/losant/connections.ts";
import { asRotationError } from "../lambda/model/errors.ts";
import { once } from "../lambda/model/remembered.ts";
import { RunId } from "../lambda/model/token.ts";
import { secretListsFor } from "../lambda/observe/read-index.ts";
import { parseConfigText } from "../lambda/policy/config.ts";
import type { Clock } from "../lambda/ports.ts";
import { discover } from "../lambda/run/discovery.ts";
import { DOCUMENTATION } from "./documentation.ts";
import type { Sights } from "./look.ts";
import { failurePage } from "./render/failure.ts";
import { widgetRequest } from "./request.ts";
import { type Surroundings, widgetPage } from "./widget.ts";

/** The part of Lambda's context that the widget uses. */
export interface WidgetInvocation {
  readonly invokedFunctionArn?: string;
  getRemainingTimeInMillis?(): number;
}

/** The time that is left for rendering and answering, of the function's timeout. */
const ANSWER_MS = 5_000;
/** How long it looks outside of Lambda. */
const USUAL_PATIENCE_MS = 25_000;

const clock: Clock = {
  now: () => new Date(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref()),
};

let keptStore: ReturnType<typeof secretsManagerStore> | undefined;

/**
 * The function of the dashboard's widget. Returns a page, or the documentation of the widget. It writes nothing, and answers every
 * event: a failure is a page too.
 */
export async function widget(
  event: unknown,
  context: WidgetInvocation = {},
): Promise<string | { readonly markdown: string }> {
  const request = widgetRequest(event);
  if (request.isDescribe) return { markdown: DOCUMENTATION };
  try {
    return (await widgetPage(request, surroundingsOf(context))).text;
  } catch (thrown) {
    const error = asRotationError(thrown);
    console.error({ message: "the page could not be made", code: error.code, problem: error.message });
    return failurePage(error, request.theme).text;
  }
}

function surroundingsOf({ invokedFunctionArn = "", ...context }: WidgetInvocation): Surroundings {
  const { WORKER_ARN: worker, WORKER_LOG_GROUP: logGroup, RUNBOOK_URL: runbook } = process.env;
  const [, partition = "aws", , region = ""] = invokedFunctionArn.split(":");
  const left = context.getRemainingTimeInMillis?.();
  return {
    sights: sightsNow(),
    patienceMs: left === undefined ? USUAL_PATIENCE_MS : Math.max(0, left - ANSWER_MS),
    runId: v.parse(RunId, randomUUID()),
    aws: { partition, region: region || (process.env.AWS_REGION ?? ""), logGroup, runbook },
    endpoints: worker === undefined ? undefined : { worker, widget: invokedFunctionArn },
  };
}

/** Everything is read again for each page: access tokens aren't kept from one invocation to the next. */
function sightsNow(): Sights {
  const config = parseConfigText(
    deployedConfig(import.meta.dirname, process.env.ROTATION_CONFIG),
    "rotation.config.json",
  );
  keptStore ??= secretsManagerStore(secretsManagerClient());
  const store = keptStore;
  const { losantApiUrl: baseUrl, secretPrefix } = config;
  const losant = losantConnections({ baseUrl, credentials: store, secretPrefix });
  return {
    config,
    store,
    clock,
    secretLists: secretListsFor(config, store),
    connect: losant.connect,
    discover: once(() => discover(config, losant.directoryOf)),
  };
}
