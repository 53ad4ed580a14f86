import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { RotationError } from "../../lambda/model/errors.ts";
import { RunId } from "../../lambda/model/token.ts";
import type { RotationConfig } from "../../lambda/policy/config.ts";
import { showUsage } from "../command/arguments.ts";
import { toolsFor } from "../command/tools.ts";
import { harmless, harmlessJson } from "../terminal/harmless.ts";
import { say, screenOn } from "../terminal/screen.ts";
import { documentOf } from "./document.ts";
import { showExplanation } from "./explain.ts";
import { selectedFrom } from "./filters.ts";
import { lookAt } from "./forecast.ts";
import { askedFor, type StatusOptions, USAGE } from "./options.ts";
import { showOverview } from "./overview.ts";

const EXIT = { good: 0, failed: 1, unanswerable: 2 } as const;
const WIDTHS = { narrowest: 40, widest: 150, otherwise: 120 } as const;

// Whoever reads on, `| head` or nobody, the exit code is that of the question.
process.stdout.on("error", () => {});

const asked = askedFor(process.argv.slice(2));
if (asked.kind === "status") process.exitCode = await status(asked);
else process.exitCode = showUsage(asked, USAGE);

async function status(options: StatusOptions): Promise<number> {
  try {
    const tools = await toolsFor(options.configFile);
    const { config } = tools;
    const applications = chosen(config, options);
    const forecasts = await lookAt(applications, config, tools, v.parse(RunId, randomUUID()));
    const selected = selectedFrom(forecasts, options, tools.clock.now());
    const screen = screenOn(process.stdout, WIDTHS);
    const isWhole = forecasts.every(({ kind }) => kind === "seen");
    if (options.explain !== undefined) {
      const isTold = showExplanation(selected, options.explain, screen);
      if (!isTold && isWhole) return EXIT.unanswerable;
    } else if (options.json) process.stdout.write(`${harmlessJson(documentOf(selected))}\n`);
    else showOverview(selected, screen, options);
    return isWhole ? EXIT.good : EXIT.failed;
  } catch (thrown) {
    if (!(thrown instanceof RotationError)) throw thrown;
    const errors = screenOn(process.stderr);
    say(errors, harmless(`${thrown.code}: ${thrown.message}.`), "", "bad");
    say(errors, thrown.remedy, "");
    return EXIT.unanswerable;
  }
}

function chosen({ applications }: RotationConfig, { applications: ids }: StatusOptions) {
  for (const id of ids) {
    if (applications.some((application) => application.id === id)) continue;
    throw new RotationError("event-invalid", `--application: ${id} is not in the configuration`);
  }
  return applications.filter(({ id }) => ids.length === 0 || ids.includes(id));
}
