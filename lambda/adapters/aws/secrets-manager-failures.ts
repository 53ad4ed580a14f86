import { type ErrorCode, RotationError } from "../../model/errors.ts";
import { type AwsFailure, effectOf, wordsOf } from "./failures.ts";

/** A call: the operation, with its name in IAM and CloudTrail, and the secret. */
export interface StoreAttempt {
  readonly operation: string;
  readonly secret: string;
  readonly isWrite: boolean;
}

const CODES = {
  denied: "store-denied",
  expired: "store-denied",
  unauthenticated: "store-denied",
  skewed: "aws-clock-skewed",
  untrusted: "aws-untrusted",
  misconfigured: "aws-settings-invalid",
  throttled: "store-throttled",
  refused: "store-refused",
  unavailable: "store-unavailable",
  unanswered: "store-unreachable",
  unconnected: "store-unreachable",
  garbled: "store-answer-invalid",
  unexpected: "internal",
} as const satisfies Readonly<Record<AwsFailure["kind"], ErrorCode>>;

/** The project's own error for a failure of Secrets Manager or of the connection to it. */
export function storeError(attempt: StoreAttempt, failure: AwsFailure): RotationError {
  const isQuota = failure.kind === "refused" && failure.name === "LimitExceededException";
  const code = isQuota ? "store-quota" : CODES[failure.kind];
  const what = isQuota ? "a quota of Secrets Manager is used up" : undefined;
  const effect = attempt.isWrite ? effectOf(failure) : "none";
  return new RotationError(code, messageOf(attempt, failure, what), { effect });
}

/** The same for the secret with an access token, which has error codes of its own. */
export function accessTokenError(attempt: StoreAttempt, failure: AwsFailure): RotationError {
  const { kind, name } = failure;
  if (kind === "refused" && name === "ResourceNotFoundException")
    return new RotationError("access-token-missing", messageOf(attempt, failure, "there is no such secret"));
  if (kind === "refused" || name.startsWith("AccessDenied"))
    return new RotationError("access-token-unreadable", messageOf(attempt, failure, "it can't be read"));
  return storeError(attempt, failure);
}

function messageOf({ operation, secret }: StoreAttempt, failure: AwsFailure, what?: string): string {
  return `${operation} of ${secret}: ${wordsOf(failure, "Secrets Manager", what)}`;
}
