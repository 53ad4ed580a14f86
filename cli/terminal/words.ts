import { printable } from "../../lambda/model/printable.ts";
import { REASONS } from "../../lambda/plan/reasons.ts";
import type { ListedApplication } from "../../lambda/ports.ts";
import type { ReportRow } from "../../lambda/report/report.ts";
import type { Style } from "./screen.ts";

/** The reason. For a failure, only its code: the message is shown elsewhere. */
export function whyOf({ reason, dueDate, retirementDate, code }: ReportRow, now: Date): string {
  if (code !== undefined) return `${code}, see below`;
  if (retirementDate !== undefined)
    return `${REASONS[reason].meaning}; its grace period ends ${relative(new Date(retirementDate), now)}`;
  if (dueDate === undefined) return REASONS[reason].meaning;
  const when = relative(new Date(dueDate), now);
  return reason === "not-due" ? `due ${when}` : `${REASONS[reason].meaning}: ${when}`;
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

/** Whose application it is: its organization, by its name if it has one. */
export function ownerWords({ organization }: ListedApplication): string {
  if (organization === undefined) return "sandbox";
  return printable(organization.name === "" ? organization.id : organization.name);
}

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
] as const;

/** `in 12 d`, `5 h ago`: in the largest unit that gives two or more. */
export function relative(at: Date, now: Date): string {
  const ms = Math.abs(at.getTime() - now.getTime());
  const [unit, size] = UNITS.find(([, each]) => ms >= 2 * each) ?? ["min", 60_000];
  const span = `${Math.floor(ms / size)} ${unit}`;
  return at < now ? `${span} ago` : `in ${span}`;
}
