import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";

/** A request to an emulator. The whole body is read, within limits, before anything happens. */
export interface EmulatedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** An answer. A string body is sent unchanged, any other body as JSON, and no body as an empty one. */
export interface EmulatedAnswer {
  /** Any whole number from 0 to 999, including those that no server should send. */
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Used even if the client doesn't accept it. */
  readonly encoding?: keyof typeof ENCODERS;
  /** This many spaces are added to the body, as fast as the client reads them, before any encoding. */
  readonly paddingBytes?: number;
  /** The body is sent in pieces of this many bytes, ten per second. With endless `paddingBytes`, it never ends. */
  readonly dripBytes?: number;
}

const ENCODERS = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync } as const;

/**
 * Makes an emulator misbehave. The first fault that matches a request and is not used up applies. Its parts act in this
 * order: `latencyMs`, `drop: "before"`, `answer`, the effect (with `tweak`), `instead`, `drop: "after"`.
 */
export interface Fault {
  /** The operation, by the emulator's name ("create", "PutSecretValue"). Default: all operations. */
  readonly operation?: string;
  /** Only requests whose URL or body contains this text. */
  readonly match?: string;
  /** How many matching requests pass without the fault first. Default 0. */
  readonly after?: number;
  /** How many matching requests it then applies to. Default: all, until the faults are cleared. */
  readonly times?: number;
  readonly latencyMs?: number;
  /** Close the connection without an answer, before or after the effect. */
  readonly drop?: "before" | "after";
  /** Answer this, and don't perform the operation. */
  readonly answer?: EmulatedAnswer;
  /** Perform the operation, and replace these parts of the answer. */
  readonly instead?: Partial<EmulatedAnswer>;
  /** Changes what the operation does. Each emulator documents its own keys. */
  readonly tweak?: Readonly<Record<string, unknown>>;
}

export class Faults {
  #entries: { readonly fault: Fault; seen: number }[] = [];

  add(...faults: readonly Fault[]): void {
    this.#entries.push(...faults.map((fault) => ({ fault, seen: 0 })));
  }

  clear(): void {
    this.#entries = [];
  }

  /** The fault that applies to this request. Every fault that matches the request counts it. */
  next(operation: string, request: EmulatedRequest): Fault | undefined {
    let chosen: Fault | undefined;
    for (const entry of this.#entries) {
      const { fault } = entry;
      if (fault.operation !== undefined && fault.operation !== operation) continue;
      if (fault.match !== undefined && !`${request.url.href}\n${request.body}`.includes(fault.match))
        continue;
      entry.seen += 1;
      const harmless = fault.after ?? 0;
      const used = entry.seen > harmless + (fault.times ?? Number.POSITIVE_INFINITY);
      if (entry.seen > harmless && !used) chosen ??= fault;
    }
    return chosen;
  }
}

/** One emulator: the names of its operations, and what they do. */
export interface Service {
  operationOf(request: EmulatedRequest): string;
  perform(
    operation: string,
    request: EmulatedRequest,
    tweak: Readonly<Record<string, unknown>>,
  ): EmulatedAnswer | Promise<EmulatedAnswer>;
  /** What `GET /_emulator/state` shows. It never contains a token string. */
  state(): unknown;
  /** The Date header of answers that don't have their own. Undefined: no header. Default: the current time. */
  readonly servedAt?: () => Date | undefined;
  /** Other requests under `/_emulator/`, for adding data by hand. Faults don't apply to them, and they don't count as calls. */
  control?(request: EmulatedRequest): EmulatedAnswer | undefined;
}

