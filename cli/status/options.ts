import { durationMs } from "../../lambda/policy/policy.ts";
import type { FlagValues } from "../command/command.ts";
import { Misuse } from "../command/stops.ts";

export const STATUS_USAGE = `Usage: npm run status -- [options]

Every token of every application, what the next run will do with it and why. Only reads: with
rotation.config.json, and with the AWS credentials and region of this machine.

  --application ID       only this application; may be given more than once
  --token ID_OR_NAME     only these tokens: an id, a name, or a glob (* and ?); may be repeated
  --due                  only what needs a person, or what the next run acts on
  --within 30d           only what expires, or becomes due, within this time (m, h or d)
  --drift                only where Losant and Secrets Manager tell two stories
  --explain ID_OR_NAME   the story of one lineage, oldest to newest, and what to do
  --all                  every token: leave none out for the sake of one screen
  --json                 print all of it as JSON, and nothing else
  --config FILE          another file than rotation.config.json (ROTATION_CONFIG outranks both)
  --help                 this text

It needs secretsmanager:ListSecrets, DescribeSecret and ListSecretVersionIds on the managed secrets
and those of the access tokens, and GetSecretValue on the latter.

Exit code: 0, or 1 if an application could not be looked at, or 2 if the question can't be answered.`;

export interface Filters {
  readonly applications: readonly string[];
  readonly tokens: readonly string[];
  readonly due: boolean;
  readonly withinMs: number | undefined;
  readonly drift: boolean;
}

export interface StatusOptions extends Filters {
  readonly explain: string | undefined;
  readonly all: boolean;
  readonly json: boolean;
  readonly configFile: string | undefined;
}

export const STATUS_FLAGS = {
  application: { type: "string", multiple: true },
  token: { type: "string", multiple: true },
  due: { type: "boolean" },
  within: { type: "string" },
  drift: { type: "boolean" },
  explain: { type: "string" },
  all: { type: "boolean" },
  json: { type: "boolean" },
  config: { type: "string" },
} as const;

/** What the arguments of the command line ask for. @throws Misuse */
export function statusOptions(values: FlagValues<typeof STATUS_FLAGS>): StatusOptions {
  const withinMs = values.within === undefined ? undefined : durationMs(values.within);
  if (Number.isNaN(withinMs)) throw new Misuse("--within must be a number and a unit, m, h or d: 12h, 30d");
  if (values.explain !== undefined && values.json)
    throw new Misuse("--explain tells a story, which --json can't");
  return {
    applications: values.application ?? [],
    tokens: values.token ?? [],
    due: values.due ?? false,
    withinMs,
    drift: values.drift ?? false,
    explain: values.explain,
    all: values.all ?? false,
    json: values.json ?? false,
    configFile: values.config,
  };
}
