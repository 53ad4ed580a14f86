import { createRequire } from "node:module";

/* A separate process for each invocation, like a cold start in Lambda: loads the deployed bundle, and invokes it once. */

export interface Invocation {
  /** The bundle, and the name of the function that it exports. */
  readonly code: string;
  readonly handler: string;
  readonly event: unknown;
  readonly requestId: string;
  readonly functionArn: string;
}

/** What the function returned, or the message of its error. */
export type Invoked = { readonly returned: unknown } | { readonly error: string };

type Handler = (event: unknown, context: object) => Promise<unknown>;

const TIMEOUT_MS = 15 * 60_000;

process.once("message", async ({ code, handler, event, requestId, functionArn }: Invocation) => {
  const endsAt = Date.now() + TIMEOUT_MS;
  const context = {
    awsRequestId: requestId,
    invokedFunctionArn: functionArn,
    getRemainingTimeInMillis: () => endsAt - Date.now(),
  };
  const bundle = createRequire(import.meta.url)(code) as Readonly<Record<string, Handler>>;
  const invoked: Promise<Invoked> | undefined = bundle[handler]?.(event, context).then(
    (returned) => ({ returned }),
    (thrown) => ({ error: thrown instanceof Error ? thrown.message : "not an error" }),
  );
  process.send?.(await invoked, () => process.disconnect());
});
