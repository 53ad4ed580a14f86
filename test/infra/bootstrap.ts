/*
 * The client between Lambda's runtime API and a handler. For a handler, it behaves like Lambda's own client for Node. Run it
 * with the environment that Lambda gives a function.
 */
import { createRequire } from "node:module";
import { join } from "node:path";

type Handler = (event: unknown, context: object) => Promise<unknown>;

const environment = process.env;
const base = `http://${environment.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;

function post(path: string, body: unknown): Promise<Response> {
  return fetch(`${base}/${path}`, { method: "POST", body: JSON.stringify(body ?? null) });
}

function describe(thrown: unknown): object {
  const { name, message, stack = "" } = thrown instanceof Error ? thrown : new Error(String(thrown));
  return { errorType: name, errorMessage: message, trace: stack.split("\n") };
}

function load(): Handler {
  const [file = "", name = ""] = (environment._HANDLER ?? "").split(".");
  const require = createRequire(import.meta.url);
  const module = require(join(environment.LAMBDA_TASK_ROOT ?? "", `${file}.js`)) as Record<string, Handler>;
  const handler = module[name];
  if (handler === undefined) throw new Error(`${environment._HANDLER} is undefined or not exported`);
  return handler;
}

async function serve(handler: Handler): Promise<void> {
  for (;;) {
    const next = await fetch(`${base}/invocation/next`);
    if (next.status !== 200) return;
    const requestId = next.headers.get("lambda-runtime-aws-request-id") ?? "";
    const deadline = Number(next.headers.get("lambda-runtime-deadline-ms"));
    const context = { awsRequestId: requestId, getRemainingTimeInMillis: () => deadline - Date.now() };
    try {
      await post(`invocation/${requestId}/response`, await handler(await next.json(), context));
    } catch (thrown) {
      await post(`invocation/${requestId}/error`, describe(thrown));
    }
  }
}

try {
  await serve(load());
} catch (thrown) {
  await post("init/error", describe(thrown));
  process.exitCode = 1;
}
