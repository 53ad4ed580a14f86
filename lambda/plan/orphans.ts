import type { Lineage } from "../lineage/lineage.ts";
import type { Action } from "./actions.ts";
import { isPastOrphanAge, type RuleInput, skip } from "./rule-input.ts";

const MAX_DISCARDS_PER_LINEAGE = 3;

/** Rule 2: tokens made here whose string is stored nowhere. Younger ones may belong to a run that is under way. */
export function discardOrphans({ orphans }: Lineage, input: RuleInput): readonly Action[] {
  const old = orphans.filter((orphan) => isPastOrphanAge(orphan, input));
  return old.map((subject, index): Action => {
    if (subject.creatorType !== undefined && subject.creatorType !== "apiToken")
      return skip(subject, "foreign");
    if (index >= MAX_DISCARDS_PER_LINEAGE)
      return { kind: "defer", action: "discard", reason: "orphan", subject };
    return { kind: "discard", reason: "orphan", subject };
  });
}
