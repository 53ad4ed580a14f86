import { type FlagValues, SHARED_FLAGS } from "../command/flags.ts";
import type { Described } from "../command/usage.ts";

export interface AccessTokenOptions {
  readonly application: string | undefined;
  readonly dryRun: boolean;
  readonly anyway: boolean;
  readonly configFile: string | undefined;
}

export const ACCESS_TOKEN_FLAGS = {
  application: { type: "string", value: "ID", about: "for this one of several configured applications" },
  "dry-run": { type: "boolean", about: "try it, and store nothing" },
  anyway: { type: "boolean", about: "store it also where it lacks a scope that the worker needs" },
  ...SHARED_FLAGS,
} as const;

export const ACCESS_TOKEN = {
  name: "access-token",
  summary: "Store the token with which the worker logs in to Losant",
  about: [
    "Stores the token with which the worker logs in to Losant. It is read from a prompt that doesn't show it, or from standard input; it is tried against the application; and only then is it stored, in the secret that `accessToken` of rotation.config.json names, which is created where it is missing.",
  ],
  flags: ACCESS_TOKEN_FLAGS,
  notes: [
    "Of your own AWS credentials it needs secretsmanager:DescribeSecret, and CreateSecret or PutSecretValue, on that secret.",
  ],
  exit: "0 if it is stored, 1 if not, 2 if it could not start, 130 if you interrupted it",
} as const satisfies Described;

/** Whatever is too much may be the token itself: it is not repeated. */
export const WRONG_ARGUMENTS =
  "These are not its options. The token itself is never an argument: arguments end up in the shell's history.";

/** What the arguments of the command line ask for. */
export function accessTokenOptions(values: FlagValues<typeof ACCESS_TOKEN_FLAGS>): AccessTokenOptions {
  const { application, "dry-run": dryRun = false, anyway = false, config: configFile } = values;
  return { application, dryRun, anyway, configFile };
}
