import { RotationError } from "../../lambda/model/errors.ts";
import { printable } from "../../lambda/model/printable.ts";
import { type Screen, say } from "../terminal/screen.ts";
import { remedyHere } from "./remedies.ts";

/** Arguments that a command can't make sense of. */
export class Misuse extends Error {
  override readonly name = "Misuse";
  /** It says itself how to write it. */
  readonly isComplete: boolean;

  constructor(message: string, { isComplete = false }: { readonly isComplete?: boolean } = {}) {
    super(message);
    this.isComplete = isComplete;
  }
}

/** Ctrl-C. The message says what became of the work. */
export class Interruption extends Error {
  override readonly name = "Interruption";
}

/** What a command of the operator's does not do, why, and what to do instead. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}

/** Shows what was not done and why, with the remedy. */
export function showRefusal(refusal: Refusal | RotationError, screen: Screen): void {
  const isError = refusal instanceof RotationError;
  say(screen, printable(`${isError ? `${refusal.code}: ` : ""}${refusal.message}.`), "", "bad");
  say(screen, printable(isError ? remedyHere(refusal.code, refusal.message) : refusal.remedy), "");
}
