import ky, { isHTTPError, isNetworkError, isTimeoutError } from "ky";
import { RotationError } from "../../model/errors.ts";
import type { Redacted } from "../../model/redacted.ts";
import { isAboutCertificate } from "../certificates.ts";
import { readSaid, type Said } from "./answers.ts";
import { type Exchange, fetchOverHttp } from "./fetch.ts";
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
  /** A 2xx, with its text as it arrived; undefined where there is none to be had, and `flaw` says why. */
  | {
      readonly kind: "ok";
      readonly text: string | undefined;
      readonly flaw?: string;
      readonly isTooLong?: boolean;
      /** By the clock of whoever answered. */
      readonly servedAt?: Date | undefined;
    }
  | {
      readonly kind: "refused";
      readonly status: number;
      readonly said: Said;
      /** How long to wait, where Losant says so. */
      readonly retryAfterMs?: number | undefined;
    }
  /** No answer; `isSent` is false only where Losant can't have seen the request. `code` is Node's, of what broke. */
  | {
      readonly kind: "silent";
      readonly why: "timeout" | "network";
      readonly isSent: boolean;
      readonly code?: string | undefined;
    };

const RETRIED_READS = [408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524];
const RETRIED_WRITES = [429];

/** Sends one request with one access token, retries included, for at most `totalMs`. Of a refusal nothing of `secrets` is kept. */
export async function send(
  request: LosantRequest,
  login: Redacted,
  limits: LosantLimits,
  totalMs: number,
  secrets: () => readonly Redacted[],
): Promise<LosantAnswer> {
  const { kind, method, url, query, body } = request;
  const isRead = kind === "read";
  const until = performance.now() + totalMs;
  let last: Exchange | undefined;
  try {
    await ky(url, {
      method,
      headers: {
        accept: "application/json",
        // Node's modules ask for none by themselves; some proxies take silence for any.
        "accept-encoding": "identity",
        authorization: `Bearer ${login.reveal()}`,
      },
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
          if (!isHTTPError(error)) return isRead && !isUntrusted(last) ? undefined : false;
          if (error.response.status === 429 && !limits.retriesThrottled) return false;
          const waitMs = retryAfterMs(error.response.headers.get("retry-after")) ?? 0;
          const mayWait = waitMs <= limits.maxRetryAfterMs && performance.now() + waitMs < until;
          return mayWait ? undefined : false;
        },
      },
      fetch: (input, init) => {
        last = { isSent: false };
        return fetchOverHttp(new Request(input, init), last, limits.maxAnswerBytes);
      },
    });
    return answerOf(undefined, last, secrets);
  } catch (thrown) {
    return answerOf(thrown, last, secrets);
  }
}

/** `last` is how far the last attempt came, undefined where there was none. */
function answerOf(
  thrown: unknown,
  last: Exchange | undefined,
  secrets: () => readonly Redacted[],
): LosantAnswer {
  const { isSent = false, status, body, code, retryAfter = null } = last ?? {};
  // Its time may have run out in the middle of it, or while waiting to repeat it: the status is what is known.
  if (status !== undefined && (status < 200 || status > 299))
    return {
      kind: "refused",
      status,
      said: readSaid(body, secrets()),
      retryAfterMs: retryAfterMs(retryAfter),
    };
  if (isTimeoutError(thrown)) return { kind: "silent", why: "timeout", isSent };
  if (status !== undefined)
    return {
      kind: "ok",
      text: undefined,
      servedAt: momentOf(last?.date),
      ...(body ?? { flaw: "is cut off" }),
    };
  if (isNetworkError(thrown)) return { kind: "silent", why: "network", isSent, code };
  const kind = thrown instanceof Error ? thrown.constructor.name : typeof thrown;
  throw new RotationError("internal", `unexpected ${kind} while calling Losant`, {
    effect: isSent ? "unknown" : "none",
  });
}

function isUntrusted(exchange: Exchange | undefined): boolean {
  return exchange?.code !== undefined && isAboutCertificate(exchange.code);
}

/** In the one form that servers send (RFC 9110, 5.6.7): JavaScript makes a date of "1" too. */
function momentOf(header: string | undefined): Date | undefined {
  const at = new Date(header ?? "");
  return !Number.isNaN(at.getTime()) && at.toUTCString() === header ? at : undefined;
}

/** Seconds or a date (RFC 9110, 10.2.3); undefined for none, and for what can't be read, which then bounds nothing. */
function retryAfterMs(header: string | null): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}
