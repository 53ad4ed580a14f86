import type { Redacted } from "../../model/redacted.ts";
import { isAboutCertificate } from "../certificates.ts";
import { NEVER_CONNECTED } from "../connection.ts";
import { scrub } from "../scrub.ts";
import { INVALID_ENDPOINT } from "./guard.ts";

interface FailureKind {
  /** Whether a write may have happened anyway. */
  readonly effect: "none" | "unknown";
  /** Whether the same call may succeed a moment later. */
  readonly mayPass: boolean;
  readonly what: (service: string) => string;
}

const KINDS = {
  /** A role without the permission. */
  denied: { effect: "none", mayPass: false, what: () => "AWS doesn't allow this" },
  expired: { effect: "none", mayPass: false, what: () => "the AWS credentials have expired" },
  unauthenticated: {
    effect: "none",
    mayPass: false,
    what: () => "there are no AWS credentials, or AWS does not accept them",
  },
  /** The date of the signature: see `clockCorrected`. */
  skewed: {
    effect: "none",
    mayPass: false,
    what: (service) => `the clocks of this machine and of ${service} differ`,
  },
  throttled: { effect: "none", mayPass: true, what: (service) => `${service} throttles requests` },
  /** The service rejected the request. `name` has the cause. */
  refused: { effect: "none", mayPass: false, what: (service) => `${service} rejected the request` },
  /** 5xx. */
  unavailable: { effect: "unknown", mayPass: true, what: (service) => `${service} is unavailable` },
  unanswered: { effect: "unknown", mayPass: true, what: (service) => `no answer from ${service} arrived` },
  unconnected: { effect: "none", mayPass: true, what: (service) => `${service} could not be reached` },
  /** Nothing is sent to a server with a wrong certificate. */
  untrusted: {
    effect: "none",
    mayPass: false,
    what: (service) => `the certificate of ${service} is not trusted`,
  },
  /** With this region, endpoint and credentials, no request can be made. */
  misconfigured: { effect: "none", mayPass: false, what: () => "the AWS settings are wrong" },
  /** Not an answer from AWS. */
  garbled: { effect: "unknown", mayPass: false, what: (service) => `the answer is not from ${service}` },
  /** The SDK failed before it sent anything, or in a way not known here. */
  unexpected: { effect: "unknown", mayPass: false, what: () => "an unexpected error" },
} as const satisfies Readonly<Record<string, FailureKind>>;

/** What an error of the AWS SDK means for the caller. It contains nothing of the error itself, which has inputs and answers. */
export interface AwsFailure {
  readonly kind: keyof typeof KINDS;
  /** The exception's name, as AWS documents it. */
  readonly name: string;
  /** The message of the service, scrubbed, for comparing and for showing. */
  readonly said: string;
}

const BROKEN_CONNECTION = new Set([
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "ERR_STREAM_PREMATURE_CLOSE",
]);
/** What Node does before it sends any byte of the request. */
const CONNECTING = new Set(["connect", "getaddrinfo"]);
/** The handshake or the encryption after it failed. In TLS 1.3, the server may reject while the request is being sent. */
const ENCRYPTION = /^(EPROTO$|ERR_SSL_)/;
/** Errors of Node's HTTP parser. */
const NOT_HTTP = /^HPE_/;
/* "Common errors" of the AWS APIs, and what the SDK's credential providers throw. */
export const DENIED = /^(AccessDenied|NotAuthorized|UnauthorizedOperation|OptInRequired)/;
const EXPIRED = /^ExpiredToken/;
const UNAUTHENTICATED =
  /^(UnrecognizedClient|InvalidClientTokenId|InvalidAccessKeyId|MissingAuthenticationToken|IncompleteSignature|InvalidSignature|SignatureDoesNotMatch|CredentialsProviderError|TokenProviderError)/;
const SKEWED = /^(RequestTimeTooSkewed|RequestExpired|RequestInTheFuture)/;
/** Either the key or the date of a signature is wrong, and only the message shows which. */
const SIGNATURE = /^(InvalidSignature|SignatureDoesNotMatch)/;
const WRONG_DATE = /^Signature (expired|not yet current)/i;
const THROTTLED =
  /^(Throttl|TooManyRequests|RequestLimitExceeded|RequestThrottled|SlowDown|BandwidthLimitExceeded|ProvisionedThroughputExceeded|PriorRequestNotComplete)/;
