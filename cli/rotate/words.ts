import type { RunResult } from "../../lambda/run/run.ts";
import type { CommandIo } from "../command/io.ts";
import { showFailures } from "../terminal/failures.ts";
import { showOldStrings } from "../terminal/old-strings.ts";
import { showReport } from "../terminal/report-table.ts";
import { type Screen, say, screenOn } from "../terminal/screen.ts";
import { summaryOf } from "../terminal/summary.ts";

/** Shows what would be done, and the row of each token that was asked for. Leaves out other tokens that stay as they are. */
export function showPlan(
  { report, failures }: RunResult,
  named: readonly string[] | undefined,
  screen: Screen,
): void {
  showReport(report, screen, { isPlan: true, ...(named && { named }) });
  showOldStrings(report, screen);
  screen.line();
  say(screen, summaryOf(report), "");
  showTrouble(failures, screen);
}

/** Shows what was done. With --json and --quiet, failures are still shown, on stderr. */
export function showResult(
  { report, failures }: RunResult,
  named: readonly string[] | undefined,
  { stdout, stderr, urgent, env, document }: CommandIo,
): void {
  document(() => report);
  const screen = screenOn(stdout, env);
  screen.line(report.dryRun ? "A dry run: nothing was written." : `Run ${report.runId}`);
  showReport(report, screen, named === undefined ? {} : { named });
  showOldStrings(report, screen);
  screen.line();
  say(screen, summaryOf(report), "");
  showTrouble(failures, screenOn(urgent === stdout ? stdout : stderr, env));
}

function showTrouble(failures: readonly string[], screen: Screen): void {
  if (failures.length === 0) return;
  screen.line();
  screen.line(screen.paint("bad", `Failed: ${failures.length}`));
  showFailures(failures, screen);
}
