import * as v from "valibot";
import { type ErrorCode, RotationError } from "../../model/errors.ts";
import { scrub } from "../scrub.ts";
import type { AwsAnswer } from "./client.ts";
import { type AwsFailure, DENIED, effectOf, mayPass, wordsOf } from "./failures.ts";

/** PutEvents answers 200 even if entries failed. The entries are in the order in which they were sent. */
export const PutEventsAnswer = v.object({
  Entries: v.array(
    v.object({
      EventId: v.optional(v.string()),
      ErrorCode: v.optional(v.string()),
      ErrorMessage: v.optional(v.string()),
    }),
  ),
});
type Answer = v.InferOutput<typeof PutEventsAnswer>;

/** The result of one entry. `mayPass`: EventBridge may accept it a moment later. */
export type Verdict =
  | { readonly accepted: true }
  | { readonly accepted: false; readonly error: RotationError; readonly mayPass: boolean };

const CODES = {
  denied: "bus-denied",
  expired: "bus-denied",
  unauthenticated: "bus-denied",
  skewed: "aws-clock-skewed",
  untrusted: "aws-untrusted",
  misconfigured: "aws-settings-invalid",
  throttled: "bus-unavailable",
  refused: "bus-refused",
  unavailable: "bus-unavailable",
  unanswered: "bus-unreachable",
  unconnected: "bus-unreachable",
  garbled: "bus-unreachable",
  unexpected: "internal",
} as const satisfies Readonly<Record<AwsFailure["kind"], ErrorCode>>;

/** "ThrottlingException, InternalFailure": the entry errors that PutEvents' reference says to send again. */
const SENT_AGAIN = new Set(["ThrottlingException", "InternalFailure"]);

/** The result of the entry at `index`, of `count` entries that were sent. */
export function verdictOnEntry(
  answer: AwsAnswer<Answer>,
  index: number,
  count: number,
  busName: string,
): Verdict {
  if (!answer.ok) return onCall(answer.failure, busName);
  const entry = answer.value.Entries[index];
  if (entry !== undefined && answer.value.Entries.length === count) return onEntry(entry, busName);
  return onCall({ kind: "garbled", name: "UnexpectedAnswer", said: "" }, busName);
}

function onEntry({ EventId, ErrorCode, ErrorMessage }: Answer["Entries"][number], busName: string): Verdict {
  if (ErrorCode === undefined && EventId !== undefined && EventId !== "") return { accepted: true };
  const name = scrub(ErrorCode ?? "no EventId");
  const message = `PutEvents to ${busName}: the event was not accepted (${name}: ${scrub(ErrorMessage ?? "")})`;
  if (SENT_AGAIN.has(name))
    return { accepted: false, error: new RotationError("bus-unavailable", message), mayPass: true };
  const code = DENIED.test(name) ? "bus-denied" : ErrorCode === undefined ? "bus-unavailable" : "bus-refused";
  return { accepted: false, error: new RotationError(code, message), mayPass: false };
}

function onCall(failure: AwsFailure, busName: string): Verdict {
  const message = `PutEvents to ${busName}: ${wordsOf(failure, "EventBridge")}`;
  const error = new RotationError(CODES[failure.kind], message, { effect: effectOf(failure) });
  return { accepted: false, error, mayPass: mayPass(failure) };
}
