import ky, { HTTPError, isHTTPError, isNetworkError, isTimeoutError } from "ky";
import { RotationError } from "../../model/errors.ts";
import type { Redacted } from "../../model/redacted.ts";
import { NEVER_CONNECTED } from "../connection.ts";
import { readSaid, type Said } from "./answers.ts";
import { CONNECT_TIMEOUT, fetchOverHttp } from "./fetch.ts";
import type { LosantLimits } from "./limits.ts";

/** One call of Losant's API; `kind` decides what may be repeated. */
export interface LosantRequest {
  readonly kind: "read" | "write" | "create";
  readonly method: "get" | "post" | "patch" | "delete";
  readonly url: string;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: object;
}

/** What came of it. Nothing in here is a foreign error: those carry the Authorization header. */
export type LosantAnswer =
  /** A 2xx, with its text as it arrived; undefined where the connection broke in the middle of it. */
  | { readonly kind: "ok"; readonly text: string | undefined }
  | { readonly kind: "refused"; readonly status: number; readonly said: Said }
  /** No answer; `isSent` is false only where Losant can't have seen the request. */
  | { readonly kind: "silent"; readonly why: "timeout" | "network"; readonly isSent: boolean };

const RETRIED_READS = [408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524];
const RETRIED_WRITES = [429];

/** Sends one request with one access token, retries included, for at most `totalMs`. */
export async function send(
  request: LosantRequest,
  login: Redacted,
  limits: LosantLimits,
  totalMs: number,
  secrets: readonly Redacted[],
): Promise<LosantAnswer> {
  const { kind, method, url, query, body } = request;
  const isRead = kind === "read";
  const until = performance.now() + totalMs;
  let status: number | undefined;
  try {
    const text = await ky(url, {
      method,
      headers: { accept: "application/json", authorization: `Bearer ${login.reveal()}` },
      ...(query && { searchParams: { ...query } }),
      ...(body && { json: body }),
      // Following a redirect could send a POST twice; and Losant's API redirects nowhere.
      redirect: "manual",
      throwHttpErrors: true,
      timeout: { read: limits.readTimeoutMs, write: limits.writeTimeoutMs, create: limits.createTimeoutMs }[
        kind
      ],
      totalTimeout: totalMs,
      retry: {
        limit: isRead ? limits.readRetries : limits.writeRetries,
        methods: [method],
        statusCodes: isRead ? RETRIED_READS : RETRIED_WRITES,
        afterStatusCodes: [429, 503],
        maxRetryAfter: limits.maxRetryAfterMs,
        backoffLimit: limits.longestPauseMs,
        delay: (attempt) => limits.firstPauseMs * 2 ** (attempt - 1),
        jitter: (pauseMs) => pauseMs * (0.5 + Math.random() / 2),
        retryOnTimeout: isRead,
        // Ky would wait for a shortened Retry-After, and would repeat any method after a network error.
        shouldRetry: ({ error }) => {
          if (!isHTTPError(error)) return isRead ? undefined : false;
          const waitMs = retryAfterMs(error.response.headers.get("retry-after"));
          const mayWait = waitMs <= limits.maxRetryAfterMs && performance.now() + waitMs < until;
          return mayWait ? undefined : false;
        },
      },
      fetch: async (input, init) => {
        status = undefined;
        const response = await fetchOverHttp(new Request(input, init));
        status = response.status;
        return response;
      },
    }).text();
    return { kind: "ok", text };
  } catch (thrown) {
    return answerOf(thrown, status, [login, ...secrets]);
  }
}

/** `status` is that of the last attempt, undefined where it got none. */
function answerOf(thrown: unknown, status: number | undefined, secrets: readonly Redacted[]): LosantAnswer {
  if (thrown instanceof HTTPError)
    return { kind: "refused", status: thrown.response.status, said: readSaid(thrown.data, secrets) };
  const isOk = status !== undefined && status >= 200 && status < 300;
  // The time ran out while waiting to repeat what was refused: the refusal is what is known.
  if (status !== undefined && !isOk) return { kind: "refused", status, said: {} };
  if (isTimeoutError(thrown)) return { kind: "silent", why: "timeout", isSent: true };
  if (isOk) return { kind: "ok", text: undefined };
  if (isNetworkError(thrown)) return { kind: "silent", why: "network", isSent: !neverConnected(thrown) };
  const kind = thrown instanceof Error ? thrown.constructor.name : typeof thrown;
  throw new RotationError("internal", `unexpected ${kind} while calling Losant`, { effect: "unknown" });
}

function neverConnected(error: Error): boolean {
  let cause: unknown = error;
  for (let depth = 0; depth < 3 && cause instanceof Error; depth += 1) {
    const code = "code" in cause ? cause.code : undefined;
    if (code === CONNECT_TIMEOUT || (typeof code === "string" && NEVER_CONNECTED.has(code))) return true;
    cause = cause.cause;
  }
  return false;
}

/** Seconds or a date (RFC 9110, 10.2.3); 0 for none and for what can't be read, which then bounds nothing. */
function retryAfterMs(header: string | null): number {
  if (header === null) return 0;
  if (/^\d+$/.test(header)) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? 0 : at - Date.now();
}
