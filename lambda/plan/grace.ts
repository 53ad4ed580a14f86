import type { Lineage } from "../lineage/lineage.ts";
import type { ListedToken } from "../lineage/snapshot.ts";
import { isLive } from "../model/token.ts";
import type { Action } from "./actions.ts";
import { withPredecessors } from "./predecessors.ts";
import { retiredAt } from "./retirement.ts";
import type { RuleInput } from "./rule-input.ts";

/**
 * Adds to each predecessor that is left as it is when the policy will end it, so that people know what is left. Without a date, nothing
 * ends it, it expires before that, or its reason says what holds it. This needs no call.
 */
export function withRetirement(
  actions: readonly Action[],
  lineage: Lineage,
  input: RuleInput,
): readonly Action[] {
  return withPredecessors(actions, lineage, input, (action, token) => {
    const retiresAt = action.kind === "skip" ? endOfGrace(token, lineage, input) : undefined;
    return retiresAt === undefined ? action : { ...action, retiresAt };
  });
}

function endOfGrace(token: ListedToken, lineage: Lineage, input: RuleInput): Date | undefined {
  const at = isLive(token, input.now) ? retiredAt(token, lineage, input) : undefined;
  if (at === undefined || at <= input.now) return undefined;
  return token.expiresAt !== undefined && token.expiresAt <= at ? undefined : at;
}
