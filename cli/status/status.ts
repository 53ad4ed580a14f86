import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { RunId } from "../../lambda/model/token.ts";
import { type Command, EXIT, type ExitCode } from "../command/command.ts";
import { unlessInterrupted } from "../command/interrupts.ts";
import type { CommandIo } from "../command/io.ts";
import { type OutputFile, outputFile } from "../command/output-file.ts";
import { type DiscoveryProblem, toolsFor } from "../command/tools.ts";
import { watching } from "../command/watching.ts";
import { showFailure, showProblem } from "../terminal/failures.ts";
import { say, screenOn } from "../terminal/screen.ts";
import { showApplications } from "./applications.ts";
import { calendarOf } from "./calendar.ts";
import { choiceFor } from "./choice.ts";
import { documentOf } from "./document.ts";
import { showExplanation } from "./explain.ts";
import { type Selected, selectedFrom } from "./filters.ts";
import { lookAt, unusedPoliciesIn } from "./forecast.ts";
import { leftSecrets, showLeftSecrets } from "./left-secrets.ts";
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
  if (options.onlyApplications) return showApplications(options, screenOn(io.stdout, io.env, WIDTHS), io);
  const { stdout, urgent, stderr, env, clock } = io;
  const files = await filesFor(options);
  const { forecasts, problems, listed, left } = await unlessInterrupted(
    watching(async (progress) => {
      const tools = await toolsFor(options.configFile, progress, io);
      const { applications, problems, listed } = await choiceFor(tools, options);
      const runId = v.parse(RunId, randomUUID());
      const forecasts = await lookAt(applications, tools.config, tools, runId, progress.looked);
      return { problems, listed, forecasts, left: await leftSecrets(tools, options) };
    }, io),
    "Nothing was written.",
    io,
  );
  const { applications, organizations, shard } = options;
  const isOfAll = problems.length + applications.length + organizations.length === 0 && shard === undefined;
  const unusedPolicies = unusedPoliciesIn(forecasts, isOfAll);
  const selected = { ...selectedFrom(forecasts, options, clock.now()), unusedPolicies };
  const isWhole = problems.length === 0 && forecasts.every(({ kind }) => kind === "seen");
  io.document(() => documentOf(selected, problems, listed, left));
  if (urgent === stderr || files.length > 0)
    for (const forecast of forecasts)
      if (forecast.kind === "unseen") showFailure(forecast, screenOn(urgent, env));
  for (const { what, error } of problems) showProblem(what, error, screenOn(urgent, env));
  for (const { file, textOf } of files) {
    await file.write(await textOf(selected, problems));
    say(screenOn(stdout, env), `Wrote ${file.name}.`, "");
  }
  if (files.length > 0) return isWhole ? EXIT.good : EXIT.failed;
  if (options.explain === undefined) {
    showOverview(selected, screenOn(stdout, env, WIDTHS), options, listed);
    showLeftSecrets(left ?? [], screenOn(stdout, env, WIDTHS), options.all);
  } else {
    const isTold = showExplanation(selected, options.explain, screenOn(stdout, env, WIDTHS));
    if (!isTold && isWhole) return EXIT.notStarted;
  }
  return isWhole ? EXIT.good : EXIT.failed;
}

interface StatusFile {
  readonly file: OutputFile;
  readonly textOf: (selected: Selected, problems: readonly DiscoveryProblem[]) => string | Promise<string>;
}

/** The files that are written instead of showing the overview. @throws Refusal */
async function filesFor({ html, ics }: StatusOptions): Promise<readonly StatusFile[]> {
  const page = html === undefined ? [] : [{ file: await outputFile(html), textOf: htmlOf }];
  const calendar = ics === undefined ? [] : [{ file: await outputFile(ics), textOf: calendarOf }];
  return [...page, ...calendar];
}

/** What makes pages is loaded only when one is made. */
async function htmlOf(selected: Selected, problems: readonly DiscoveryProblem[]): Promise<string> {
  const [{ standalonePage }, { browserScript }] = await Promise.all([
    import("../../console/standalone.ts"),
    import("#browser-script"),
  ]);
  return standalonePage(selected, problems, browserScript("page"));
}
