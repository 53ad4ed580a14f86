import type { RotationConfig } from "../../lambda/policy/config.ts";
import { type FlagValues, SHARED_FLAGS } from "../command/flags.ts";
import { shardFrom, shardNumber } from "../command/shard-option.ts";
import { Misuse } from "../command/stops.ts";
import type { Described } from "../command/usage.ts";

export interface RotateOptions {
  /** The event that Lambda would receive. */
  readonly event: {
    readonly dryRun: boolean;
    readonly applicationId?: string;
    readonly shard?: number;
    readonly tokens?: readonly string[];
    readonly force?: boolean;
    readonly retireNow?: boolean;
  };
  readonly yes: boolean;
  readonly configFile: string | undefined;
  readonly verbose: boolean;
}

export const ROTATE_FLAGS = {
  "dry-run": { type: "boolean", about: "show the plan, and write nothing" },
  application: { type: "string", value: "ID", about: "only this application" },
  shard: { type: "string", value: "K", about: "only the applications of this shard of a fleet" },
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

/** Whether the configuration allows what the command line asks for. @throws Misuse */
export function checkShard({ event }: RotateOptions, fleet: RotationConfig["fleet"]): void {
  const { applicationId, shard } = event;
  if (shardFrom(shard, fleet) !== undefined || fleet === undefined || applicationId !== undefined) return;
  const shards = `0 to ${fleet.shards - 1}`;
  throw new Misuse(`In a fleet, choose the applications: --application ID, or --shard ${shards}`);
}

/** The options that the command line asks for. @throws Misuse */
export function rotateOptions(values: FlagValues<typeof ROTATE_FLAGS>): RotateOptions {
  const { application, shard, token: tokens, force = false, "retire-now": retireNow = false } = values;
  if (tokens === undefined && (force || retireNow))
    throw new Misuse(`${force ? "--force" : "--retire-now"} needs --token: choose the tokens`);
  if (application !== undefined && shard !== undefined)
    throw new Misuse("--application can't be used with --shard: an application has only one shard");
  const index = shardNumber(shard);
  const event = {
    dryRun: values["dry-run"] ?? false,
    ...(application === undefined ? {} : { applicationId: application }),
    ...(index === undefined ? {} : { shard: index }),
    ...(tokens === undefined ? {} : { tokens, force, retireNow }),
  };
  const { config: configFile, yes = false, verbose = false } = values;
  return { event, yes, configFile, verbose };
}
