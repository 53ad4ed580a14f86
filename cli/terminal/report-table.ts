import { masked } from "../../lambda/model/masked.ts";
import { printable } from "../../lambda/model/printable.ts";
import type { ApplicationRow, Report, ReportRow } from "../../lambda/report/report.ts";
import { type Screen, say } from "./screen.ts";
import { type Cell, type Column, tableLines } from "./table.ts";
import { showUnusedSecrets } from "./unused-secrets.ts";
import { outcomeStyle, outcomeWords, relative, whyOf } from "./words.ts";

const COLUMNS: readonly Column[] = [
  { title: "TOKEN", atMost: 24 },
  { title: "EXPIRES", atMost: 11 },
  { title: "OUTCOME", atMost: 14 },
  { title: "WHY" },
];

/** What was done comes first, then what was not, then what only waits; within each, the soonest expiry. */
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
  /** Names of applications, where somebody knows them; they come in this order. */
  readonly titles?: ReadonlyMap<string, string>;
  /** The ids and names that were asked for: of the others, only what was done is shown. */
  readonly named?: readonly string[];
}

/** One table for each application. */
export function showReport(
  report: Report,
  screen: Screen,
  { titles = new Map(), named }: Showing = {},
): void {
  const order = [...titles.keys()];
  // The report has them in the order in which they answered.
  const applications = report.applications.toSorted(
    (one, other) => order.indexOf(one.applicationId) - order.indexOf(other.applicationId),
  );
  for (const application of applications) {
    const { applicationId, outcome } = application;
    const all = report.tokens.filter((row) => row.applicationId === applicationId);
    const rows = all.filter((row) => named === undefined || isWorthIt(row, named));
    if (outcome === "ok" && named !== undefined && rows.length === 0) continue;
    const title = titles.get(applicationId) ?? "Application";
    screen.line();
    screen.line(`${screen.paint("strong", title)}  ${screen.paint("faint", applicationId)}`);
    for (const line of bodyOf(application, rows, new Date(report.finishedAt), screen)) screen.line(line);
    const others = all.length - rows.length;
    if (others > 0) say(screen, `and ${others} that were not asked for`, "  ", "faint");
    showUnusedSecrets(application.unusedSecrets ?? [], screen);
  }
  if (report.omitted > 0) say(screen, `and ${report.omitted} more tokens, which the report has no room for`);
}

function isWorthIt({ tokenId, name, outcome }: ReportRow, named: readonly string[]): boolean {
  const rests = outcome === "skipped" || outcome === "waiting";
  return !rests || named.some((entry) => masked(entry) === name || entry.toLowerCase() === tokenId);
}

function bodyOf(
  { outcome, code }: ApplicationRow,
  rows: readonly ReportRow[],
  now: Date,
  screen: Screen,
): readonly string[] {
  if (outcome === "failed") return [screen.paint("bad", `  failed: ${code}, see below`)];
  if (rows.length === 0) return [screen.paint("faint", "  no tokens")];
  return tableLines(COLUMNS, rows.toSorted(byOrder).map(cellsOf(now)), screen);
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
      { text: printable(whyOf(row, now) + whereOf(row)) },
    ];
  };
}

/** A token that Losant no longer has goes without its name: its secret says which it was. */
function whereOf({ name, secretName, formerSecretArn }: ReportRow): string {
  const known = secretName?.split("/").at(-1);
  if (formerSecretArn !== undefined) return ` (${formerSecretArn}; now: ${secretName})`;
  return name === undefined && known !== undefined ? ` (secret …/${known})` : "";
}
