import { RotationError } from "../../lambda/model/errors.ts";
import { harmless } from "../terminal/harmless.ts";
import { type Screen, say } from "../terminal/screen.ts";
import { hintsFor } from "./hints.ts";

/** What a command of the operator's does not do, why, and what to do instead. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}

/** Shows what stopped a command. Anything but the project's own errors is a defect, and thrown on. */
export function showRefusal(thrown: unknown, screen: Screen): void {
  if (!(thrown instanceof Refusal || thrown instanceof RotationError)) throw thrown;
  const message = thrown instanceof RotationError ? `${thrown.code}: ${thrown.message}` : thrown.message;
  say(screen, harmless(`${message}.`), "", "bad");
  say(screen, harmless(thrown.remedy), "");
  for (const hint of hintsFor([message])) say(screen, hint, "");
}
