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
/** A connection that was idle for longer may be closed from the other end just when a POST is sent on it. */
const IDLE_MS = 4_000;
/** Whatever is asked for at the same time: more wait for one of these, within the time of their request. */
const MAX_SOCKETS = 64;
const KEPT = { keepAlive: true, timeout: IDLE_MS, maxSockets: MAX_SOCKETS } as const;

const plain = { request: requestHttp, agent: new HttpAgent(KEPT), connected: "connect" } as const;
const encrypted = { request: requestHttps, agent: new HttpsAgent(KEPT), connected: "secureConnect" } as const;

/** A Response has one of these; what Losant really said stands in the exchange. */
const STANDS_FOR_ODD_STATUS = 599;

/** How far one request has come: it grows as it goes, so that whoever gives up on it knows. */
export interface Exchange {
  /** A byte of the request may have left: not before there is a connection, and an encrypted one where it has to be. */
  isSent: boolean;
  /** Node's code of what broke, which quotes nothing: ECONNRESET, CERT_HAS_EXPIRED. */
  code?: string | undefined;
  status?: number;
  /** The header of that name. */
  retryAfter?: string | undefined;
  /** That one too. */
  date?: string | undefined;
  /** Once all of it is there, or nothing more is to be had. */
  body?: Body;
}

/**
 * The global fetch, as far as ky needs it to decide about repeating, by the modules that the AWS SDK has loaded anyway:
 * Node's own brings another HTTP client, a fifth of the processor time of a cold run and 20 MB of memory. The Response
 * has no body, and a status that a Response can have; `exchange` holds what came, of which no more than `maxBytes` are
 * read. It follows no redirects. Rejects as fetch does, whatever goes wrong in a callback: with the signal's reason, or a
 * TypeError.
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
    // HTTP 101: nobody asked for another protocol, and Node would drop the connection without a word.
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

/** Ky reads nothing else of them; what it can't read costs no more than itself. */
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

/** Of connecting to several addresses there are several errors, of which one has the code. */
function codeOf(thrown: unknown): string | undefined {
  const errors = thrown instanceof AggregateError ? [thrown, ...thrown.errors] : [thrown];
  for (const error of errors) {
    const code: unknown =
      typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
    if (typeof code === "string" && /^[A-Z][A-Z\d_]{2,60}$/.test(code)) return code;
  }
  return undefined;
}
