import ky, { isHTTPError, isNetworkError, isTimeoutError } from "ky";
import { RotationError } from "../../model/errors.ts";
import type { Redacted } from "../../model/redacted.ts";
import { isAboutCertificate } from "../certificates.ts";
import { readSaid, type Said } from "./answers.ts";
import { type Exchange, fetchOverHttp } from "./fetch.ts";
import type { LosantLimits } from "./limits.ts";

/** One call of Losant's API. `kind` decides whether it may be repeated. */
export interface LosantRequest {
  readonly kind: "read" | "write" | "create";
  readonly method: "get" | "post" | "patch" | "delete";
  readonly url: string;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: object;
}

/** The result of a call. It contains no foreign error, because those contain the Authorization header. */
export type LosantAnswer =
  /** A 2xx with its text. The text is undefined if it can't be read, and `flaw` says why. */
  | {
      readonly kind: "ok";
      readonly text: string | undefined;
      readonly flaw?: string;
      readonly isTooLong?: boolean;
      /** By the clock of the server that answered. */
      readonly servedAt?: Date | undefined;
    }
  | {
      readonly kind: "refused";
      readonly status: number;
      readonly said: Said;
      /** How long to wait, if Losant says so. */
      readonly retryAfterMs?: number | undefined;
    }
  /** No answer. `isSent` is false only if Losant can't have seen the request. `code` is Node's code of the failure. */
  | {
      readonly kind: "silent";
      readonly why: "timeout" | "network";
      readonly isSent: boolean;
      readonly code?: string | undefined;
    };

const RETRIED_READS = [408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524];
const RETRIED_WRITES = [429];

/**
 * Sends one request with one access token, including retries, for at most `totalMs`. The result of a refusal contains
 * nothing of `secrets`.
 */
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
        // Node's modules send no such header, and some proxies then use any encoding.
        "accept-encoding": "identity",
        authorization: `Bearer ${login.reveal()}`,
      },
      ...(query && { searchParams: { ...query } }),
      ...(body && { json: body }),
      // A redirect could send a POST twice, and Losant's API doesn't redirect.
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
        // Without this, ky would wait for a shortened Retry-After, and repeat any method after a network error.
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

/** `last` is the progress of the last attempt. Undefined if there was none. */
function answerOf(
  thrown: unknown,
  last: Exchange | undefined,
  secrets: () => readonly Redacted[],
): LosantAnswer {
  const { isSent = false, status, body, code, retryAfter = null } = last ?? {};
  // The time may have run out during the answer, or before a retry. The status is known in any case.
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
      ...(body ?? { flaw: "is incomplete" }),
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

/**
 * Only in the format that servers send (RFC 9110, 5.6.7), because JavaScript also accepts "1" as a date, and reads one without a
 * zone in the zone of the machine.
 */
function momentOf(header: string | undefined): Date | undefined {
  const at = new Date(header ?? "");
  return !Number.isNaN(at.getTime()) && at.toUTCString() === header ? at : undefined;
}

/** Seconds or a date (RFC 9110, 10.2.3); undefined if there is none, or if it can't be read and so limits nothing. */
function retryAfterMs(header: string | null): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1_000;
  const at = momentOf(header);
  return at && Math.max(0, at.getTime() - Date.now());
}
