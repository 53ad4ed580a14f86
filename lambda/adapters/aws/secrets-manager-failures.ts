import { type ErrorCode, RotationError } from "../../model/errors.ts";
import type { AwsFailure } from "./failures.ts";

/** What was attempted: the operation as IAM and CloudTrail name it, and on which secret. */
export interface StoreAttempt {
  readonly operation: string;
  readonly secret: string;
  readonly isWrite: boolean;
}

/** The project's own error for what Secrets Manager, or the way to it, did. */
export function storeError(attempt: StoreAttempt, failure: AwsFailure): RotationError {
  const { code, what, mayHaveHappened } = verdictOn(failure);
  return new RotationError(code, messageOf(attempt, what, failure), {
    effect: mayHaveHappened && attempt.isWrite ? "unknown" : "none",
  });
}

/** The same, for the secret with an access token: what is wrong with it has codes of its own. */
export function accessTokenError(attempt: StoreAttempt, failure: AwsFailure): RotationError {
  const { kind, name } = failure;
  if (kind === "refused" && name === "ResourceNotFoundException")
    return new RotationError("access-token-missing", messageOf(attempt, "there is no such secret", failure));
  if (kind === "refused" || name.startsWith("AccessDenied"))
    return new RotationError("access-token-unreadable", messageOf(attempt, "it can't be read", failure));
  return storeError(attempt, failure);
}

interface Verdict {
  readonly code: ErrorCode;
  readonly what: string;
  readonly mayHaveHappened: boolean;
}

function verdictOn({ kind, name }: AwsFailure): Verdict {
  const sure = (code: ErrorCode, what: string) => ({ code, what, mayHaveHappened: false });
  const unsure = (code: ErrorCode, what: string) => ({ code, what, mayHaveHappened: true });
  switch (kind) {
    case "denied":
      return sure("store-denied", "the worker may not do this");
    case "throttled":
      return sure("store-throttled", "Secrets Manager throttles");
    case "refused":
      return name === "LimitExceededException"
        ? sure("store-quota", "a quota of Secrets Manager is used up")
        : sure("store-refused", "Secrets Manager refused");
    case "unavailable":
      return unsure("store-unavailable", "Secrets Manager is unavailable");
    case "unanswered":
      return unsure("store-unreachable", "no answer of Secrets Manager arrived");
    case "unconnected":
      return sure("store-unreachable", "Secrets Manager could not be reached");
    case "garbled":
      return unsure("store-answer-invalid", "the answer is not one of Secrets Manager");
    case "unexpected":
      return unsure("internal", "an unexpected error");
  }
}

function messageOf({ operation, secret }: StoreAttempt, what: string, { name, said }: AwsFailure): string {
  return `${operation} of ${secret}: ${what} (${said === "" ? name : `${name}: ${said}`})`;
}
