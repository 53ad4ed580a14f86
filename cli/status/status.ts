import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { RunId } from "../../lambda/model/token.ts";
import { type Command, EXIT, type ExitCode } from "../command/command.ts";
import { unlessInterrupted } from "../command/interrupts.ts";
import type { CommandIo } from "../command/io.ts";
import { chosenApplications, toolsFor } from "../command/tools.ts";
import { watching } from "../command/watching.ts";
import { showFailure } from "../terminal/failures.ts";
import { screenOn } from "../terminal/screen.ts";
import { documentOf } from "./document.ts";
import { showExplanation } from "./explain.ts";
import { selectedFrom } from "./filters.ts";
import { lookAt } from "./forecast.ts";
import { STATUS, type STATUS_FLAGS, type StatusOptions, statusOptions } from "./options.ts";
import { showOverview } from "./overview.ts";

const WIDTHS = { narrowest: 40, widest: 150, otherwise: 120 } as const;

export const statusCommand: Command<typeof STATUS_FLAGS, StatusOptions> = {
  ...STATUS,
  // This command refuses only questions that can't be answered.
  refusalExit: EXIT.notStarted,
  optionsFrom: statusOptions,
  main: showStatus,
};

async function showStatus(options: StatusOptions, io: CommandIo): Promise<ExitCode> {
  const { stdout, urgent, stderr, env, clock } = io;
  const forecasts = await unlessInterrupted(
    watching(async (progress) => {
      const tools = await toolsFor(options.configFile, progress, io);
      const applications = chosenApplications(tools.config, options.applications);
      return lookAt(applications, tools.config, tools, v.parse(RunId, randomUUID()), progress.looked);
    }, io),
    "Nothing was written.",
    io,
  );
  const selected = selectedFrom(forecasts, options, clock.now());
  const isWhole = forecasts.every(({ kind }) => kind === "seen");
  io.document(() => documentOf(selected));
  if (urgent === stderr)
    for (const forecast of forecasts)
      if (forecast.kind === "unseen") showFailure(forecast, screenOn(stderr, env));
  if (options.explain === undefined) showOverview(selected, screenOn(stdout, env, WIDTHS), options);
  else {
    const isTold = showExplanation(selected, options.explain, screenOn(stdout, env, WIDTHS));
    if (!isTold && isWhole) return EXIT.notStarted;
  }
  return isWhole ? EXIT.good : EXIT.failed;
}
