import type { Reason } from "../../lambda/apply/outcomes.ts";
import type { ReportRow } from "../../lambda/report/report.ts";
import type { Style } from "./screen.ts";

/** Each reason as the end of a sentence that begins with the token's name. */
const WHY = {
  "renewal-window": "expires soon: it is in its renewal window",
  expired: "has expired, but is managed here",
  "max-age": "never expires, and is older than policy allows",
  forced: "was asked for with force",
  unfinished: "an earlier run stored its successor, then died",
  unannounced: "an earlier run could not send its event",
  "grace-over": "was replaced, and its grace period is over",
  "retire-now": "was asked for with retireNow",
  orphan: "made by a run that died; nobody has its string",
  "lost-race": "another run had replaced the same token",
  superseded: "its successor has taken over",
  excluded: "policy excludes it by its name",
  "never-expires": "never expires; policy only reports that",
  inactive: "is inactive: nobody uses it",
  "expired-unmanaged": "was dead before it was ever managed",
  "no-scope": "has no scope that a successor could have",
  "too-short-lived": "lives too short for the schedule",
  foreign: "made for another account, region or prefix",
  "damaged-marker": "its marker was edited; nothing is guessed",
  revoked: "somebody deactivated it: that is respected",
  missing: "somebody deleted it: that is respected",
  "rolled-back": "somebody put AWSCURRENT back: respected",
  "young-orphan": "a run may still be at work on this one",
  "just-rotated": "was made minutes ago, or by this very run",
  "secret-scheduled-for-deletion": "its secret is scheduled for deletion",
  "secret-owned-by-service": "its secret belongs to another AWS service",
  "not-selected": "not among the tokens asked for",
  "not-due": "not due yet",
  undecided: "could not be decided",
} as const satisfies Record<Reason, string>;

/** Of a failure only its code: it is told in full elsewhere. */
export function whyOf({ reason, dueDate, code }: ReportRow, now: Date): string {
  if (code !== undefined) return `${code}, see below`;
  return dueDate === undefined ? WHY[reason] : `due ${relative(new Date(dueDate), now)}`;
}

export function outcomeWords({ outcome, action }: ReportRow): string {
  return outcome === "planned" ? `would ${action}` : outcome;
}

export function outcomeStyle({ outcome, code }: ReportRow): Style {
  if (code !== undefined) return "bad";
  switch (outcome) {
    case "rotated":
    case "resumed":
    case "announced":
      return "good";
    case "deactivated":
    case "deleted":
    case "discarded":
    case "planned":
    case "deferred":
      return "warn";
    case "failed":
      return "bad";
    case "skipped":
    case "waiting":
      return "faint";
    default:
      return outcome satisfies never;
  }
}

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
] as const;

/** `in 12 d`, `5 h ago`: the largest unit of which there are two or more. */
export function relative(at: Date, now: Date): string {
  const ms = Math.abs(at.getTime() - now.getTime());
  const [unit, size] = UNITS.find(([, each]) => ms >= 2 * each) ?? ["min", 60_000];
  const span = `${Math.floor(ms / size)} ${unit}`;
  return at < now ? `${span} ago` : `in ${span}`;
}
