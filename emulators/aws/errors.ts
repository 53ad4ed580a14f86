import type { EmulatedAnswer } from "../http.ts";

/** Thrown inside the emulator if AWS would refuse the call. It becomes the answer of the call. */
export class AwsRefusal extends Error {
  readonly type: string;
  readonly status: number;

  constructor(type: string, message: string, status = statusOf(type)) {
    super(message);
    this.name = "AwsRefusal";
    this.type = type;
    this.status = status;
  }
}

/** AWS JSON 1.1 answers 400 to all errors of the caller, including throttling and missing permissions. */
const SERVER_SIDE = new Map([
  ["InternalServiceError", 500],
  ["InternalFailure", 500],
  ["InternalException", 500],
  ["ServiceUnavailable", 503],
  ["ServiceUnavailableException", 503],
]);

function statusOf(type: string): number {
  return SERVER_SIDE.get(type) ?? 400;
}

/**
 * An error in the form of AWS's answers, for the `answer` of a fault: `awsError("ThrottlingException")`.
 * Without `status`, it has the status that AWS uses for this type.
 */
export function awsError(type: string, status = statusOf(type), message = type): EmulatedAnswer {
  return {
    status,
    headers: { "content-type": "application/x-amz-json-1.1", "x-amzn-errortype": type },
    body: { __type: type, Message: message },
  };
}
