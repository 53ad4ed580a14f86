import { parseArgs } from "node:util";
import type { Asked } from "../command/arguments.ts";

export const USAGE = `Usage: npm run access-token -- [options]

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
  readonly kind: "store";
  readonly application: string | undefined;
  readonly dryRun: boolean;
  readonly anyway: boolean;
  readonly configFile: string | undefined;
}

const OPTIONS = {
  application: { type: "string" },
  "dry-run": { type: "boolean" },
  anyway: { type: "boolean" },
  config: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

/** What the arguments ask for. Whatever is too much may be the token itself: it is not repeated. */
export function askedFor(args: readonly string[]): Asked<AccessTokenOptions> {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    const { application, "dry-run": dryRun = false, anyway = false, config: configFile } = values;
    if (values.help) return { kind: "help" };
    return { kind: "store", application, dryRun, anyway, configFile };
  } catch {
    const message =
      "These are not its options. The token itself is never an argument: arguments end up in the shell's history.";
    return { kind: "wrong", message };
  }
}
