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
 * Carries out the plan of one lineage, in its order: the only place that orders effects. Every action gets an outcome;
 * one that fails stops none of the others.
 */
export async function applyPlan(plan: LineagePlan, context: ApplicationContext): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const told = (action: Effect, said: readonly Outcome[]) => withLeakStatus(action, said, plan);
  for (const action of plan.actions) {
    if (!isEffect(action)) {
      outcomes.push(outcomeOf(action, plan.secretName, "deferred"));
      continue;
    }
    // Whoever uses the old string has to be told before it stops working.
    const isOwed = outcomes.some(({ action: done, error }) => done === "announce" && error !== undefined);
    if (!context.run.gate.hasTime || (action.kind === "retire" && isOwed)) {
      if (action.kind !== "settle")
        outcomes.push(...told(action, [outcomeOf(action, plan.secretName, "deferred")]));
      continue;
    }
    try {
      outcomes.push(...told(action, await carryOut(action, plan, context)));
    } catch (thrown) {
      outcomes.push(...told(action, [failedOutcome(action, plan.secretName, asRotationError(thrown))]));
    }
  }
  return outcomes;
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
      return retire(action, place, context);
    default:
      return action satisfies never;
  }
}
