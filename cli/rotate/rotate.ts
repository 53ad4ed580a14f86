import { secretsManagerStore } from "../../lambda/adapters/aws/secrets-manager.ts";
import { runOnce } from "../../lambda/handler.ts";
import { printableJson } from "../../lambda/model/printable.ts";
import type { RunResult } from "../../lambda/run/run.ts";
import { type Command, EXIT, type ExitCode } from "../command/command.ts";
import { configText } from "../command/config-file.ts";
import { hintsFor } from "../command/hints.ts";
import type { Io } from "../command/io.ts";
import { runAsProcess } from "../command/process.ts";
import { showFailures } from "../terminal/failures.ts";
import { showOldStrings } from "../terminal/old-strings.ts";
import { showReport } from "../terminal/report-table.ts";
import { type Screen, say, screenOn } from "../terminal/screen.ts";
import { summaryOf } from "../terminal/summary.ts";
import { ROTATE_FLAGS, ROTATE_USAGE, type RotateOptions, rotateOptions } from "./options.ts";
import { stderrLog } from "./stderr-log.ts";

export const rotateCommand: Command<typeof ROTATE_FLAGS, RotateOptions> = {
  name: "rotate",
  usage: ROTATE_USAGE,
  flags: ROTATE_FLAGS,
  optionsFrom: rotateOptions,
  main: rotateOnce,
};

async function rotateOnce(options: RotateOptions, io: Io): Promise<ExitCode> {
  const config = await configText(options.configFile, io);
  const { secretsManager, eventBridge } = io.aws;
  const aws = { store: secretsManagerStore(secretsManager()), events: eventBridge() };
  const result = await runOnce(options.event, config, {}, stderrLog(options.verbose, io), aws);
  if (options.json) showJson(result, io);
  else showTable(result, options, io);
  return result.failures.length === 0 ? EXIT.good : EXIT.failed;
}

function showJson({ report, failures }: RunResult, { stdout, stderr, env }: Io): void {
  stdout.write(`${printableJson(report, 2)}\n`);
  showTrouble(failures, screenOn(stderr, env));
}

function showTable({ report, failures }: RunResult, { event }: RotateOptions, { stdout, env }: Io): void {
  const screen = screenOn(stdout, env);
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

if (import.meta.main) await runAsProcess(rotateCommand);
