import { printable } from "../../lambda/model/printable.ts";
import { namesMeantBy } from "../../lambda/model/secret.ts";
import type { ApplicationConfig, DiscoverConfig, RotationConfig } from "../../lambda/policy/config.ts";
import { secretsManagerHere } from "../command/aws.ts";
import { type Command, EXIT, type ExitCode } from "../command/command.ts";
import { toItsEnd, unlessInterrupted } from "../command/interrupts.ts";
import type { CommandIo } from "../command/io.ts";
import { placeAround, showPlace } from "../command/place.ts";
import { Refusal } from "../command/stops.ts";
import { chosenApplications, settings } from "../command/tools.ts";
import { watching } from "../command/watching.ts";
import type { Progress } from "../terminal/progress.ts";
import { type Screen, say, sayWithCommand, screenOn } from "../terminal/screen.ts";
import { type GivenToken, givenToken } from "./claims.ts";
import {
  ACCESS_TOKEN,
  type ACCESS_TOKEN_FLAGS,
  type AccessTokenOptions,
  accessTokenOptions,
  WRONG_ARGUMENTS,
} from "./options.ts";
import { readHidden } from "./prompt.ts";
import { store, type Target, targetOf } from "./store.ts";
import { type Trial, tryOut } from "./trial.ts";
import { tryOutUser, type UserTrial } from "./user-trial.ts";
import {
  purposeOf,
  refuseInsufficient,
  showUserTrial,
  userConsequences,
  userTokenDocument,
} from "./user-words.ts";
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

async function storeAccessToken(options: AccessTokenOptions, io: CommandIo): Promise<ExitCode> {
  const config = await settings(options.configFile, io);
  const purpose = purposeIn(config, options);
  return "organizations" in purpose
    ? storeFor(purpose, ofUser(purpose, config), config, options, io)
    : storeFor(purpose, ofApplication(purpose, config), config, options, io);
}

/** How a token is tested, and what is said about it. */
interface Test<Result> {
  /** Whose token the command asks for. */
  readonly whom: string;
  /** What the token is for, in the description of its secret. */
  readonly purpose: string;
  tryOut(given: GivenToken, progress: Pick<Progress, "waits">): Promise<Result>;
  show(result: Result, given: GivenToken, now: Date, screen: Screen): void;
  /** @throws Refusal */
  refuse(result: Result): void;
  document(
    result: Result,
    given: GivenToken,
    target: Target,
    outcome: "tried" | "created" | "updated",
  ): object;
  consequences(result: Result, target: Target, now: Date): readonly string[];
}

function ofApplication(application: ApplicationConfig, config: RotationConfig): Test<Trial> {
  return {
    whom: `application ${application.id}`,
    purpose: `application ${application.id}`,
    tryOut: (given, progress) => tryOut(given, application, config, progress),
    show: showTrial,
    refuse: refuseMissing,
    document: (trial, given, target, outcome) =>
      accessTokenDocument(trial, given, target, application, outcome),
    consequences: (trial, target, now) => consequences(trial, target, application, now),
  };
}

function ofUser(entry: DiscoverConfig, config: RotationConfig): Test<UserTrial> {
  return {
    whom: "discover: the token of a user",
    purpose: purposeOf(entry),
    tryOut: (given, progress) => tryOutUser(given, entry, config, progress),
    show: showUserTrial,
    refuse: refuseInsufficient,
    document: userTokenDocument,
    consequences: (trial, target) => userConsequences(trial, target),
  };
}

async function storeFor<Result>(
  place: Pick<ApplicationConfig, "accessToken">,
  test: Test<Result>,
  config: RotationConfig,
  { dryRun, anyway }: AccessTokenOptions,
  io: CommandIo,
): Promise<ExitCode> {
  const { clock, stdin, stderr, urgent } = io;
  const screen = screenOn(io.stdout, io.env);
  const waiting = <T>(work: Promise<T>) => unlessInterrupted(work, NOTHING_STORED, io);
  const { client, target } = await waiting(
    watching(async (progress) => {
      const connected = await secretsManagerHere(io, progress);
      // Checked before anybody pastes a token: it can be stored.
      return { client: connected, target: await targetOf(place, connected, progress) };
    }, io),
  );
  showPlace(await placeAround(target.secret?.arn, client, config.losantApiUrl), screenOn(urgent, io.env));
  const question = `Access token for ${test.whom} (your input is hidden): `;
  const given = givenToken(await readHidden(question, stdin, stderr), clock.now());
  const trial = await waiting(watching((progress) => test.tryOut(given, progress), io));
  test.show(trial, given, clock.now(), screen);
  screen.line();
  if (!anyway) test.refuse(trial);
  const tell = (outcome: "tried" | "created" | "updated") =>
    io.document(() => test.document(trial, given, target, outcome));
  if (dryRun) {
    say(screen, `A dry run: ${NOTHING_STORED.toLowerCase()}`, "");
    tell("tried");
    return EXIT.good;
  }
  const storing = () =>
    watching((progress) => store(target, given.string, test.purpose, { client, clock, progress }), io);
  const { result, isInterrupted } = await toItsEnd(storing, WORDS, io);
  tell(result);
  const name = target.secret?.name ?? target.id;
  const how =
    result === "created"
      ? `Stored: the secret ${name} was created.`
      : `Stored in the secret ${name}: AWSCURRENT is this token, AWSPREVIOUS is the value that was current before.`;
  say(screen, how, "", "good");
  for (const said of test.consequences(trial, target, clock.now()))
    sayWithCommand(screen, printable(said), "");
  return isInterrupted ? EXIT.interrupted : EXIT.good;
}

/** The application, or the entry of `discover`, that the token is for. */
function purposeIn(
  config: RotationConfig,
  { application, discover }: AccessTokenOptions,
): ApplicationConfig | DiscoverConfig {
  // Several entries may have the same secret. They are tested together.
  const entries = new Map(config.discover.map((entry) => [entry.accessToken, entry] as const));
  if (discover !== undefined) {
    const entry = [...entries.values()].find(({ accessToken }) =>
      [accessToken, ...namesMeantBy(accessToken)].some((name) => name === discover),
    );
    if (entry !== undefined) return entry;
    throw new Refusal(
      "no entry of `discover` has that secret",
      `Choose one of these with --discover: ${[...entries.keys()].join(" or ")}`,
    );
  }
  if (application !== undefined || entries.size === 0) return oneOf(chosenApplications(config, application));
  const [entry, ...others] = entries.values();
  if (entry !== undefined && others.length === 0 && config.applications.length === 0) return entry;
  throw new Refusal(
    "the configuration has several access tokens",
    `Choose one: --discover ${[...entries.keys()].join(" or ")}${config.applications.length > 0 ? ", or --application ID" : ""}`,
  );
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
