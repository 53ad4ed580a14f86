import { printable } from "../../lambda/model/printable.ts";
import { type ApiToken, ownerFacts } from "../../lambda/model/token.ts";
import { type Screen, say } from "../terminal/screen.ts";
import { relative } from "../terminal/words.ts";
import type { Found } from "./find.ts";
import type { Undo } from "./intent.ts";

/** Shows the current state, and what would be done. */
export function showIntent(
  undo: Undo,
  { application, secret }: Found,
  predecessor: ApiToken,
  now: Date,
  screen: Screen,
): void {
  const { name, id, status, expiresAt } = predecessor;
  screen.line(`${screen.paint("strong", printable(name))}  ${screen.paint("faint", application.id)}`);
  say(screen, `The predecessor ${id} is ${status}, and ${expires(expiresAt, now)}.`);
  say(screen, `Its successor is ${undo.successorId}. The secret is ${secret.name}.`);
  screen.line();
  for (const step of stepsOf(undo, predecessor)) say(screen, `- ${step}`);
  if (status === "inactive")
    say(
      screen,
      "If the token was deactivated because its string leaked, whoever holds the string can use it again.",
      "  ",
      "warn",
    );
}

function stepsOf(undo: Undo, { id, status }: ApiToken): readonly string[] {
  const reactivation = status === "active" ? [] : [`Reactivate ${id} at Losant.`];
  switch (undo.kind) {
    case "move": {
      const whose = undo.isForeign
        ? ". That version was current before the first rotation. It probably holds the predecessor's string, but nothing records that"
        : "";
      return [...reactivation, `Move AWSCURRENT from ${undo.from} to ${undo.to}${whose}.`];
    }
    case "reactivate":
      return [...reactivation, "Leave AWSCURRENT where it is."];
    case "undone":
      return undo.isForeign
        ? [
            "AWSCURRENT is already on a version that somebody else stored, as after an undo. There is nothing to move.",
          ]
        : [...reactivation, "Leave AWSCURRENT where it is: an earlier undo has moved it back."];
    default:
      return undo satisfies never;
  }
}

function expires(at: Date | undefined, now: Date): string {
  return at === undefined ? "never expires" : `expires ${relative(at, now)}`;
}

/** What `--json` prints: the state before, and the result. */
export function undoDocument(
  undo: Undo,
  { application, secret }: Found,
  { id, name, status }: ApiToken,
  outcome: "planned" | "undone" | "refused",
) {
  return {
    schemaVersion: "1",
    outcome,
    kind: undo.kind,
    ...ownerFacts(application),
    secretName: secret.name,
    predecessor: { tokenId: id, name, statusBefore: status },
    successorId: undo.successorId,
    ...(undo.kind === "move" && { from: undo.from, to: undo.to }),
  };
}

/** The warning if no version holds the predecessor's string. */
export const STORED_NOWHERE =
  "No version of the secret holds the predecessor's string, so AWSCURRENT can't be moved back to it. The command can only " +
  "reactivate the predecessor. Whoever still holds its string can then use it again.";

/** What the worker does after this, and how to rotate the token again. */
export function nextSteps(undo: Undo, { application }: Found, isMoved: boolean): readonly string[] {
  if (!isMoved) return ["AWSCURRENT was not moved. Consumers that read the secret still get the successor."];
  // If the worker didn't store the current version, the successor is still the head of the lineage.
  const head = undo.kind !== "reactivate" && undo.isForeign ? undo.successorId : undo.predecessorId;
  return [
    "Scheduled runs now skip this token (rolled-back) until you force its rotation or until it is about to expire.",
    "Consumers learn of this only from AWS's own event. Consumers that keep the string they read have to read the secret again.",
    `To rotate the token again: npm run rotate -- --application ${application.id} --token ${head} --force`,
  ];
}
