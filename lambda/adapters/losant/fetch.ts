import {
  Agent as HttpAgent,
  type IncomingMessage,
  type RequestOptions,
  request as requestHttp,
} from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import type { Socket } from "node:net";
import { type Body, bodyOf } from "./body.ts";

const CONNECT_TIMEOUT_MS = 10_000;
/** The server may close a connection that was idle for longer, exactly when a POST is sent on it. */
const IDLE_MS = 4_000;
/** For all requests at the same time. More requests wait for a free socket, within their own time. */
const MAX_SOCKETS = 64;
const KEPT = { keepAlive: true, timeout: IDLE_MS, maxSockets: MAX_SOCKETS } as const;

const plain = { request: requestHttp, agent: new HttpAgent(KEPT), connected: "connect" } as const;
const encrypted = { request: requestHttps, agent: new HttpsAgent(KEPT), connected: "secureConnect" } as const;

/** A valid status for a Response. The real status is in the exchange. */
const STANDS_FOR_ODD_STATUS = 599;

/** The progress of one request. It is updated during the request, so that it is known after a timeout. */
export interface Exchange {
  /** A byte of the request may have been sent. False until the connection is open, and encrypted if it must be. */
  isSent: boolean;
  /** Node's code of the failure, which quotes nothing: ECONNRESET, CERT_HAS_EXPIRED. */
  code?: string | undefined;
  status?: number;
  /** The header `retry-after`. */
  retryAfter?: string | undefined;
  /** The header `date`. */
  date?: string | undefined;
  /** Set when the body is complete, or when nothing more can be read. */
  body?: Body;
}

/**
 * A replacement for the global fetch, with what ky needs to decide about retries. It uses the modules that the AWS SDK has loaded
 * anyway: Node's own fetch loads another HTTP client, which takes a fifth of the processor time of a cold run and 20 MB of memory.
 * The Response has no body, and a status that a Response can have. `exchange` contains the real answer, of which no more than
 * `maxBytes` are read. It follows no redirects. It rejects like fetch, also after an error in a callback: with the signal's
 * reason, or with a TypeError.
 */
export async function fetchOverHttp(asked: Request, exchange: Exchange, maxBytes: number): Promise<Response> {
  const { method, signal } = asked;
  const url = new URL(asked.url);
  const body = asked.body === null ? undefined : Buffer.from(await asked.arrayBuffer());
  const { request, agent, connected } = url.protocol === "https:" ? encrypted : plain;
  const headers = {
    ...Object.fromEntries(asked.headers),
    ...(body && { "content-length": String(body.byteLength) }),
  };
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const fail = (cause: unknown) => {
    exchange.code ??= codeOf(cause);
    reject(signal.aborted ? signal.reason : new TypeError("fetch failed", { cause }));
  };
  const answered = async (incoming: IncomingMessage) => {
    const status = incoming.statusCode ?? 0;
    exchange.status = status;
    exchange.retryAfter = incoming.headers["retry-after"];
    exchange.date = incoming.headers.date;
    exchange.body = await bodyOf(incoming, maxBytes);
    if (signal.aborted) throw signal.reason;
    return new Response(null, {
      status: status >= 200 && status <= 599 ? status : STANDS_FOR_ODD_STATUS,
      headers: timingOf(incoming),
    });
  };
  const options: RequestOptions = { method, headers, agent, signal };
  const outgoing = request(url, options);
  outgoing
    .on("socket", (socket) => {
      if (outgoing.reusedSocket) exchange.isSent = true;
      else boundConnecting(socket, connected, exchange);
    })
    .on("response", (incoming) => void answered(incoming).then(resolve, fail))
    // HTTP 101: no other protocol was requested, and Node would close the connection without an error.
    .on("upgrade", (incoming, socket) => {
      socket.destroy();
      exchange.body = { flaw: "asks for another protocol" };
      exchange.status = incoming.statusCode ?? 0;
      resolve(new Response(null, { status: STANDS_FOR_ODD_STATUS }));
    })
    .on("error", fail)
    .on("close", () => {
      if (exchange.status === undefined) fail(undefined);
    })
    .end(body);
  return promise;
}

/** The only headers that ky reads. A header that can't be read is left out. */
function timingOf({ headers }: IncomingMessage): Headers {
  const timing = new Headers();
  for (const name of TIMING_HEADERS) {
    const value = headers[name];
    if (typeof value === "string" && /^[\x20-\x7e]*$/.test(value)) timing.set(name, value);
  }
  return timing;
}

const TIMING_HEADERS = [
  "retry-after",
  "ratelimit-reset",
  "x-ratelimit-retry-after",
  "x-ratelimit-reset",
  "x-rate-limit-reset",
];

function boundConnecting(socket: Socket, connected: "connect" | "secureConnect", exchange: Exchange): void {
  const tooLate = Object.assign(new Error("no connection in time"), { code: "ETIMEDOUT" });
  const timer = setTimeout(() => socket.destroy(tooLate), CONNECT_TIMEOUT_MS);
  const done = () => clearTimeout(timer);
  socket.once(connected, () => {
    exchange.isSent = true;
    done();
  });
  socket.once("close", done);
}

/** If Node tries several addresses, there are several errors, and one of them has the code. */
function codeOf(thrown: unknown): string | undefined {
  const errors = thrown instanceof AggregateError ? [thrown, ...thrown.errors] : [thrown];
  for (const error of errors) {
    const code: unknown =
      typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
    if (typeof code === "string" && /^[A-Z][A-Z\d_]{2,60}$/.test(code)) return code;
  }
  return undefined;
}
