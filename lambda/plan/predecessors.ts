import type { Lineage } from "../lineage/lineage.ts";
import type { ListedToken } from "../lineage/snapshot.ts";
import type { Action, Skip, Wait } from "./actions.ts";
import { isHealthy } from "./retirement.ts";
import { blockedBy, type RuleInput } from "./rule-input.ts";

/** It is certain which token is current, that one works, and the secret accepts changes. Otherwise, nothing is said of predecessors. */
export function isCertain(lineage: Lineage, input: RuleInput): boolean {
  return isHealthy(lineage, input) && blockedBy(lineage) === undefined;
}

/** The actions, in which each predecessor that is left as it is has more facts. */
export function withPredecessors(
  actions: readonly Action[],
  lineage: Lineage,
  input: RuleInput,
  withFacts: (action: Skip | Wait, token: ListedToken) => Action,
): readonly Action[] {
  if (lineage.superseded.length === 0 || !isCertain(lineage, input)) return actions;
  const superseded = new Map(lineage.superseded.map((token) => [token.id, token]));
  return actions.map((action) => {
    if (action.kind !== "skip" && action.kind !== "wait") return action;
    const token = superseded.get(action.subject.id);
    return token === undefined ? action : withFacts(action, token);
  });
}
