import { type FlagValues, SHARED_FLAGS } from "../command/flags.ts";
import { Misuse } from "../command/stops.ts";
import type { Described } from "../command/usage.ts";

export interface RotateOptions {
  /** As Lambda would get it. */
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
  force: { type: "boolean", about: "rotate those tokens now, due or not (needs --token)" },
  "retire-now": { type: "boolean", about: "deactivate their predecessors at once (needs --token: an id)" },
  yes: { type: "boolean", short: "y", about: "don't ask" },
  verbose: { type: "boolean", about: "log to standard error" },
  ...SHARED_FLAGS,
} as const;

export const ROTATE = {
  name: "rotate",
  summary: "One run of the worker from this terminal",
  about: [
    "One run of the worker from this terminal: with rotation.config.json, and with the AWS credentials and region of this machine, wherever the AWS SDK finds them.",
    "It shows the account, the region and the plan, and asks before it writes. Without a terminal it needs --yes or --dry-run.",
  ],
  flags: ROTATE_FLAGS,
  notes: ["It needs what the worker's role may do: docs/deploy.md has the list."],
  exit: "0 if all went well, 1 if something failed or you said no, 2 if the run could not start, 130 if you interrupted it",
} as const satisfies Described;

/** What the arguments of the command line ask for. @throws Misuse */
export function rotateOptions(values: FlagValues<typeof ROTATE_FLAGS>): RotateOptions {
  const { application, token: tokens, force = false, "retire-now": retireNow = false } = values;
  if (tokens === undefined && (force || retireNow))
    throw new Misuse(`${force ? "--force" : "--retire-now"} needs --token: name the tokens that are meant`);
  const event = {
    dryRun: values["dry-run"] ?? false,
    ...(application === undefined ? {} : { applicationId: application }),
    ...(tokens === undefined ? {} : { tokens, force, retireNow }),
  };
  const { config: configFile, yes = false, verbose = false } = values;
  return { event, yes, configFile, verbose };
}
