import type { EmulatedAnswer, EmulatedRequest } from "../http.ts";
import { AwsRefusal } from "./errors.ts";

/** From the date of an answer, clients learn how far off their own clock is. */
export function dated(answer: EmulatedAnswer, clock: (() => Date) | undefined): EmulatedAnswer {
  return clock === undefined
    ? answer
    : { ...answer, headers: { ...answer.headers, date: clock().toUTCString() } };
}

const SIGNATURE_MINUTES = 5;

/** The messages are AWS's ("Signature Version 4 troubleshooting"). */
export function checkSignatureDate({ headers }: EmulatedRequest, now: Date): void {
  const at = headers["x-amz-date"] ?? "";
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(at) ?? [];
  const [year, month, day, ...time] = parts;
  const minutesBehind = (now.getTime() - Date.parse(`${year}-${month}-${day}T${time.join(":")}Z`)) / 60_000;
  if (Math.abs(minutesBehind) <= SIGNATURE_MINUTES) return;
  const own = now.toISOString().replace(/[-:]|\.\d+/g, "");
  throw new AwsRefusal(
    "InvalidSignatureException",
    minutesBehind > 0
      ? `Signature expired: ${at} is now earlier than ${own} (${own} - ${SIGNATURE_MINUTES} min.)`
      : `Signature not yet current: ${at} is still later than ${own} (${own} + ${SIGNATURE_MINUTES} min.)`,
  );
}
