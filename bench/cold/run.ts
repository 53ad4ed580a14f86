import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

/** A function like in Lambda: a folder, and the program that runs it. */
export interface LocalFunction {
  readonly name: string;
  readonly language: "node" | "python";
  readonly folder: string;
}

/** One process, from its start to the answer of its first invocation. */
export interface ColdRun {
  /** From the start of the process until it asks for its first event: Lambda's INIT, plus the start of the process. */
  readonly initMs: number;
  readonly invocationMs: number;
  readonly wholeMs: number;
  readonly cpuMs: number;
  readonly peakBytes: number;
  readonly answer: Readonly<Record<string, unknown>>;
  /** What the function threw. */
  readonly error: string | undefined;
  /** Bytes written to its log. */
  readonly logBytes: number;
}

const TIMEOUT_MS = 15 * 60_000;
const PROGRAMS = {
  node: [process.execPath, fileURLToPath(new URL("runtime.cjs", import.meta.url))],
  python: ["python3", fileURLToPath(new URL("runtime.py", import.meta.url))],
} as const;

/** For old objects, and for each half of the space of new ones: nine tenths and a twentieth of the default memory, 512 MB. */
export const HEAP_MEGABYTES = { old: 460, young: 25 } as const;
/** As the bootstrap of Lambda's runtimes for Node starts a function with the default memory. */
export const LAMBDA_HEAP = {
  NODE_OPTIONS: `--max-old-space-size=${HEAP_MEGABYTES.old} --max-semi-space-size=${HEAP_MEGABYTES.young}`,
} as const;

/** Starts a function in a new process, invokes it once through the runtime API, and ends it. */
export async function coldRun(
  { language, folder }: LocalFunction,
  event: unknown,
  env: Readonly<Record<string, string>>,
): Promise<ColdRun> {
  const { promise, resolve, reject } = Promise.withResolvers<Omit<ColdRun, "logBytes">>();
  let startedAt = 0;
  let askedAt = 0;
  const server = createServer(async (request, response) => {
    if (request.url?.endsWith("/invocation/next")) {
      if (askedAt > 0) return;
      askedAt = performance.now();
      return deliver(event, response);
    }
    const endedAt = performance.now();
    const times = {
      initMs: askedAt - startedAt,
      invocationMs: endedAt - askedAt,
      wholeMs: endedAt - startedAt,
    };
    resolve({ ...times, ...(await told(request)) });
    response.writeHead(202).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const [program, ...args] = PROGRAMS[language];
  startedAt = performance.now();
  const child = spawn(program, args, {
    env: { ...machine(), AWS_LAMBDA_RUNTIME_API: addressOf(server), LAMBDA_TASK_ROOT: folder, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let logBytes = 0;
  let last = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      logBytes += chunk.byteLength;
      last = chunk.toString("utf8").slice(-2_000);
    });
  child.once("error", reject);
  child.once("exit", (code) => reject(new Error(`the function ended with code ${code}: ${last}`)));
  const timer = setTimeout(() => reject(new Error("the function did not answer in time")), TIMEOUT_MS);
  try {
    return { ...(await promise), logBytes };
  } finally {
    clearTimeout(timer);
    child.kill("SIGKILL");
    server.close();
    server.closeAllConnections();
  }
}

function deliver(event: unknown, response: ServerResponse): void {
  response.writeHead(200, {
    "lambda-runtime-aws-request-id": randomUUID(),
    "lambda-runtime-deadline-ms": String(Date.now() + TIMEOUT_MS),
  });
  response.end(JSON.stringify(event));
}

async function told(request: IncomingMessage) {
  const answer = JSON.parse(Buffer.concat(await request.toArray()).toString("utf8")) as ColdRun["answer"];
  return {
    answer,
    error: request.url?.endsWith("/error") ? String(answer.errorMessage) : undefined,
    cpuMs: Number(request.headers["x-cpu-ms"]),
    peakBytes: Number(request.headers["x-peak-bytes"]),
  };
}

const addressOf = (server: ReturnType<typeof createServer>) =>
  `127.0.0.1:${(server.address() as AddressInfo).port}`;

/** As few variables of this machine as possible, and none of its AWS settings. */
function machine(): Record<string, string> {
  const { PATH = "", HOME = "", TMPDIR = "" } = process.env;
  return {
    PATH,
    HOME,
    ...(TMPDIR !== "" && { TMPDIR }),
    AWS_ACCESS_KEY_ID: "emulated",
    AWS_SECRET_ACCESS_KEY: "emulated",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: "/nonexistent/config",
    AWS_SHARED_CREDENTIALS_FILE: "/nonexistent/credentials",
    AWS_LAMBDA_FUNCTION_NAME: "worker",
  };
}