const UNAVAILABLE = /^(InternalService|InternalFailure|InternalException|InternalError|ServiceUnavailable)/;

/** Whether the same call may succeed a moment later. */
export function mayPass({ kind }: AwsFailure): boolean {
  return KINDS[kind].mayPass;
}

/** Whether a write with this failure may have happened anyway. */
export function effectOf({ kind }: AwsFailure): FailureKind["effect"] {
  return KINDS[kind].effect;
}

/** For a message: what happened (or `what`, if the caller knows more), and the message of the service. */
export function wordsOf(
  { kind, name, said }: AwsFailure,
  service: string,
  what: string = KINDS[kind].what(service),
): string {
  return `${what} (${said === "" ? name : `${name}: ${said}`})`;
}

/** Classifies an error of the SDK by its properties, because the classes differ between services. */
export function awsFailure(thrown: unknown, secrets: readonly Redacted[] = []): AwsFailure {
  const { name, code, syscall, message, status, isService } = traitsOf(thrown);
  // For a connection, the code says most. For an unusable answer, the status does. Neither quotes anything.
  const shownName = () => {
    if (isService && name !== "Unknown") return name;
    if (status !== undefined) return name === "Unknown" ? `HTTP ${status}` : `HTTP ${status}, ${name}`;
    return code === "" ? name : code;
  };
  const failure = (kind: AwsFailure["kind"]): AwsFailure => ({
    kind,
    name: scrub(shownName(), secrets),
    said: isService ? scrub(message, secrets) : "",
  });
  const setting = wrongSetting(name, code, message);
  if (setting !== undefined) return { kind: "misconfigured", ...setting };
  if (isAboutCertificate(code)) return failure("untrusted");
  if (NEVER_CONNECTED.has(code) || CONNECTING.has(syscall)) return failure("unconnected");
  if (BROKEN_CONNECTION.has(code) || ENCRYPTION.test(code)) return failure("unanswered");
  if (NOT_HTTP.test(code)) return failure("garbled");
  if (name === "TimeoutError" || name === "AbortError")
    // The connection timeout of the SDK's handler has no code and no class of its own (set-connection-timeout.js).
    return failure(message.includes("did not establish a connection") ? "unconnected" : "unanswered");
  if (SKEWED.test(name) || (SIGNATURE.test(name) && WRONG_DATE.test(message))) return failure("skewed");
  if (EXPIRED.test(name)) return failure("expired");
  if (UNAUTHENTICATED.test(name)) return failure("unauthenticated");
  if (DENIED.test(name)) return failure("denied");
  if (THROTTLED.test(name) || status === 429) return failure("throttled");
  if (UNAVAILABLE.test(name) || (status !== undefined && status >= 500 && status < 600))
    return failure("unavailable");
  // If the body contains no error name, the SDK's error has none either.
  if (isService && name !== "Unknown") return failure("refused");
  return failure(status === undefined ? "unexpected" : "garbled");
}

/**
 * The errors of the SDK and Node about wrong settings. The value itself is not shown: it may be a secret in the wrong place.
 */
function wrongSetting(
  name: string,
  code: string,
  message: string,
): Pick<AwsFailure, "name" | "said"> | undefined {
  if (message === "Region is missing") return { name: "NoRegion", said: "AWS_REGION is not set" };
  if (message.startsWith("Region not accepted"))
    return { name: "InvalidRegion", said: "AWS_REGION is not the name of a region" };
  if (code === "ERR_INVALID_URL" || name === INVALID_ENDPOINT)
    return {
      name: INVALID_ENDPOINT,
      said: "AWS_ENDPOINT_URL is not an address such as https://secretsmanager.us-east-1.amazonaws.com",
    };
  if (code === "ERR_INVALID_CHAR")
    return {
      name: "InvalidCredentials",
      said: "a credential contains a character that is not allowed in a header",
    };
  if (name === "EndpointError") return { name, said: scrub(message) };
  return message.startsWith("Invalid parameter for")
    ? { name: "InvalidParameter", said: scrub(message) }
    : undefined;
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
    syscall: text("syscall"),
    message: text("message"),
    status: typeof status === "number" ? status : undefined,
    isService: error.$fault !== undefined,
  };
}
