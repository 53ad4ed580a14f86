import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeFunctionCode } from "#function-code";
import type { Report } from "../lambda/report/report.ts";
import type { Emulators } from "./emulators.ts";
import type { Invocation } from "./invoke.ts";

/** The result of an invocation: its report, or the message of its error. */
export type Answer = { readonly report: Report } | { readonly error: string };

/** The bundle that you would deploy, in a temporary folder. */
export interface LocalWorker {
  readonly configFile: string;
  /** JSON lines, as in CloudWatch. */
  readonly logFile: string;
  /** One run in a separate process. Lambda gives each event a `requestId`, which is the same in its retries. */
  invoke(event: object, requestId?: string): Promise<Answer>;
  /** Everything that it has logged so far. */
  log(): Promise<string>;
  remove(): Promise<void>;
}

/** In the package, this file is compiled and in another folder: see `imports` in package.json. */
const INVOKE = createRequire(import.meta.url).resolve("#demo-invoke");

export async function bundledWorker(config: object, emulators: Emulators): Promise<LocalWorker> {
  const folder = await mkdtemp(join(tmpdir(), "losant-token-rotation-"));
  const configFile = join(folder, "rotation.config.json");
  const logFile = join(folder, "worker.log");
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    writeFunctionCode(folder);
    await writeFile(configFile, `${JSON.stringify(config, undefined, 2)}\n`);
    await writeFile(logFile, "");
  } catch (thrown) {
    await remove();
    throw thrown;
  }
  const env = environmentFor(emulators, folder);
  const running = new Set<ChildProcess>();
  return {
    configFile,
    logFile,
    invoke: async (event, requestId = randomUUID()) => {
      const log = await open(logFile, "a");
      const child = fork(INVOKE, { cwd: folder, env, stdio: ["ignore", log.fd, log.fd, "ipc"] });
      running.add(child);
      try {
        return await answered(child, { folder, event, requestId });
      } finally {
        running.delete(child);
        await log.close();
      }
    },
    log: () => readFile(logFile, "utf8"),
    remove: async () => {
      for (const child of running) child.kill();
      await remove();
    },
  };
}

function answered(child: ChildProcess, invocation: Invocation): Promise<Answer> {
  return new Promise((resolve, reject) => {
    child.once("message", (answer) => resolve(answer as Answer));
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the worker ended with code ${code} and no answer`)));
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
