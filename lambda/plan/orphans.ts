import type { Lineage } from "../lineage/lineage.ts";
import type { ListedToken } from "../lineage/snapshot.ts";
import type { Action } from "./actions.ts";
import { isPastOrphanAge, type RuleInput, skip } from "./rule-input.ts";

const MAX_DISCARDS_PER_LINEAGE = 3;

/** How long somebody has to find that a token was deactivated which is in use after all. */
export const LINGERING_MS = 7 * 86_400_000;

/** Rule 2: tokens made here whose string is stored nowhere. Younger ones may belong to a run that is under way. */
export function discardOrphans({ orphans }: Lineage, input: RuleInput): readonly Action[] {
  let discards = 0;
  return orphans
    .filter((orphan) => isPastOrphanAge(orphan, input))
    .map((subject): Action => {
      const step = stepDue(subject, input);
      if (step === undefined)
        return skip(subject, subject.status === "active" ? "orphan-reactivated" : "orphan-inactive");
      discards += 1;
      if (discards > MAX_DISCARDS_PER_LINEAGE || !input.isClockTrusted)
        return { kind: "defer", action: "discard", reason: "orphan", subject };
      return { kind: "discard", reason: "orphan", step, subject };
    });
}

/** Deactivated first, by a line that says since when; deleted a week later, if nobody has activated it. */
function stepDue(
  { status, discardedAt }: ListedToken,
  { now }: RuleInput,
): "deactivate" | "delete" | undefined {
  if (discardedAt === undefined) return "deactivate";
  if (status === "active") return undefined;
  return now.getTime() - discardedAt.getTime() >= LINGERING_MS ? "delete" : undefined;
}
