import { RotationError } from "../../lambda/model/errors.ts";
import { printable } from "../../lambda/model/printable.ts";
import { type Screen, say } from "../terminal/screen.ts";
import { remedyHere } from "./remedies.ts";

/** The arguments are wrong. */
export class Misuse extends Error {
  override readonly name = "Misuse";
  /** The message shows the correct command, so no usage is added. */
  readonly isComplete: boolean;

  constructor(message: string, { isComplete = false }: { readonly isComplete?: boolean } = {}) {
    super(message);
    this.isComplete = isComplete;
  }
}

/** Ctrl-C. The message says what was done. */
export class Interruption extends Error {
  override readonly name = "Interruption";
}

/** A command refuses to do something. Says why, and what to do instead. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}

/** Shows why a command refused or failed, and the remedy. */
export function showRefusal(refusal: Refusal | RotationError, screen: Screen): void {
  const isError = refusal instanceof RotationError;
  say(screen, printable(`${isError ? `${refusal.code}: ` : ""}${refusal.message}.`), "", "bad");
  say(screen, printable(isError ? remedyHere(refusal.code, refusal.message) : refusal.remedy), "");
}
