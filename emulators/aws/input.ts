import * as v from "valibot";
import { AwsRefusal } from "./errors.ts";

/**
 * The body of a request, checked against the operation's shape. The refusal names the member and the rule, but never the
 * value: valibot's own messages would quote a secret.
 */
export function readInput<Shape extends v.GenericSchema>(shape: Shape, body: unknown): v.InferOutput<Shape> {
  const result = v.safeParse(shape, body);
  if (result.success) return result.output;
  const issue = result.issues[0];
  const member = v.getDotPath(issue) ?? "the request";
  throw new AwsRefusal(
    "ValidationException",
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: ${issue.type}`,
  );
}

export function parsed(body: string): unknown {
  try {
    return JSON.parse(body === "" ? "{}" : body);
  } catch {
    throw new AwsRefusal("SerializationException", "The request is not JSON.");
  }
}

/** A string with the lengths from the service's model. */
export const text = (min: number, max: number) => v.pipe(v.string(), v.minLength(min), v.maxLength(max));

/** A date in the format of AWS JSON 1.1: seconds since 1970, with a fraction. */
export const seconds = (at: Date) => at.getTime() / 1000;
