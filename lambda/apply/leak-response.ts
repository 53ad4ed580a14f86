import { RotationError } from "../model/errors.ts";
import { stampOf } from "../model/secret.ts";
import type { Action, Resume, Retire, Rotate, Spared } from "../plan/actions.ts";
import type { LineagePlan } from "../plan/plan.ts";
import type { OldString, Outcome } from "./outcomes.ts";

type Asked = Rotate | Resume | Retire;

/** The outcomes of an action, of which those about the token it was to deactivate say what is left of its string. */
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
    // Put off is not done: whoever answers for the leak must hear of it.
    const error = outcome.outcome === "deferred" ? (outcome.error ?? putOff(action)) : outcome.error;
    return { ...outcome, error, oldString };
  });
}

function putOff({ kind, subject }: Asked): RotationError {
  const what = kind === "retire" ? "deactivated" : "replaced, and so not deactivated";
  return new RotationError("predecessor-active", `${subject.id} was not ${what}: this run put it off`);
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
      : "a real run deactivates it, as soon as its successor is current and announced";
  if (ending(outcomes, action)?.outcome === "deactivated")
    return `it is inactive at Losant, not deleted; to bring it back: npm run undo -- --token ${action.subject.id}`;
  if (action.kind !== "retire" && action.spared !== undefined) return SPARED[action.spared];
  return "once what stood in the way is mended, send the same event again: it deactivates the token, however new its successor is";
}

const SPARED = {
  "until-next-run":
    "the worker was logged in with it in this run; send the same event again: the next run logs in with the successor",
  "until-replaced":
    "the worker logs in with it: store another access token (npm run access-token), then send the same event again",
  "named-by-name":
    "anybody can give a token that name, and the worker did not make this one: to deactivate it, send the same event with its id",
} as const satisfies Record<Spared, string>;

/** Whoever read it from a secret has it until they read again; whoever was given it by hand has it for good. */
function heldBy(action: Asked, { secretName, secretArn }: LineagePlan): string {
  const { subject } = action;
  const former = action.kind === "retire" ? action.former : action.from;
  const { marker } = subject;
  const readFrom = (secret = "?") => `whoever read it from the secret ${secret}, until they read it again`;
  if (former !== undefined && stampOf(former)?.tokenId === subject.id) return readFrom(secretName);
  // Anybody may have written it: it is a hint for a person, and no more.
  if (typeof marker === "object") {
    const isHere = marker.secretArn === secretArn;
    return isHere
      ? readFrom(secretName)
      : `${readFrom(marker.secretArn)}: another deployment's, which gets no successor`;
  }
  const byHand = "whoever was given it by hand";
  if (former === undefined || stampOf(former) !== undefined)
    return `${byHand}: no secret of this worker has held it`;
  return `${byHand}; and, if version ${former} of the secret ${secretName} held it, whoever read it from there`;
}
