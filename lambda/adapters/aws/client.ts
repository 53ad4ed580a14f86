import { setTimeout as delay } from "node:timers/promises";
import type * as v from "valibot";
import { safeParse } from "valibot";
import type { Redacted } from "../../model/redacted.ts";
import { type AwsFailure, awsFailure, mayPass } from "./failures.ts";

/** Bounds on one call of the AWS SDK, in milliseconds. */
export interface AwsCallLimits {
  /** One attempt, to the last byte of the answer: the SDK's own timeouts end at its headers. */
  readonly callTimeoutMs: number;
  /** All attempts together, with the pauses between them. */
  readonly totalMs: number;
  readonly firstPauseMs: number;
}

/**
 * What both clients are made with. The SDK repeats nothing: a retry after a lost answer hides that the first attempt
 * may have had its effect, and the core has to know. Region, endpoint and credentials come from its standard variables.
 */
export const AWS_CLIENT = {
  maxAttempts: 1,
  requestHandler: {
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    // Without it the SDK only logs that the time is over.
    throwOnRequestTimeout: true,
    socketTimeout: 10_000,
  },
} as const;

/** What may outrank the standard variables, where a person says so. */
export interface AwsPlace {
  readonly region?: string;
  readonly profile?: string;
}

export type AwsAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: AwsFailure };

export type AwsCall = (options: { readonly abortSignal: AbortSignal }) => Promise<unknown>;

/** By when all attempts of a call that begins now have to be over, as performance.now() counts. */
export function endOf({ totalMs }: AwsCallLimits): number {
  return performance.now() + totalMs;
}

/** What an attempt that begins now may take. */
export function timeoutOf({ callTimeoutMs }: AwsCallLimits, until: number): number {
  return Math.max(1, Math.ceil(Math.min(callTimeoutMs, until - performance.now())));
}

/** One attempt. An answer that doesn't fit the schema is a failure like any other: an empty 200 proves nothing. */
export async function attempt<const Schema extends v.GenericSchema>(
  call: AwsCall,
  schema: Schema,
  timeoutMs: number,
  secrets: readonly Redacted[] = [],
): Promise<AwsAnswer<v.InferOutput<Schema>>> {
  // Not AbortSignal.timeout: it keeps what it may abort in memory until its time is over, long after the answer.
  const controller = new AbortController();
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    controller.abort();
    // Not everything that the SDK does listens to the signal: looking for credentials doesn't.
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
 * Attempts of one call, of which one is made again where AWS refused the date of its signature: proof that nothing
 * happened. By then the SDK has corrected its clock by the Date of that answer. Never more than once: the next refusal
 * means something else.
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

/** For reads only: up to `attempts` before `until`, with pauses that double. */
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
