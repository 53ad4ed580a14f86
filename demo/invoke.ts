import { createRequire } from "node:module";
import { join } from "node:path";
import type { handler } from "../lambda/handler.ts";

/* A separate process for each run, like a cold start in Lambda: loads the deployed bundle, and invokes it once. */

export interface Invocation {
  /** The folder of the bundle's `index.js`. */
  readonly folder: string;
  readonly event: unknown;
  readonly requestId: string;
}

const TIMEOUT_MS = 15 * 60_000;

process.once("message", async ({ folder, event, requestId }: Invocation) => {
  const endsAt = Date.now() + TIMEOUT_MS;
  const context = { awsRequestId: requestId, getRemainingTimeInMillis: () => endsAt - Date.now() };
  const bundle = createRequire(import.meta.url)(join(folder, "index.js")) as {
    readonly handler: typeof handler;
  };
  const answer = await bundle.handler(event, context).then(
    (report) => ({ report }),
    (thrown) => ({ error: thrown instanceof Error ? thrown.message : "not an error" }),
  );
  process.send?.(answer, () => process.disconnect());
});
