import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

const BOOTSTRAP = fileURLToPath(new URL("bootstrap.ts", import.meta.url));

export interface Invocation {
  readonly kind: "response" | "error";
  readonly body: Readonly<Record<string, unknown>>;
}

interface Pending {
  readonly id: string;
  readonly event: unknown;
  readonly timeoutMs: number;
  readonly done: (invocation: Invocation) => void;
}

/** A function on this machine: its own process, which asks for events like Lambda's runtimes. */
export class LocalLambda {
  readonly #server: Server;
  readonly #process: ChildProcess;
  readonly #queue: Pending[] = [];
  #waiting: ServerResponse | undefined;
  #running: Pending | undefined;
  #output = "";

  private constructor(server: Server, taskRoot: string, env: Readonly<Record<string, string>>) {
    this.#server = server;
    server.on("request", (request, response) => this.#answer(request, response));
    this.#process = spawn(process.execPath, [BOOTSTRAP], {
      env: {
        AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${(server.address() as AddressInfo).port}`,
        AWS_LAMBDA_FUNCTION_NAME: "worker",
        LAMBDA_TASK_ROOT: taskRoot,
        _HANDLER: "index.handler",
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream?.on("data", (chunk) => {
        this.#output += chunk;
      });
  }

  static async start(taskRoot: string, env: Readonly<Record<string, string>>): Promise<LocalLambda> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new LocalLambda(server, taskRoot, env);
  }

  invoke(event: unknown, timeoutMs = 60_000): Promise<Invocation> {
    return new Promise((done) => {
      this.#queue.push({ id: crypto.randomUUID(), event, timeoutMs, done });
      this.#deliver();
    });
  }

  /** Everything that it has written to its log. */
  get output(): string {
    return this.#output;
  }

  async stop(): Promise<void> {
    this.#process.kill();
    await once(this.#process, "exit");
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #deliver(): void {
    const next = this.#waiting && this.#queue.shift();
    if (next === undefined) return;
    this.#running = next;
    this.#waiting?.writeHead(200, {
      "lambda-runtime-aws-request-id": next.id,
      "lambda-runtime-deadline-ms": String(Date.now() + next.timeoutMs),
    });
    this.#waiting?.end(JSON.stringify(next.event));
    this.#waiting = undefined;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url?.endsWith("/invocation/next")) {
      this.#waiting = response;
      return this.#deliver();
    }
    const chunks = await request.toArray();
    response.writeHead(202).end();
    const kind = request.url?.endsWith("/response") ? "response" : "error";
    const body = JSON.parse(Buffer.concat(chunks).toString("utf8")) as Invocation["body"];
    // An error at the start belongs to no invocation yet, so the next one in the queue gets it.
    const heard = request.url?.endsWith("/init/error") ? this.#queue.shift() : this.#running;
    heard?.done({ kind, body });
  }
}
