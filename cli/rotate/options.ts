import { type FlagValues, SHARED_FLAGS } from "../command/flags.ts";
import { Misuse } from "../command/stops.ts";
import type { Described } from "../command/usage.ts";

export interface RotateOptions {
  /** The event that Lambda would receive. */
  readonly event: { readonly dryRun: boolean; readonly tokens?: readonly string[] } & Readonly<
    Record<string, unknown>
  >;
  readonly yes: boolean;
  readonly configFile: string | undefined;
  readonly verbose: boolean;
}

export const ROTATE_FLAGS = {
  "dry-run": { type: "boolean", about: "show the plan, and write nothing" },
  application: { type: "string", value: "ID", about: "only this application" },
  token: { type: "string", multiple: true, value: "ID_OR_NAME", about: "only this token" },
  force: { type: "boolean", about: "rotate the tokens now, due or not (needs --token)" },
  "retire-now": { type: "boolean", about: "deactivate the predecessors at once (needs --token, by id)" },
  yes: { type: "boolean", short: "y", about: "don't ask" },
  verbose: { type: "boolean", about: "write a log to standard error" },
  ...SHARED_FLAGS,
} as const;

export const ROTATE = {
  name: "rotate",
  summary: "Run the worker once from this terminal",
  about: [
    "Runs the worker once from this terminal. It uses rotation.config.json, and the AWS credentials and region that the AWS SDK finds on this machine.",
    "The command shows the account, the region and the plan, and asks before it writes. Without a terminal, it needs --yes or --dry-run.",
  ],
  flags: ROTATE_FLAGS,
  notes: ["Your AWS credentials need the same permissions as the worker's role: docs/deploy.md lists them."],
  exit: "0 if the run succeeded, 1 if something failed or you answered no, 2 if the run could not start, 130 if you interrupted it",
} as const satisfies Described;

/** The options that the command line asks for. @throws Misuse */
export function rotateOptions(values: FlagValues<typeof ROTATE_FLAGS>): RotateOptions {
  const { application, token: tokens, force = false, "retire-now": retireNow = false } = values;
  if (tokens === undefined && (force || retireNow))
    throw new Misuse(`${force ? "--force" : "--retire-now"} needs --token: choose the tokens`);
  const event = {
    dryRun: values["dry-run"] ?? false,
    ...(application === undefined ? {} : { applicationId: application }),
    ...(tokens === undefined ? {} : { tokens, force, retireNow }),
  };
  const { config: configFile, yes = false, verbose = false } = values;
  return { event, yes, configFile, verbose };
}
