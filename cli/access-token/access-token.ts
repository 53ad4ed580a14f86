import { printable } from "../../lambda/model/printable.ts";
import type { ApplicationConfig } from "../../lambda/policy/config.ts";
import { secretsManagerHere } from "../command/aws.ts";
import { type Command, EXIT, type ExitCode } from "../command/command.ts";
import { toItsEnd, unlessInterrupted } from "../command/interrupts.ts";
import type { CommandIo } from "../command/io.ts";
import { placeAround, showPlace } from "../command/place.ts";
import { Refusal } from "../command/stops.ts";
import { chosenApplications, settings } from "../command/tools.ts";
import { watching } from "../command/watching.ts";
import { say, sayWithCommand, screenOn } from "../terminal/screen.ts";
import { givenToken } from "./claims.ts";
import {
  ACCESS_TOKEN,
  type ACCESS_TOKEN_FLAGS,
  type AccessTokenOptions,
  accessTokenOptions,
  WRONG_ARGUMENTS,
} from "./options.ts";
import { readHidden } from "./prompt.ts";
import { store, targetOf } from "./store.ts";
import { type Trial, tryOut } from "./trial.ts";
import { accessTokenDocument, consequences, showTrial } from "./words.ts";

export const accessTokenCommand: Command<typeof ACCESS_TOKEN_FLAGS, AccessTokenOptions> = {
  ...ACCESS_TOKEN,
  wrongArguments: WRONG_ARGUMENTS,
  optionsFrom: accessTokenOptions,
  main: storeAccessToken,
};

const NOTHING_STORED = "Nothing was stored.";
const WORDS = {
  first: "Interrupted. The command stores the token, and then ends.",
  second:
    "The token may or may not be stored. Check the versions of the secret, or store the token again: that does no harm.",
} as const;

async function storeAccessToken(
  { application: id, dryRun, anyway, configFile }: AccessTokenOptions,
  io: CommandIo,
): Promise<ExitCode> {
  const { clock, stdin, stderr, urgent } = io;
  const screen = screenOn(io.stdout, io.env);
  const config = await settings(configFile, io);
  const application = oneOf(chosenApplications(config, id));
  const waiting = <T>(work: Promise<T>) => unlessInterrupted(work, NOTHING_STORED, io);
  const { client, target } = await waiting(
    watching(async (progress) => {
      const connected = await secretsManagerHere(io, progress);
      // Checked before anybody pastes a token: it can be stored.
      return { client: connected, target: await targetOf(application, connected, progress) };
    }, io),
  );
  showPlace(await placeAround(target.secret?.arn, client, config.losantApiUrl), screenOn(urgent, io.env));
  const question = `Access token for application ${application.id} (your input is hidden): `;
  const given = givenToken(await readHidden(question, stdin, stderr), clock.now());
  const trial = await waiting(watching((progress) => tryOut(given, application, config, progress), io));
  showTrial(trial, given, clock.now(), screen);
  screen.line();
  if (!anyway) refuseMissing(trial);
  const tell = (outcome: "tried" | "created" | "updated") =>
    io.document(() => accessTokenDocument(trial, given, target, application, outcome));
  if (dryRun) {
    say(screen, `A dry run: ${NOTHING_STORED.toLowerCase()}`, "");
    tell("tried");
    return EXIT.good;
  }
  const storing = () =>
    watching((progress) => store(target, given.string, application.id, { client, clock, progress }), io);
  const { result, isInterrupted } = await toItsEnd(storing, WORDS, io);
  tell(result);
  const name = target.secret?.name ?? target.id;
  const how =
    result === "created"
      ? `Stored: the secret ${name} was created.`
      : `Stored in the secret ${name}: AWSCURRENT is this token, AWSPREVIOUS is the value that was current before.`;
  say(screen, how, "", "good");
  for (const said of consequences(trial, target, application, clock.now()))
    sayWithCommand(screen, printable(said), "");
  return isInterrupted ? EXIT.interrupted : EXIT.good;
}

function oneOf(applications: readonly ApplicationConfig[]): ApplicationConfig {
  const [application, ...others] = applications;
  if (application !== undefined && others.length === 0) return application;
  throw new Refusal(
    "the configuration has several applications",
    `Choose one: --application ${applications.map(({ id }) => id).join(" or ")}`,
  );
}

function refuseMissing({ findings }: Trial): void {
  const missing = findings.filter(({ verdict }) => verdict === "missing").map(({ scope }) => scope);
  if (missing.length > 0)
    throw new Refusal(
      `this token lacks ${missing.join(", ")}`,
      "Nothing was stored. The scopes of a token can't be changed, so create another token with all five scopes. " +
        "To store this one regardless, add --anyway.",
    );
}
