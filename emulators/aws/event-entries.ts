import * as v from "valibot";
import { text } from "./input.ts";

const BusName = v.pipe(
  text(1, 1600),
  v.regex(/^(arn:aws[\w-]*:events:[a-z]+-[a-z]+-[\w-]+:\d{12}:event-bus\/)?[.\-_A-Za-z0-9]+$/),
);
export const Entry = v.object({
  Source: v.optional(v.string(), ""),
  DetailType: v.optional(v.string(), ""),
  Detail: v.optional(v.string(), ""),
  Resources: v.optional(v.array(v.string()), []),
  EventBusName: v.optional(BusName, "default"),
  Time: v.optional(v.number()),
});
export type Entry = v.InferOutput<typeof Entry>;

export type PutEventsTweak = Readonly<Record<string, unknown>>;
export interface Failure {
  readonly ErrorCode: string;
  readonly ErrorMessage: string;
}

export const failure = (ErrorCode: string, ErrorMessage: string): Failure => ({ ErrorCode, ErrorMessage });

export function tweakedFailure({ fail, failCode }: PutEventsTweak, index: number): Failure | undefined {
  const harmed = Array.isArray(fail) ? fail.includes(index) : failCode !== undefined;
  const code = typeof failCode === "string" ? failCode : "InternalFailure";
  return harmed ? failure(code, `${code} by a fault of the emulator`) : undefined;
}

export function refusalOf(entry: Entry): Failure | undefined {
  for (const member of ["Source", "DetailType", "Detail"] as const)
    if (entry[member] === "")
      return failure(
        "InvalidArgument",
        `Parameter ${member} is not valid. Reason: ${member} is a required argument.`,
      );
  if (entry.DetailType.length > 128)
    return failure("InvalidArgument", "Parameter DetailType is not valid. Reason: it is too long.");
  if (entry.Source.startsWith("aws."))
    return failure("NotAuthorizedForSourceException", "Not authorized for the source.");
  return isJsonObject(entry.Detail) ? undefined : failure("MalformedDetail", "Detail is malformed.");
}

function isJsonObject(detail: string): boolean {
  try {
    const value: unknown = JSON.parse(detail);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** "Calculating PutEvents event entry size" of the EventBridge guide: a time counts 14 bytes. */
export function billedSize({ Time, Source, DetailType, Detail, Resources }: Entry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  const bytes = texts.reduce((sum, part) => sum + Buffer.byteLength(part), 0);
  return bytes + (Time === undefined ? 0 : 14);
}
