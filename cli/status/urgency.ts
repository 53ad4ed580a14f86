import { type Reason, restOf } from "../../lambda/plan/reasons.ts";
import type { DriftKind } from "./drift.ts";
import type { Row, Urgency } from "./row.ts";

export const URGENCIES: readonly Urgency[] = ["attention", "due", "waiting", "resting"];

export const URGENCY_TITLES = {
  attention: "Needs a person",
  due: "The next run acts on",
  waiting: "Waits for its window",
  resting: "At rest",
} as const satisfies Record<Urgency, string>;

export function urgencyOf(row: Omit<Row, "urgency">, now: Date): Urgency {
  const { next, isLive, windowOpensAt, drift } = row;
  if (next.some(({ outcome }) => outcome === "failed")) return "attention";
  if (next.some(({ outcome }) => outcome === "planned" || outcome === "deferred")) return "due";
  const [reason] = next.map((said) => said.reason);
  if (reason === undefined) return "resting";
  const needsAPerson = restOf(reason)?.needsAPerson;
  if (drift.some((kind) => FOR_PEOPLE.has(kind)) || needsAPerson === "always") return "attention";
  const isOpen = isLive && windowOpensAt !== undefined && windowOpensAt <= now;
  if (isOpen && needsAPerson === "once-due") return "attention";
  if (isLive && isNearEnd(row, reason, now)) return "attention";
  return WAITING.has(reason) ? "waiting" : "resting";
}

/** Drift that no reason stands for, and that only a person can end. */
const FOR_PEOPLE: ReadonlySet<DriftKind> = new Set(["two-live-tokens", "replica-failed"]);

const WAITING: ReadonlySet<Reason> = new Set([
  "not-due",
  "outside-window",
  "retirement-outside-window",
  "young-orphan",
]);

const DAY_MS = 86_400_000;

/** Somebody else should renew this token and hasn't yet, whatever the state of other tokens. */
function isNearEnd({ token }: Omit<Row, "urgency">, reason: Reason, now: Date): boolean {
  const days = restOf(reason)?.toldDaysBefore;
  if (days === undefined || token?.expiresAt === undefined) return false;
  return token.expiresAt.getTime() - now.getTime() <= days * DAY_MS;
}

/** The most urgent first. Within one urgency, by the time that matters, the soonest first. */
export function byUrgency(one: Row, other: Row): number {
  return (
    URGENCIES.indexOf(one.urgency) - URGENCIES.indexOf(other.urgency) ||
    momentOf(one) - momentOf(other) ||
    compared(one.token?.name ?? "", other.token?.name ?? "") ||
    compared(one.tokenId, other.tokenId)
  );
}

/** For a waiting token, when its window opens; for any other, its expiry. Deleted tokens come first. */
function momentOf({ token, urgency, windowOpensAt }: Row): number {
  if (token === undefined) return Number.MIN_SAFE_INTEGER;
  const at = urgency === "waiting" ? (windowOpensAt ?? token.expiresAt) : token.expiresAt;
  return at?.getTime() ?? Number.MAX_SAFE_INTEGER;
}

function compared(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
