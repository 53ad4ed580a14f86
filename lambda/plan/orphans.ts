import type { Lineage } from "../lineage/lineage.ts";
import type { ListedToken } from "../lineage/snapshot.ts";
import type { Action } from "./actions.ts";
import { isPastOrphanAge, type RuleInput, skip } from "./rule-input.ts";

const MAX_DISCARDS_PER_LINEAGE = 3;

/** How long people have to notice that a deactivated token was in use after all. */
export const LINGERING_MS = 7 * 86_400_000;

/** Rule 2: tokens that the worker created and whose string is stored nowhere. Younger ones may belong to a run in progress. */
export function discardOrphans({ orphans }: Lineage, input: RuleInput): readonly Action[] {
  const old = orphans
    .filter((orphan) => isPastOrphanAge(orphan, input))
    .toSorted((one, other) => one.createdAt.getTime() - other.createdAt.getTime());
  const isTurn = inTurn(
    old.filter((orphan) => stepDue(orphan, input) !== undefined),
    input,
  );
  return old.map((subject): Action => {
    const step = stepDue(subject, input);
    if (step === undefined)
      return skip(subject, subject.status === "active" ? "orphan-reactivated" : "orphan-inactive");
    if (!isTurn.has(subject) || !input.isClockTrusted)
      return { kind: "defer", action: "discard", reason: "orphan", subject };
    return { kind: "discard", reason: "orphan", step, subject };
  });
}

/**
 * If there are too many, the oldest. In every other run, others in turn, so that some that can't be deleted don't hold up the rest
 * forever.
 */
function inTurn(due: readonly ListedToken[], { now, policy }: RuleInput): ReadonlySet<ListedToken> {
  const run = Math.floor(now.getTime() / policy.intervalMs);
  const first =
    due.length === 0 || run % 2 === 0 ? 0 : (((run - 1) / 2) * MAX_DISCARDS_PER_LINEAGE) % due.length;
  return new Set([...due, ...due].slice(first, first + MAX_DISCARDS_PER_LINEAGE));
}

/** First deactivated, with a line in the description that says when. Deleted a week later, unless somebody activated it. */
function stepDue(
  { status, discardedAt }: ListedToken,
  { now }: RuleInput,
): "deactivate" | "delete" | undefined {
  if (discardedAt === undefined) return "deactivate";
  if (status === "active") return undefined;
  return now.getTime() - discardedAt.getTime() >= LINGERING_MS ? "delete" : undefined;
}
