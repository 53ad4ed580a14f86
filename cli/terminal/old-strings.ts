import { printable } from "../../lambda/model/printable.ts";
import type { Report, ReportRow } from "../../lambda/report/report.ts";
import { type Screen, type Style, say, sayWithCommand } from "./screen.ts";

const WORKS = {
  no: ["no longer works", "good"],
  yes: ["STILL WORKS", "bad"],
  unknown: ["MAY STILL WORK", "bad"],
} as const satisfies Record<string, readonly [string, Style]>;

/** For each token with retireNow: whether its old string still works. */
export function showOldStrings({ tokens, dryRun }: Report, screen: Screen): void {
  for (const row of tokens) {
    if (row.oldString === undefined) continue;
    const [words, style] = WORKS[row.oldString.works];
    screen.line();
    say(screen, `The old string of ${named(row)} ${words}.`, "  ", dryRun ? "plain" : style);
    say(screen, `Who may hold it: ${printable(row.oldString.heldBy)}.`);
    sayWithCommand(screen, `Next: ${printable(row.oldString.next)}`);
  }
}

function named({ name, tokenId }: ReportRow): string {
  return name === undefined ? tokenId : `${printable(name)} (${tokenId})`;
}
