import { setTimeout as delay } from "node:timers/promises";
import type * as v from "valibot";
import { safeParse } from "valibot";
import type { Redacted } from "../../model/redacted.ts";
import { type AwsFailure, awsFailure, mayPass } from "./failures.ts";

/** Bounds on one call of the AWS SDK, in milliseconds. */
export interface AwsCallLimits {
  /** One attempt, up to the last byte of the answer. The SDK's own timeouts end when its headers arrive. */
  readonly callTimeoutMs: number;
  /** All attempts together, including the pauses between them. */
  readonly totalMs: number;
  readonly firstPauseMs: number;
}

/**
 * The settings of both clients. The SDK repeats nothing, because a retry after a lost answer hides that the first attempt may
 * have had its effect, which the core has to know. Region, endpoint and credentials come from the SDK's standard variables.
 */
export const AWS_CLIENT = {
  maxAttempts: 1,
  requestHandler: {
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    // Without this, the SDK only logs that the time is over.
    throwOnRequestTimeout: true,
    socketTimeout: 10_000,
  },
} as const;

/** Settings of a person that have priority over the standard variables. */
export interface AwsPlace {
  readonly region?: string;
  readonly profile?: string;
}

export type AwsAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: AwsFailure };

export type AwsCall = (options: { readonly abortSignal: AbortSignal }) => Promise<unknown>;

/** When all attempts of a call that begins now must have ended, by performance.now(). */
export function endOf({ totalMs }: AwsCallLimits): number {
  return performance.now() + totalMs;
}

/** How long an attempt that begins now may take. */
export function timeoutOf({ callTimeoutMs }: AwsCallLimits, until: number): number {
  return Math.max(1, Math.ceil(Math.min(callTimeoutMs, until - performance.now())));
}

/** One attempt. An answer that doesn't match the schema is a failure too, because an empty 200 proves nothing. */
export async function attempt<const Schema extends v.GenericSchema>(
  call: AwsCall,
  schema: Schema,
  timeoutMs: number,
  secrets: readonly Redacted[] = [],
): Promise<AwsAnswer<v.InferOutput<Schema>>> {
  // Not AbortSignal.timeout, which keeps the call in memory until its time is over, long after the answer.
  const controller = new AbortController();
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    controller.abort();
    // Some parts of the SDK don't use the signal, for example the search for credentials.
    reject(Object.assign(new Error("no answer in time"), { name: "TimeoutError" }));
  }, timeoutMs);
  try {
    const answer = await Promise.race([call({ abortSignal: controller.signal }), tooLate]);
    const result = safeParse(schema, answer);
    if (result.success) return { ok: true, value: result.output };
    return { ok: false, failure: { kind: "garbled", name: "UnexpectedAnswer", said: "" } };
  } catch (thrown) {
    return { ok: false, failure: awsFailure(thrown, secrets) };
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Repeats an attempt once if AWS rejected the date of its signature, which proves that nothing happened. By then, the SDK has
 * corrected its clock with the Date of that answer. A second rejection has another cause, so it isn't repeated again.
 */
export function clockCorrected<Args extends readonly unknown[], T>(
  once: (...args: Args) => Promise<AwsAnswer<T>>,
): (...args: Args) => Promise<AwsAnswer<T>> {
  let isCorrected = false;
  return async (...args) => {
    const answer = await once(...args);
    if (answer.ok || answer.failure.kind !== "skewed" || isCorrected) return answer;
    isCorrected = true;
    return once(...args);
  };
}

/** For reads only: up to `attempts` attempts before `until`, with pauses that double. */
export async function retryRead<T>(
  once: () => Promise<AwsAnswer<T>>,
  attempts: number,
  firstPauseMs: number,
  until: number,
): Promise<AwsAnswer<T>> {
  for (let made = 1, pauseMs = firstPauseMs; ; made += 1, pauseMs *= 2) {
    const answer = await once();
    if (answer.ok || made >= attempts || !mayPass(answer.failure)) return answer;
    if (performance.now() + pauseMs >= until) return answer;
    await delay(pauseMs);
  }
}
