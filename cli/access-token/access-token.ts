import { RotationError } from "../../lambda/model/errors.ts";
import { showUsage } from "../command/arguments.ts";
import { Refusal, showRefusal } from "../command/refusal.ts";
import { chosenApplications, realClock, settings } from "../command/tools.ts";
import { sayWithCommand } from "../terminal/command.ts";
import { harmless } from "../terminal/harmless.ts";
import { say, screenOn } from "../terminal/screen.ts";
import { givenToken } from "./claims.ts";
import { type AccessTokenOptions, askedFor, USAGE } from "./options.ts";
import { Interrupted, readHidden } from "./prompt.ts";
import { store, targetOf } from "./store.ts";
import { type Trial, tryOut } from "./trial.ts";
import { consequences, showTrial } from "./words.ts";

const EXIT = { stored: 0, not: 1, notStarted: 2, interrupted: 130 } as const;

const asked = askedFor(process.argv.slice(2));
if (asked.kind === "store") process.exitCode = await accessToken(asked);
else process.exitCode = showUsage(asked, USAGE);

async function accessToken(options: AccessTokenOptions): Promise<number> {
  const errors = screenOn(process.stderr);
  try {
    return await stored(options);
  } catch (thrown) {
    if (thrown instanceof Interrupted) {
      say(errors, "Interrupted. Nothing was stored.", "");
      return EXIT.interrupted;
    }
    showRefusal(thrown, errors);
    const isConfig = thrown instanceof RotationError && thrown.code === "config-invalid";
    return isConfig ? EXIT.notStarted : EXIT.not;
  }
}

async function stored({ application: id, dryRun, anyway, configFile }: AccessTokenOptions): Promise<number> {
  const screen = screenOn(process.stdout);
  const config = await settings(configFile);
  const [application, ...others] = chosenApplications(config, id);
  if (application === undefined || others.length > 0)
    throw new Refusal(
      "there are several applications in the configuration",
      `Say for which one: --application ${config.applications.map((one) => one.id).join(" or ")}`,
    );
  // Before anybody pastes anything: there is somewhere to store it.
  const target = await targetOf(application);
  const question = `Access token for application ${application.id} (it is not shown): `;
  const given = givenToken(await readHidden(question, process.stdin, process.stderr), realClock.now());
  const trial = await tryOut(given, application, config);
  showTrial(trial, given, realClock.now(), screen);
  screen.line();
  if (!anyway) refuseMissing(trial);
  if (dryRun) {
    say(screen, "A dry run: nothing was stored.", "");
    return EXIT.stored;
  }
  const done = await store(target, given.string, application.id);
  const name = target.secret?.name ?? target.id;
  const how =
    done === "created"
      ? `Stored: the secret ${name} was created.`
      : `Stored: AWSCURRENT of ${name} is this token, AWSPREVIOUS what was current before.`;
  say(screen, how, "", "good");
  for (const said of consequences(trial, target, application, realClock.now()))
    sayWithCommand(screen, harmless(said), "");
  return EXIT.stored;
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
