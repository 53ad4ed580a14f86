import type { FlagValues } from "../command/command.ts";
import { Misuse } from "../command/stops.ts";

export const ROTATE_USAGE = `Usage: npm run rotate -- [options]

One run of the worker from this terminal: with rotation.config.json, and with the AWS credentials
and region of this machine, wherever the AWS SDK finds them.

  --dry-run              say what would be done, and write nothing
  --application ID       only this application
  --token ID_OR_NAME     only this token; may be given more than once
  --force                rotate those tokens now, due or not (needs --token)
  --retire-now           deactivate their predecessors at once (needs --token: an id)
  --config FILE          another file than rotation.config.json (ROTATION_CONFIG outranks both)
  --json                 print the report as JSON, and nothing else
  --verbose              say on stderr what is going on
  --help                 this text

It needs what the worker's role may do: docs/deploy.md has the list.

Exit code: 0 if all went well, 1 if something failed, 2 if the run could not start.`;

export interface RotateOptions {
  /** As Lambda would get it. */
  readonly event: { readonly dryRun: boolean; readonly tokens?: readonly string[] } & Readonly<
    Record<string, unknown>
  >;
  readonly configFile: string | undefined;
  readonly json: boolean;
  readonly verbose: boolean;
}

export const ROTATE_FLAGS = {
  "dry-run": { type: "boolean" },
  application: { type: "string" },
  token: { type: "string", multiple: true },
  force: { type: "boolean" },
  "retire-now": { type: "boolean" },
  config: { type: "string" },
  json: { type: "boolean" },
  verbose: { type: "boolean" },
} as const;

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
  const { config: configFile, json = false, verbose = false } = values;
  return { event, configFile, json, verbose };
}