export interface RunningEmulator {
  /** `http://127.0.0.1:<port>`, or with `https:`. There is no slash at the end. */
  readonly url: string;
  readonly faults: Faults;
  /** The name of the operation of each request, oldest first. */
  readonly calls: string[];
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 1024 * 1024;

/** The server's TLS certificate and key, both in PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/**
 * Serves one emulator, only on the loopback interface. In addition to the service, it answers `GET /_emulator/state`,
 * `GET /_emulator/calls`, `POST /_emulator/faults` (a fault, or an array of faults) and `DELETE /_emulator/faults`, so that
 * you can set faults from a terminal with curl. With a certificate, it uses TLS.
 */
export async function serve(service: Service, port = 0, certificate?: Certificate): Promise<RunningEmulator> {
  const faults = new Faults();
  const calls: string[] = [];
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    answer(service, faults, calls, incoming, outgoing).catch(() => outgoing.destroy());
  };
  const server = certificate === undefined ? createServer(listener) : createTlsServer(certificate, listener);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const scheme = certificate === undefined ? "http" : "https";
  const url = `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url, faults, calls, close };
}

async function answer(
  service: Service,
  faults: Faults,
  calls: string[],
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const request = await read(incoming);
  if (request === undefined) return send(outgoing, { status: 413 });
  const control = controlAnswer(service, faults, calls, request);
  if (control !== undefined) return send(outgoing, control);

  const operation = service.operationOf(request);
  calls.push(operation);
  dateOf(service, outgoing);
  const fault = faults.next(operation, request);
  if (fault?.latencyMs !== undefined) await delay(fault.latencyMs);
  if (fault?.drop === "before") return void outgoing.destroy();
  if (fault?.answer !== undefined) return send(outgoing, fault.answer);
  const effect = await service.perform(operation, request, fault?.tweak ?? {});
  if (fault?.drop === "after") return void outgoing.destroy();
  await send(outgoing, { ...effect, ...fault?.instead });
}

async function read(incoming: IncomingMessage): Promise<EmulatedRequest | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    bytes += (chunk as Buffer).byteLength;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk as Buffer);
  }
  return {
    method: incoming.method ?? "GET",
    url: new URL(incoming.url ?? "/", "http://127.0.0.1"),
    headers: incoming.headers as Record<string, string | undefined>,
    body: Buffer.concat(chunks).toString("utf8"),
  };
}

function controlAnswer(
  service: Service,
  faults: Faults,
  calls: readonly string[],
  request: EmulatedRequest,
): EmulatedAnswer | undefined {
  switch (`${request.method} ${request.url.pathname}`) {
    case "GET /_emulator/state":
      return { status: 200, body: service.state() };
    case "GET /_emulator/calls":
      return { status: 200, body: calls };
    case "DELETE /_emulator/faults":
      faults.clear();
      return { status: 204 };
    case "POST /_emulator/faults": {
      const given = JSON.parse(request.body) as Fault | Fault[];
      faults.add(...(Array.isArray(given) ? given : [given]));
      return { status: 204 };
    }
    default:
      return service.control?.(request);
  }
}

/** Node's own Date header would have the machine's time. */
function dateOf({ servedAt }: Service, outgoing: ServerResponse): void {
  if (servedAt === undefined) return;
  const at = servedAt();
  outgoing.sendDate = false;
  if (at !== undefined) outgoing.setHeader("date", at.toUTCString());
}

async function send(outgoing: ServerResponse, answer: EmulatedAnswer): Promise<void> {
  const { status, headers = {}, body, encoding } = answer;
  const type = typeof body === "string" || body === undefined ? {} : { "content-type": "application/json" };
  const text = body === undefined || typeof body === "string" ? (body ?? "") : JSON.stringify(body);
  const all = { ...type, ...(encoding && { "content-encoding": encoding }), ...headers };
  // Node refuses to write an invalid status.
  if (status < 100) return sendByHand(outgoing, status, all, text);
  outgoing.writeHead(status, all);
  if (answer.paddingBytes === undefined && answer.dripBytes === undefined)
    return void outgoing.end(encoding === undefined ? text : ENCODERS[encoding](text));
  // The client may close the connection at any time.
  await pipeline(piecesOf(answer, text), outgoing).catch(() => {});
}

const PADDING = Buffer.alloc(64 * 1024, " ");

async function* piecesOf(
  { encoding, paddingBytes = 0, dripBytes }: EmulatedAnswer,
  text: string,
): AsyncGenerator<Buffer> {
  if (encoding !== undefined) {
    yield ENCODERS[encoding](Buffer.concat([Buffer.from(text), Buffer.alloc(paddingBytes, " ")]));
    return;
  }
  if (dripBytes !== undefined) {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.byteLength + paddingBytes; at += dripBytes) {
      yield at < bytes.byteLength ? bytes.subarray(at, at + dripBytes) : PADDING.subarray(0, dripBytes);
      await delay(100);
    }
    return;
  }
  if (text !== "") yield Buffer.from(text);
  for (let left = paddingBytes; left > 0; left -= PADDING.byteLength) yield PADDING.subarray(0, left);
}

function sendByHand(
  outgoing: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  text: string,
): void {
  const lines = Object.entries({
    ...headers,
    "content-length": String(Buffer.byteLength(text)),
    connection: "close",
  });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  outgoing.socket?.end(`HTTP/1.1 ${String(status).padStart(3, "0")} Odd\r\n${head}\r\n${text}`);
}
