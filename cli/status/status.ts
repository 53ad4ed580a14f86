import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { printableJson } from "../../lambda/model/printable.ts";
import { RunId } from "../../lambda/model/token.ts";
import { type Command, EXIT, type ExitCode } from "../command/command.ts";
import type { Io } from "../command/io.ts";
import { runAsProcess } from "../command/process.ts";
import { chosenApplications, toolsFor } from "../command/tools.ts";
import { screenOn } from "../terminal/screen.ts";
import { documentOf } from "./document.ts";
import { showExplanation } from "./explain.ts";
import { selectedFrom } from "./filters.ts";
import { lookAt } from "./forecast.ts";
import { STATUS_FLAGS, STATUS_USAGE, type StatusOptions, statusOptions } from "./options.ts";
import { showOverview } from "./overview.ts";

const WIDTHS = { narrowest: 40, widest: 150, otherwise: 120 } as const;

export const statusCommand: Command<typeof STATUS_FLAGS, StatusOptions> = {
  name: "status",
  usage: STATUS_USAGE,
  flags: STATUS_FLAGS,
  // What it refuses is a question that can't be answered.
  refusalExit: EXIT.notStarted,
  optionsFrom: statusOptions,
  main: showStatus,
};

async function showStatus(options: StatusOptions, io: Io): Promise<ExitCode> {
  const tools = await toolsFor(options.configFile, io);
  const { config } = tools;
  const applications = chosenApplications(config, options.applications);
  const forecasts = await lookAt(applications, config, tools, v.parse(RunId, randomUUID()));
  const selected = selectedFrom(forecasts, options, io.clock.now());
  const screen = screenOn(io.stdout, io.env, WIDTHS);
  const isWhole = forecasts.every(({ kind }) => kind === "seen");
  if (options.explain !== undefined) {
    const isTold = showExplanation(selected, options.explain, screen);
    if (!isTold && isWhole) return EXIT.notStarted;
  } else if (options.json) io.stdout.write(`${printableJson(documentOf(selected), 2)}\n`);
  else showOverview(selected, screen, options);
  return isWhole ? EXIT.good : EXIT.failed;
}

if (import.meta.main) await runAsProcess(statusCommand);
