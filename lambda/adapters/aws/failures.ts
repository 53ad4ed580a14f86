import type { Redacted } from "../../model/redacted.ts";
import { NEVER_CONNECTED } from "../connection.ts";
import { scrub } from "../scrub.ts";

/** What an error of the AWS SDK means for the caller, and nothing of the error itself: it carries inputs and answers. */
export interface AwsFailure {
  readonly kind: /** No or wrong credentials, or a role without the permission. */
    | "denied"
    | "throttled"
    /** The service said no; `name` says why. */
    | "refused"
    /** 5xx: it may have happened all the same. */
    | "unavailable"
    /** No answer: it may have happened all the same. */
    | "unanswered"
    /** No connection: it can't have happened. */
    | "unconnected"
    /** Not an answer of AWS's: it may have happened all the same. */
    | "garbled"
    /** The SDK failed before it sent anything, or in a way not known here. */
    | "unexpected";
  /** The exception's name, as AWS documents it. */
  readonly name: string;
  /** The service's own words, scrubbed; for comparing and for showing. */
  readonly said: string;
}

const BROKEN_CONNECTION = new Set([
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "ERR_STREAM_PREMATURE_CLOSE",
]);
/** "Common errors" of the AWS APIs, and what the SDK's credential providers throw. */
export const DENIED =
  /^(AccessDenied|NotAuthorized|UnauthorizedOperation|UnrecognizedClient|InvalidClientTokenId|InvalidAccessKeyId|MissingAuthenticationToken|IncompleteSignature|InvalidSignature|SignatureDoesNotMatch|ExpiredToken|RequestExpired|OptInRequired|CredentialsProviderError|TokenProviderError)/;
const THROTTLED =
  /^(Throttl|TooManyRequests|RequestLimitExceeded|RequestThrottled|SlowDown|BandwidthLimitExceeded|ProvisionedThroughputExceeded|PriorRequestNotComplete)/;
const UNAVAILABLE = /^(InternalService|InternalFailure|InternalException|InternalError|ServiceUnavailable)/;

/** The SDK's errors, told apart by what they are made of: their classes differ from service to service. */
export function awsFailure(thrown: unknown, secrets: readonly Redacted[] = []): AwsFailure {
  const { name, code, message, status, isService } = traitsOf(thrown);
  const failure = (kind: AwsFailure["kind"]): AwsFailure => ({
    kind,
    name: scrub(name, secrets),
    said: isService ? scrub(message, secrets) : "",
  });
  if (NEVER_CONNECTED.has(code)) return failure("unconnected");
  if (message === "Region is missing")
    return { kind: "unconnected", name: "NoRegion", said: "AWS_REGION is not set" };
  if (BROKEN_CONNECTION.has(code)) return failure("unanswered");
  if (name === "TimeoutError" || name === "AbortError")
    // The handler's connection timeout has no code and no class of its own (set-connection-timeout.js).
    return failure(message.includes("did not establish a connection") ? "unconnected" : "unanswered");
  if (DENIED.test(name)) return failure("denied");
  if (THROTTLED.test(name) || status === 429) return failure("throttled");
  if (UNAVAILABLE.test(name) || (status !== undefined && status >= 500)) return failure("unavailable");
  // An error without a name is what the SDK makes of a body in which it finds none.
  if (isService && name !== "Unknown") return failure("refused");
  return failure(status === undefined ? "unexpected" : "garbled");
}

function traitsOf(thrown: unknown) {
  const error: Readonly<Record<string, unknown>> =
    typeof thrown === "object" && thrown !== null ? (thrown as Record<string, unknown>) : {};
  const text = (key: string) => (typeof error[key] === "string" ? (error[key] as string) : "");
  const answer = (error.$response ?? {}) as { readonly statusCode?: unknown };
  const metadata = (error.$metadata ?? {}) as { readonly httpStatusCode?: unknown };
  const status = metadata.httpStatusCode ?? answer.statusCode;
  return {
    name: text("name"),
    code: text("code"),
    message: text("message"),
    status: typeof status === "number" ? status : undefined,
    isService: error.$fault !== undefined,
  };
}
