import { durationMs } from "../../lambda/policy/policy.ts";
import { type FlagValues, SHARED_FLAGS } from "../command/flags.ts";
import { Misuse } from "../command/stops.ts";
import type { Described } from "../command/usage.ts";

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
  readonly configFile: string | undefined;
}

export const STATUS_FLAGS = {
  application: { type: "string", multiple: true, value: "ID", about: "only this application" },
  token: {
    type: "string",
    multiple: true,
    value: "ID_OR_NAME",
    about: "only these tokens: an id, a name, or a glob (* and ?)",
  },
  due: { type: "boolean", about: "only what needs a person, or what the next run acts on" },
  within: {
    type: "string",
    value: "30d",
    about: "only what expires, or becomes due, within this time (m, h or d)",
  },
  drift: { type: "boolean", about: "only where Losant and Secrets Manager tell two stories" },
  explain: {
    type: "string",
    value: "ID_OR_NAME",
    about: "the story of one lineage, oldest to newest, and what to do",
  },
  all: { type: "boolean", about: "every token: leave none out for the sake of one screen" },
  ...SHARED_FLAGS,
} as const;

export const STATUS = {
  name: "status",
  summary: "Every token, what the next run will do with it and why",
  about: [
    "Every token of every application, what the next run will do with it and why. Only reads: with rotation.config.json, and with the AWS credentials and region of this machine.",
  ],
  flags: STATUS_FLAGS,
  notes: [
    "It needs secretsmanager:ListSecrets; DescribeSecret and ListSecretVersionIds on the managed secrets and on those of the access tokens; and GetSecretValue on the latter.",
  ],
  exit: "0, or 1 if an application could not be looked at, or 2 if the question can't be answered, 130 if you interrupted it",
} as const satisfies Described;

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
    configFile: values.config,
  };
}
