import { asRotationError } from "../model/errors.ts";
import { type Effect, isEffect } from "../plan/actions.ts";
import type { LineagePlan } from "../plan/plan.ts";
import type { ApplicationContext } from "./context.ts";
import { discard } from "./discard.ts";
import { withLeakStatus } from "./leak-response.ts";
import { failedOutcome, type Outcome, outcomeOf } from "./outcomes.ts";
import { retire } from "./retire.ts";
import { announce, resume, rotate } from "./rotate.ts";
import { settle } from "./store.ts";

/**
 * Carries out the plan of one lineage, in order. Only this function decides the order of effects. Every action gets an outcome.
 * If one fails, the others still continue.
 */
export async function applyPlan(plan: LineagePlan, context: ApplicationContext): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const action of plan.actions) {
    if (isEffect(action)) {
      const said = heldBack(action, outcomes, plan, context) ?? (await attempt(action, plan, context));
      outcomes.push(...withLeakStatus(action, said, plan));
    } else {
      outcomes.push(outcomeOf(action, plan.secretName, "deferred"));
    }
  }
  return outcomes;
}

/** The outcome of an effect that has to wait because of the effects before it. Undefined if it doesn't have to wait. */
function heldBack(
  action: Effect,
  done: readonly Outcome[],
  { secretName }: LineagePlan,
  { run }: ApplicationContext,
): readonly Outcome[] | undefined {
  // Consumers of the old string must get the event before the string stops working.
  const isOwed = done.some((outcome) => outcome.action === "announce" && outcome.error !== undefined);
  if (!run.gate.hasTime || (action.kind === "retire" && isOwed))
    return action.kind === "settle" ? [] : [outcomeOf(action, secretName, "deferred")];
  if (action.kind !== "rotate" || orphansLeft(done) <= action.orphansAllowed) return undefined;
  const { subject } = action;
  return [{ action: "skip", reason: "orphan-left", subject, secretName, outcome: "skipped" }];
}

async function attempt(
  action: Effect,
  plan: LineagePlan,
  context: ApplicationContext,
): Promise<readonly Outcome[]> {
  try {
    return await carryOut(action, plan, context);
  } catch (thrown) {
    const error = asRotationError(thrown);
    // Nothing happened, and there is no time to wait, so the next run does it. This is not a failure, except for a leaked
    // token.
    const isLeak = action.kind === "retire" && action.reason === "retire-now";
    const isPutOff = error.code === "losant-throttled" && error.effect === "none" && !isLeak;
    if (isPutOff && action.kind !== "settle") return [outcomeOf(action, plan.secretName, "deferred")];
    return [failedOutcome(action, plan.secretName, error)];
  }
}

/** How many orphans of this lineage this run couldn't delete. */
function orphansLeft(outcomes: readonly Outcome[]): number {
  const isLeft = ({ action, reason, outcome }: Outcome) =>
    action === "discard" && reason === "orphan" && outcome === "failed";
  return outcomes.filter(isLeft).length;
}

function carryOut(
  action: Effect,
  plan: LineagePlan,
  context: ApplicationContext,
): Promise<readonly Outcome[]> {
  const { secretName, secretArn } = plan;
  if (secretName === undefined) throw new Error("a stray has no effects");
  if (action.kind === "rotate")
    return context.run.gate.admit(() => rotate(action, secretName, plan, context));
  if (secretArn === undefined) throw new Error("only a rotation starts without a secret");
  const place = { secretName, secretArn };
  switch (action.kind) {
    case "announce":
      return announce(action, place, context);
    case "settle":
      return settle(secretArn, action.version.stamp, context).then(() => []);
    case "resume":
      return resume(action, place, context);
    case "discard":
      return discard(action, place, context);
    case "retire":
      return retire(action, place, plan.policy, context);
    default:
      return action satisfies never;
  }
}
