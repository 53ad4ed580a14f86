import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { writeFunctionCode } from "#function-code";
import type { Report } from "../lambda/report/report.ts";
import { ACCOUNT, type Emulators, REGION } from "./emulators.ts";
import type { Invocation, Invoked } from "./invoke.ts";

/** The result of an invocation: its report, or the message of its error. */
export type Answer = { readonly report: Report } | { readonly error: string };

/** The bundle that you would deploy, in a temporary folder. */
export interface LocalWorker {
  readonly configFile: string;
  /** JSON lines, as in CloudWatch. */
  readonly logFile: string;
  /** One run in a separate process. Lambda gives each event a `requestId`, which is the same in its retries. */
  invoke(event: object, requestId?: string): Promise<Answer>;
  /** The functions that the dashboard calls: for each, what it returns. They throw the message of its error. */
  readonly functions: ReadonlyMap<string, (event: object) => Promise<unknown>>;
  /** Everything that it has logged so far. */
  log(): Promise<string>;
  remove(): Promise<void>;
}

const arnOf = (name: string) => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`;
export const WORKER_ARN = arnOf("losant-token-rotation");
export const WIDGET_ARN = arnOf("losant-token-rotation-widget");

/** In the package, this file is compiled and in another folder: see `imports` in package.json. */
const INVOKE = createRequire(import.meta.url).resolve("#demo-invoke");

export async function bundledWorker(config: object, emulators: Emulators): Promise<LocalWorker> {
  const folder = await mkdtemp(join(tmpdir(), "losant-token-rotation-"));
  const widgetFolder = join(folder, "widget");
  const configFile = join(folder, "rotation.config.json");
  const logFile = join(folder, "worker.log");
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await mkdir(widgetFolder);
    writeFunctionCode(folder);
    writeFunctionCode(widgetFolder, "widget");
    const text = `${JSON.stringify(config, undefined, 2)}\n`;
    for (const place of [folder, widgetFolder]) await writeFile(join(place, basename(configFile)), text);
    await writeFile(logFile, "");
  } catch (thrown) {
    await remove();
    throw thrown;
  }
  const env = environmentFor(emulators, folder);
  const running = new Set<ChildProcess>();
  const invoked = async (invocation: Omit<Invocation, "requestId">, requestId: string = randomUUID()) => {
    const log = await open(logFile, "a");
    const child = fork(INVOKE, { cwd: folder, env, stdio: ["ignore", log.fd, log.fd, "ipc"] });
    running.add(child);
    try {
      return await answered(child, { ...invocation, requestId });
    } finally {
      running.delete(child);
      await log.close();
    }
  };
  const worker = { code: join(folder, "index.js"), handler: "handler", functionArn: WORKER_ARN };
  const widget = { code: join(widgetFolder, "index.js"), handler: "widget", functionArn: WIDGET_ARN };
  return {
    configFile,
    logFile,
    invoke: async (event, requestId) => {
      const answer = await invoked({ ...worker, event }, requestId);
      return "error" in answer ? answer : { report: answer.returned as Report };
    },
    functions: new Map(
      [worker, widget].map((called) => [
        called.functionArn,
        async (event: object) => {
          const answer = await invoked({ ...called, event });
          if ("error" in answer) throw new Error(answer.error);
          return answer.returned;
        },
      ]),
    ),
    log: () => readFile(logFile, "utf8"),
    remove: async () => {
      for (const child of running) child.kill();
      await remove();
    },
  };
}

function answered(child: ChildProcess, invocation: Invocation): Promise<Invoked> {
  return new Promise((resolve, reject) => {
    child.once("message", (answer) => resolve(answer as Invoked));
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the function ended with code ${code} and no answer`)));
    child.send(invocation);
  });
}

/** Points the worker to the emulators. The machine's own AWS settings must not point it anywhere else. */
function environmentFor({ aws, region }: Emulators, folder: string): NodeJS.ProcessEnv {
  const isForeign = (name: string) =>
    /^(AWS_|POWERTOOLS_|ROTATION_CONFIG$|NODE_USE_ENV_PROXY$|NODE_OPTIONS$)/.test(name);
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !isForeign(name))),
    ...emulatorVariables(aws.url, region),
    AWS_CONFIG_FILE: join(folder, "no-config"),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, "no-credentials"),
    AWS_EC2_METADATA_DISABLED: "true",
    WORKER_ARN,
  };
}

/** Variables that point the SDK and the AWS CLI to an emulator. */
export function emulatorVariables(url: string, region: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: region,
    // The AWS CLI reads this one.
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: "demo",
    AWS_SECRET_ACCESS_KEY: "demo",
  };
}
