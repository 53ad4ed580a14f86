import { printable } from "../../lambda/model/printable.ts";
import { type Command, EXIT, type ExitCode } from "../command/command.ts";
import type { Io } from "../command/io.ts";
import { runAsProcess } from "../command/process.ts";
import { Refusal } from "../command/stops.ts";
import { chosenApplications, settings } from "../command/tools.ts";
import { say, sayWithCommand, screenOn } from "../terminal/screen.ts";
import { givenToken } from "./claims.ts";
import {
  ACCESS_TOKEN_FLAGS,
  ACCESS_TOKEN_USAGE,
  type AccessTokenOptions,
  accessTokenOptions,
  WRONG_ARGUMENTS,
} from "./options.ts";
import { readHidden } from "./prompt.ts";
import { store, targetOf } from "./store.ts";
import { type Trial, tryOut } from "./trial.ts";
import { consequences, showTrial } from "./words.ts";

export const accessTokenCommand: Command<typeof ACCESS_TOKEN_FLAGS, AccessTokenOptions> = {
  name: "access-token",
  usage: ACCESS_TOKEN_USAGE,
  flags: ACCESS_TOKEN_FLAGS,
  wrongArguments: WRONG_ARGUMENTS,
  optionsFrom: accessTokenOptions,
  main: storeAccessToken,
};

async function storeAccessToken(
  { application: id, dryRun, anyway, configFile }: AccessTokenOptions,
  io: Io,
): Promise<ExitCode> {
  const { clock } = io;
  const screen = screenOn(io.stdout, io.env);
  const config = await settings(configFile, io);
  const [application, ...others] = chosenApplications(config, id);
  if (application === undefined || others.length > 0)
    throw new Refusal(
      "there are several applications in the configuration",
      `Say for which one: --application ${config.applications.map((one) => one.id).join(" or ")}`,
    );
  // Before anybody pastes anything: there is somewhere to store it.
  const target = await targetOf(application, io);
  const question = `Access token for application ${application.id} (it is not shown): `;
  const given = givenToken(await readHidden(question, io.stdin, io.stderr), clock.now());
  const trial = await tryOut(given, application, config);
  showTrial(trial, given, clock.now(), screen);
  screen.line();
  if (!anyway) refuseMissing(trial);
  if (dryRun) {
    say(screen, "A dry run: nothing was stored.", "");
    return EXIT.good;
  }
  const done = await store(target, given.string, application.id, io);
  const name = target.secret?.name ?? target.id;
  const how =
    done === "created"
      ? `Stored: the secret ${name} was created.`
      : `Stored: AWSCURRENT of ${name} is this token, AWSPREVIOUS what was current before.`;
  say(screen, how, "", "good");
  for (const said of consequences(trial, target, application, clock.now()))
    sayWithCommand(screen, printable(said), "");
  return EXIT.good;
}

function refuseMissing({ findings }: Trial): void {
  const missing = findings.filter(({ verdict }) => verdict === "missing").map(({ scope }) => scope);
  if (missing.length > 0)
    throw new Refusal(
      `this token lacks ${missing.join(", ")}`,
      "A token's scope can't be changed: make another one with all five. --anyway stores it all the same. " +
        "Nothing was stored.",
    );
}

if (import.meta.main) await runAsProcess(accessTokenCommand);
