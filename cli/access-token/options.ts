import { type FlagValues, SHARED_FLAGS } from "../command/flags.ts";
import { Misuse } from "../command/stops.ts";
import type { Described } from "../command/usage.ts";

export interface AccessTokenOptions {
  readonly application: string | undefined;
  /** The secret of an entry of `discover`. */
  readonly discover: string | undefined;
  readonly dryRun: boolean;
  readonly anyway: boolean;
  readonly configFile: string | undefined;
}

export const ACCESS_TOKEN_FLAGS = {
  application: {
    type: "string",
    value: "ID",
    about: "the application; needed if the configuration has several",
  },
  discover: {
    type: "string",
    value: "SECRET",
    about: "the token is that of a user, for the entries of `discover` with this secret",
  },
  "dry-run": { type: "boolean", about: "test the token, and store nothing" },
  anyway: {
    type: "boolean",
    about: "store the token even if it lacks a scope that the worker needs, or finds too few applications",
  },
  ...SHARED_FLAGS,
} as const;

export const ACCESS_TOKEN = {
  name: "access-token",
  summary: "Store the token that the worker uses to log in to Losant",
  about: [
    "Stores the access token: the token that the worker uses to log in to Losant. The command asks for it without showing it, or reads it from standard input. It tests the token against the application, and then stores it in the secret that `accessToken` in rotation.config.json names. If the secret doesn't exist, the command creates it.",
    "For `discover`, it accepts the token of a user. It shows which applications the worker would find with it, and what else the token reaches.",
  ],
  flags: ACCESS_TOKEN_FLAGS,
  notes: [
    "Your AWS credentials need secretsmanager:DescribeSecret, and CreateSecret or PutSecretValue, on that secret.",
  ],
  exit: "0 if the token is stored, 1 if not, 2 if the command could not start, 130 if you interrupted it",
} as const satisfies Described;

/** An argument that doesn't belong there may be the token itself, so it is not repeated. */
export const WRONG_ARGUMENTS =
  "The arguments are wrong. Don't pass the token as an argument, because the shell keeps arguments in its history.";

/** The options that the command line asks for. */
export function accessTokenOptions(values: FlagValues<typeof ACCESS_TOKEN_FLAGS>): AccessTokenOptions {
  const { application, discover, "dry-run": dryRun = false, anyway = false, config: configFile } = values;
  if (application !== undefined && discover !== undefined)
    throw new Misuse("--application and --discover can't be used together");
  return { application, discover, dryRun, anyway, configFile };
}
