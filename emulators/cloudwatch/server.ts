import { type EmulatedAnswer, type EmulatedRequest, type RunningEmulator, serve } from "../http.ts";
import { CONTENT_SECURITY_POLICY, PAGE } from "./page.ts";
import type { CustomWidget, DashboardView, FunctionCall, Returned } from "./widget-call.ts";

export type { CustomWidget } from "./widget-call.ts";

/** A function that widgets can call. It returns what Lambda returns as the answer. @throws Error, whose message is shown */
export type WidgetFunction = (event: Readonly<Record<string, unknown>>) => Promise<unknown>;

export interface EmulatedDashboard {
  readonly name: string;
  readonly accountId: string;
  readonly widgets: readonly CustomWidget[];
  /** By ARN. */
  readonly functions: ReadonlyMap<string, WidgetFunction>;
  /** The code of browser/dashboard.ts, for a browser. */
  readonly script: string;
}

export interface CloudWatchEmulator extends RunningEmulator {
  /** Each call of a function, oldest first. */
  readonly invocations: readonly FunctionCall[];
}

const HEADERS = {
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
} as const;

/** Shows a dashboard with custom widgets in a browser, and treats their answers as CloudWatch does. */
export async function startCloudWatch(dashboard: EmulatedDashboard, port = 0): Promise<CloudWatchEmulator> {
  const invocations: FunctionCall[] = [];
  const { name, accountId, widgets, functions, script } = dashboard;
  const view: DashboardView = { name, accountId, widgets };
  const running = await serve(
    {
      operationOf: ({ method, url }) => `${method} ${url.pathname}`,
      perform: async (operation, request) => {
        if (!isFromHere(request)) return { status: 403 };
        switch (operation) {
          case "GET /":
            return answer("text/html; charset=utf-8", PAGE, {
              "content-security-policy": CONTENT_SECURITY_POLICY,
            });
          case "GET /dashboard.js":
            return answer("text/javascript; charset=utf-8", script);
          case "GET /dashboard.json":
            return { status: 200, headers: HEADERS, body: view };
          case "POST /invoke": {
            const call = JSON.parse(request.body) as FunctionCall;
            invocations.push(call);
            return {
              status: 200,
              headers: HEADERS,
              body: await returnedBy(functions.get(call.endpoint), call),
            };
          }
          default:
            return { status: 404 };
        }
      },
      state: () => ({ ...view, invocations }),
    },
    port,
  );
  return { ...running, invocations };
}

function answer(type: string, body: string, others: Readonly<Record<string, string>> = {}): EmulatedAnswer {
  return { status: 200, headers: { ...HEADERS, ...others, "content-type": type }, body };
}

/** No other page in the same browser may call a function, whatever name it gives to this machine. */
function isFromHere({
  method,
  headers: { host = "", origin, "content-type": type },
}: EmulatedRequest): boolean {
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host)) return false;
  return method === "GET" || (origin === `http://${host}` && type === "application/json");
}

async function returnedBy(
  called: WidgetFunction | undefined,
  { endpoint, event }: FunctionCall,
): Promise<Returned> {
  if (called === undefined) return { error: `Function not found: ${endpoint}` };
  try {
    return { value: await called(event) };
  } catch (thrown) {
    return { error: thrown instanceof Error ? thrown.message : "the function failed" };
  }
}
