import { RotationError } from "../model/errors.ts";
import { stampOf } from "../model/secret.ts";
import type { Action, Resume, Retire, Rotate, Spared } from "../plan/actions.ts";
import type { LineagePlan } from "../plan/plan.ts";
import type { OldString, Outcome } from "./outcomes.ts";

type Asked = Rotate | Resume | Retire;

/** Adds the state of the old string to the outcomes about a token that the event wants to deactivate. */
export function withLeakStatus(
  action: Action,
  outcomes: readonly Outcome[],
  lineage: LineagePlan,
): readonly Outcome[] {
  if (!isAsked(action)) return outcomes;
  const oldString: OldString = {
    works: worksAfter(outcomes, action),
    heldBy: heldBy(action, lineage),
    next: nextStep(outcomes, action),
  };
  return outcomes.map((outcome) => {
    if (outcome.subject.id !== action.subject.id) return outcome;
    // A postponed action is an error here, because the people who handle the leak must know about it.
    const error = outcome.outcome === "deferred" ? (outcome.error ?? putOff(action)) : outcome.error;
    return { ...outcome, error, oldString };
  });
}

function putOff({ kind, subject }: Asked): RotationError {
  const what = kind === "retire" ? "deactivated" : "replaced or deactivated";
  return new RotationError("predecessor-active", `${subject.id} was not ${what}: this run postponed it`);
}

function isAsked(action: Action): action is Asked {
  if (action.kind === "retire") return action.reason === "retire-now";
  if (action.kind !== "rotate" && action.kind !== "resume") return false;
  return action.retireNow || action.spared !== undefined;
}

function ending(outcomes: readonly Outcome[], { subject }: Asked): Outcome | undefined {
  return outcomes.find(({ action, subject: { id } }) => action === "retire" && id === subject.id);
}

function worksAfter(outcomes: readonly Outcome[], action: Asked): OldString["works"] {
  const retirement = ending(outcomes, action);
  if (retirement?.outcome === "deactivated") return "no";
  return retirement?.error?.effect === "unknown" ? "unknown" : "yes";
}

function nextStep(outcomes: readonly Outcome[], action: Asked): string {
  if (outcomes.some(({ outcome }) => outcome === "planned"))
    return action.kind !== "retire" && action.spared !== undefined
      ? SPARED[action.spared]
      : "a real run deactivates it as soon as its successor is current and the event about it is sent";
  if (ending(outcomes, action)?.outcome === "deactivated")
    return `it is inactive in Losant, not deleted. To bring it back: losant-token-rotation undo --token ${action.subject.id}`;
  if (action.kind !== "retire" && action.spared !== undefined) return SPARED[action.spared];
  return "correct the cause, then send the same event again: it deactivates the token, even if its successor is new";
}

const SPARED = {
  "until-next-run":
    "the worker was logged in with it during this run: send the same event again, and the next run logs in with the successor",
  "until-replaced":
    "the worker logs in with it. Store another access token (losant-token-rotation access-token), and then send the same event again",
  "named-by-name":
    "anybody can give a token that name, and the worker didn't create this one. To deactivate it, send the same event with its id",
} as const satisfies Record<Spared, string>;

/** Who may have the string: those who read it from a secret, until they read again, and those who received it by hand. */
function heldBy(action: Asked, { secretName, secretArn }: LineagePlan): string {
  const { subject } = action;
  const former = action.kind === "retire" ? action.former : action.from;
  const { marker } = subject;
  const readFrom = (secret = "?") =>
    `everybody who read it from the secret ${secret}, until they read it again`;
  if (former !== undefined && stampOf(former)?.tokenId === subject.id) return readFrom(secretName);
  // Anybody may have written the marker, so it is only a hint for a person.
  if (typeof marker === "object") {
    const isHere = marker.secretArn === secretArn;
    return isHere
      ? readFrom(secretName)
      : `${readFrom(marker.secretArn)}. This is a secret of another deployment, which gets no successor`;
  }
  const byHand = "everybody who received it by hand";
  if (former === undefined || stampOf(former) !== undefined)
    return `${byHand}. No secret of this worker has held it`;
  return `${byHand}. Also everybody who read it from the secret ${secretName}, if its version ${former} held it`;
}
