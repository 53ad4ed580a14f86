import type { FlagValues } from "../command/command.ts";

export const ACCESS_TOKEN_USAGE = `Usage: npm run access-token -- [options]

Stores the token with which the worker logs in to Losant. It is read from a prompt that doesn't show
it, or from standard input; it is tried against the application; and only then is it stored, in the
secret that \`accessToken\` of rotation.config.json names, which is created where it is missing.

  --application ID       for this one of several configured applications
  --dry-run              try it, and store nothing
  --anyway               store it also where it lacks a scope that the worker needs
  --config FILE          another file than rotation.config.json (ROTATION_CONFIG outranks both)
  --help                 this text

Of your own AWS credentials it needs secretsmanager:DescribeSecret, and CreateSecret or PutSecretValue,
on that secret.

Exit code: 0 if it is stored, 1 if not, 2 if it could not start, 130 if you interrupt it.`;

export interface AccessTokenOptions {
  readonly application: string | undefined;
  readonly dryRun: boolean;
  readonly anyway: boolean;
  readonly configFile: string | undefined;
}

export const ACCESS_TOKEN_FLAGS = {
  application: { type: "string" },
  "dry-run": { type: "boolean" },
  anyway: { type: "boolean" },
  config: { type: "string" },
} as const;

/** Whatever is too much may be the token itself: it is not repeated. */
export const WRONG_ARGUMENTS =
  "These are not its options. The token itself is never an argument: arguments end up in the shell's history.";

/** What the arguments of the command line ask for. */
export function accessTokenOptions(values: FlagValues<typeof ACCESS_TOKEN_FLAGS>): AccessTokenOptions {
  const { application, "dry-run": dryRun = false, anyway = false, config: configFile } = values;
  return { application, dryRun, anyway, configFile };
}
