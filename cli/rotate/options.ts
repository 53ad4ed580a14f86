import { parseArgs } from "node:util";
import type { Asked } from "../command/arguments.ts";

export const USAGE = `Usage: npm run rotate -- [options]

One run of the worker from this terminal: with rotation.config.json, and with the AWS credentials
and region of this machine, wherever the AWS SDK finds them.

  --dry-run              say what would be done, and write nothing
  --application ID       only this application
  --token ID_OR_NAME     only this token; may be given more than once
  --force                rotate those tokens now, due or not (needs --token)
  --retire-now           deactivate their predecessors at once (needs --token)
  --config FILE          another file than rotation.config.json (ROTATION_CONFIG outranks both)
  --json                 print the report as JSON, and nothing else
  --verbose              say on stderr what is going on
  --help                 this text

Exit code: 0 if all went well, 1 if something failed, 2 if the run could not start.`;

export interface RunOptions {
  readonly kind: "run";
  /** As Lambda would get it. */
  readonly event: { readonly dryRun: boolean; readonly tokens?: readonly string[] } & Readonly<
    Record<string, unknown>
  >;
  readonly configFile: string | undefined;
  readonly json: boolean;
  readonly verbose: boolean;
}

const OPTIONS = {
  "dry-run": { type: "boolean" },
  application: { type: "string" },
  token: { type: "string", multiple: true },
  force: { type: "boolean" },
  "retire-now": { type: "boolean" },
  config: { type: "string" },
  json: { type: "boolean" },
  verbose: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** What the arguments of the command line ask for. */
export function askedFor(args: readonly string[]): Asked<RunOptions> {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    const { application, token: tokens, force = false, "retire-now": retireNow = false } = values;
    if (values.help) return { kind: "help" };
    if (tokens === undefined && (force || retireNow))
      return {
        kind: "wrong",
        message: `${force ? "--force" : "--retire-now"} needs --token: name the tokens that are meant`,
      };
    const event = {
      dryRun: values["dry-run"] ?? false,
      ...(application === undefined ? {} : { applicationId: application }),
      ...(tokens === undefined ? {} : { tokens, force, retireNow }),
    };
    const { config: configFile, json = false, verbose = false } = values;
    return { kind: "run", event, configFile, json, verbose };
  } catch (thrown) {
    return { kind: "wrong", message: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}
