import { masked } from "../../lambda/model/masked.ts";
import { printable } from "../../lambda/model/printable.ts";
import type { ApplicationRow, Report, ReportRow } from "../../lambda/report/report.ts";
import { type Screen, say } from "./screen.ts";
import { type Cell, type Column, tableLines } from "./table.ts";
import { showUnusedPolicies } from "./unused-policies.ts";
import { showUnusedSecrets } from "./unused-secrets.ts";
import { outcomeStyle, outcomeWords, relative, whyOf } from "./words.ts";

const COLUMNS: readonly Column[] = [
  { title: "TOKEN", atMost: 24 },
  { title: "EXPIRES", atMost: 11 },
  { title: "OUTCOME", atMost: 14 },
  { title: "WHY" },
];

/** Failures and changes come first, then tokens that were skipped or wait. Within each outcome, the soonest expiry is first. */
const ORDER: readonly ReportRow["outcome"][] = [
  "failed",
  "planned",
  "rotated",
  "resumed",
  "announced",
  "deactivated",
  "deleted",
  "discarded",
  "deferred",
  "skipped",
  "waiting",
];

interface Showing {
  /** The names of applications, if they are known. The tables are in this order. */
  readonly titles?: ReadonlyMap<string, string>;
  /** The ids and names that were asked for. Other tokens are shown only if something was done to them. */
  readonly named?: readonly string[];
  /** Shows only what would be done, and what can't be done. */
  readonly isPlan?: boolean;
}

/** One table for each application. */
export function showReport(
  report: Report,
  screen: Screen,
  { titles = new Map(), named, isPlan = false }: Showing = {},
): void {
  const order = [...titles.keys()];
  // In the report, applications are in the order in which they answered.
  const applications = report.applications.toSorted(
    (one, other) => order.indexOf(one.applicationId) - order.indexOf(other.applicationId),
  );
  for (const application of applications) {
    const { applicationId, ownerType, outcome } = application;
    const all = report.tokens.filter((row) => row.applicationId === applicationId);
    const isAll = named === undefined && !isPlan;
    const rows = all.filter((row) => isAll || isWorthIt(row, named ?? []));
    if (outcome === "ok" && named !== undefined && rows.length === 0) continue;
    const title = titles.get(applicationId) ?? (ownerType === "user" ? "User" : "Application");
    screen.line();
    screen.line(`${screen.paint("strong", title)}  ${screen.paint("faint", applicationId)}`);
    for (const line of bodyOf(application, rows, all.length === 0, new Date(report.finishedAt), screen))
      screen.line(line);
    const others = all.length - rows.length;
    const why = isPlan ? "that stay as they are" : "that were not asked for";
    if (others > 0) say(screen, `and ${others} ${why}`, "  ", "faint");
    showUnusedSecrets(application.unusedSecrets ?? [], screen);
  }
  showUnusedPolicies(report.unusedPolicies ?? [], screen);
  const { omittedApplications = 0 } = report;
  if (omittedApplications > 0)
    say(screen, `and ${omittedApplications} more applications in which nothing failed`);
  if (report.omitted > 0) say(screen, `and ${report.omitted} more tokens that don't fit into the report`);
}

function isWorthIt({ tokenId, name, outcome }: ReportRow, named: readonly string[]): boolean {
  const rests = outcome === "skipped" || outcome === "waiting";
  return !rests || named.some((entry) => masked(entry) === name || entry.toLowerCase() === tokenId);
}

function bodyOf(
  { outcome, code }: ApplicationRow,
  rows: readonly ReportRow[],
  isEmpty: boolean,
  now: Date,
  screen: Screen,
): readonly string[] {
  if (outcome === "failed") return [screen.paint("bad", `  failed: ${code}, see below`)];
  if (rows.length === 0) return [screen.paint("faint", isEmpty ? "  no tokens" : "  nothing to do")];
  const sorted = rows.toSorted(byOrder);
  return tableLines(COLUMNS, sorted.map(cellsOf(now)), screen, sorted.map(noteOf));
}

function byOrder(one: ReportRow, other: ReportRow): number {
  return ORDER.indexOf(one.outcome) - ORDER.indexOf(other.outcome);
}

function cellsOf(now: Date) {
  return (row: ReportRow): readonly Cell[] => {
    const { name, tokenId, expirationDate } = row;
    const style = outcomeStyle(row);
    const expires = expirationDate === undefined ? "" : relative(new Date(expirationDate), now);
    return [
      { text: name === undefined ? tokenId : printable(name), style: style === "faint" ? "plain" : "strong" },
      { text: name !== undefined && expirationDate === undefined ? "never" : expires },
      { text: outcomeWords(row), style },
      { text: printable(whyOf(row, now) + whereOf(row) + replicasOf(row)) },
    ];
  };
}

/** For planned changes, the secret. */
function noteOf({ outcome, secretName }: ReportRow): string | undefined {
  return outcome === "planned" && secretName !== undefined ? printable(`secret ${secretName}`) : undefined;
}

function replicasOf({ failedReplicas = [] }: ReportRow): string {
  const regions = failedReplicas.map(({ region }) => region).join(", ");
  return regions === "" ? "" : ` (the replica in ${regions} doesn't get it)`;
}

/** A token that Losant no longer has is shown without its name, so its secret is shown. */
function whereOf({ name, secretName, formerSecretArn }: ReportRow): string {
  const known = secretName?.split("/").at(-1);
  if (formerSecretArn !== undefined) return ` (${formerSecretArn}; now: ${secretName})`;
  return name === undefined && known !== undefined ? ` (secret …/${known})` : "";
}
