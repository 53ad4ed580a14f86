import { runOnce } from "../../lambda/handler.ts";
import { RotationError } from "../../lambda/model/errors.ts";
import type { RunResult } from "../../lambda/run/run.ts";
import { showUsage } from "../command/arguments.ts";
import { configText } from "../command/config-file.ts";
import { hintsFor } from "../command/hints.ts";
import { showFailures } from "../terminal/failures.ts";
import { harmless } from "../terminal/harmless.ts";
import { showOldStrings } from "../terminal/old-strings.ts";
import { showReport } from "../terminal/report-table.ts";
import { type Screen, say, screenOn } from "../terminal/screen.ts";
import { summaryOf } from "../terminal/summary.ts";
import { askedFor, type RunOptions, USAGE } from "./options.ts";
import { stderrLog } from "./stderr-log.ts";

const EXIT = { good: 0, failed: 1, notStarted: 2 } as const;

// Whoever reads on, `| head` or nobody, the run goes to its end and has its exit code.
process.stdout.on("error", () => {});

const asked = askedFor(process.argv.slice(2));
if (asked.kind === "run") process.exitCode = await rotate(asked);
else process.exitCode = showUsage(asked, USAGE);

async function rotate(options: RunOptions): Promise<number> {
  const errors = screenOn(process.stderr);
  try {
    const config = await configText(options.configFile, process.env.ROTATION_CONFIG);
    const result = await runOnce(options.event, config, {}, stderrLog(options.verbose));
    if (options.json) showJson(result);
    else showTable(result, options);
    return result.failures.length === 0 ? EXIT.good : EXIT.failed;
  } catch (thrown) {
    if (!(thrown instanceof RotationError)) throw thrown;
    say(errors, harmless(`${thrown.code}: ${thrown.message}.`), "", "bad");
    say(errors, thrown.remedy, "");
    return EXIT.notStarted;
  }
}

function showJson({ report, failures }: RunResult): void {
  process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  showTrouble(failures, screenOn(process.stderr));
}

function showTable({ report, failures }: RunResult, { event }: RunOptions): void {
  const screen = screenOn(process.stdout);
  screen.line(report.dryRun ? "A dry run: nothing was written." : `Run ${report.runId}`);
  showReport(report, screen, event.tokens === undefined ? {} : { named: event.tokens });
  showOldStrings(report, screen);
  screen.line();
  say(screen, summaryOf(report), "");
  if (failures.length === 0) return;
  screen.line();
  screen.line(screen.paint("bad", `Failed: ${report.summary.failed}`));
  showTrouble(failures, screen);
}

function showTrouble(failures: readonly string[], screen: Screen): void {
  showFailures(failures, screen);
  for (const hint of hintsFor(failures)) {
    screen.line();
    say(screen, hint);
  }
}
