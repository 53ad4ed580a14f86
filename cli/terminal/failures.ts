import { ERROR_KINDS, type ErrorCode, type RotationError } from "../../lambda/model/errors.ts";
import { printable } from "../../lambda/model/printable.ts";
import { ownerText } from "../../lambda/model/token.ts";
import type { ApplicationConfig } from "../../lambda/policy/config.ts";
import { remedyHere } from "../command/remedies.ts";
import { type Screen, say } from "./screen.ts";

/** Shows each failure with its code and its remedy. `failures` are the sentences of the run. */
export function showFailures(failures: readonly string[], screen: Screen): void {
  for (const failure of failures) {
    screen.line();
    say(screen, printable(failure), "  ", "bad");
    const remedy = remedyIn(failure);
    if (remedy !== undefined) say(screen, `What to do: ${remedy}`);
  }
}

/** Shows why an application could not be read, and the remedy. */
export function showFailure(
  { application, error }: { readonly application: ApplicationConfig; readonly error: RotationError },
  screen: Screen,
): void {
  showProblem(ownerText(application), error, screen);
}

/** Shows why something failed, and the remedy. */
export function showProblem(what: string, error: RotationError, screen: Screen): void {
  const sentence = `${what}: ${error.code}: ${error.message}`;
  screen.line();
  say(screen, printable(sentence), "  ", "bad");
  say(screen, `What to do: ${remedyHere(error.code, sentence)}`, "  ");
}

/** The sentence of a failure has its code between what failed and the message. */
function remedyIn(failure: string): string | undefined {
  const codes = Object.keys(ERROR_KINDS) as readonly ErrorCode[];
  const found = codes.find((code) => failure.includes(`: ${code}: `));
  return found && remedyHere(found, failure);
}
