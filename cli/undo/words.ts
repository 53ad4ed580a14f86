import { printable } from "../../lambda/model/printable.ts";
import type { ApiToken } from "../../lambda/model/token.ts";
import { type Screen, say } from "../terminal/screen.ts";
import { relative } from "../terminal/words.ts";
import type { Found } from "./find.ts";
import type { Undo } from "./intent.ts";

/** What stands now, and what would be done about it. */
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
      "If it was deactivated because it had leaked: whoever holds the leaked string can use it again.",
      "  ",
      "warn",
    );
}

function stepsOf(undo: Undo, { id, status }: ApiToken): readonly string[] {
  const reactivation = status === "active" ? [] : [`Reactivate ${id} at Losant.`];
  switch (undo.kind) {
    case "move": {
      const whose = undo.isForeign
        ? ", which was current before the first rotation; that it holds the predecessor's string is likely, and not written down"
        : "";
      return [...reactivation, `Move AWSCURRENT from ${undo.from} to ${undo.to}${whose}.`];
    }
    case "reactivate":
      return [...reactivation, "AWSCURRENT stays where it is."];
    case "undone":
      return undo.isForeign
        ? [
            "AWSCURRENT is on a version that somebody else stored, as after an undo: there is nothing to move.",
          ]
        : [...reactivation, "AWSCURRENT is where an undo puts it."];
    default:
      return undo satisfies never;
  }
}

function expires(at: Date | undefined, now: Date): string {
  return at === undefined ? "never expires" : `expires ${relative(at, now)}`;
}

/** What `--json` prints: where it stood, and what became of it. */
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
    applicationId: application.id,
    secretName: secret.name,
    predecessor: { tokenId: id, name, statusBefore: status },
    successorId: undo.successorId,
    ...(undo.kind === "move" && { from: undo.from, to: undo.to }),
  };
}

/** Where no version holds the predecessor's string. */
export const STORED_NOWHERE =
  "No version of the secret holds the predecessor's string: nothing stored it, so AWSCURRENT can't go back to it. " +
  "Reactivating it is all that can be done; whoever still holds the string can then use it again.";

/** What the worker makes of it, and the way forward. */
export function nextSteps(undo: Undo, isMoved: boolean): readonly string[] {
  if (!isMoved) return ["AWSCURRENT was not moved: who reads the secret gets the successor, as before."];
  // Where the current version is nobody's, the lineage still stands on the successor.
  const head = undo.kind !== "reactivate" && undo.isForeign ? undo.successorId : undo.predecessorId;
  return [
    "The worker respects this: scheduled runs hold (rolled-back), until it is forced or the token is about to expire.",
    "Consumers hear of it from AWS's own event only; those that keep what they read have to read the secret again.",
    `To go forward again: npm run rotate -- --token ${head} --force`,
  ];
}
