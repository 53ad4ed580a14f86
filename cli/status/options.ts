import { durationMs } from "../../lambda/policy/policy.ts";
import { type FlagValues, SHARED_FLAGS } from "../command/flags.ts";
import { shardNumber } from "../command/shard-option.ts";
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
  /** Ids or name patterns of organizations, or `sandbox`. */
  readonly organizations: readonly string[];
  /** Of a fleet. */
  readonly shard: number | undefined;
  readonly explain: string | undefined;
  readonly all: boolean;
  /** Shows the applications, and not their tokens. */
  readonly onlyApplications: boolean;
  readonly configFile: string | undefined;
  /** The file for a page. */
  readonly html: string | undefined;
  /** The file for the calendar. */
  readonly ics: string | undefined;
}

export const STATUS_FLAGS = {
  application: { type: "string", multiple: true, value: "ID", about: "only this application" },
  organization: {
    type: "string",
    multiple: true,
    value: "NAME",
    about: "only the discovered applications of this organization: an id, a name, or a pattern (* and ?)",
  },
  shard: { type: "string", value: "K", about: "only the applications of this shard of a fleet" },
  token: {
    type: "string",
    multiple: true,
    value: "ID_OR_NAME",
    about: "only this token: an id, a name, or a pattern (* and ?)",
  },
  due: { type: "boolean", about: "only tokens that need a person, or that the next run acts on" },
  within: {
    type: "string",
    value: "30d",
    about: "only tokens that expire or become due within this time (m, h or d)",
  },
  drift: {
    type: "boolean",
    about:
      "only tokens about which Losant and Secrets Manager disagree; also secrets of applications that were not found",
  },
  explain: {
    type: "string",
    value: "ID_OR_NAME",
    about: "the history of one lineage (a token and its successors), and what to do",
  },
  applications: {
    type: "boolean",
    about:
      "only the applications: which are found by `discover`, and what decides about each; doesn't list tokens",
  },
  all: {
    type: "boolean",
    about:
      "all tokens, even if they don't fit on one screen, of all applications, even if there are more than 2000",
  },
  html: {
    type: "string",
    value: "FILE",
    about: "write a page for a browser, with everything in it, instead of showing the tokens here",
  },
  ics: {
    type: "string",
    value: "FILE",
    about: "write a calendar (iCalendar) of the next year: when tokens expire and are renewed",
  },
  ...SHARED_FLAGS,
} as const;

export const STATUS = {
  name: "status",
  summary: "Show each token, and what the next run does with it and why",
  about: [
    "Shows each token of each application, and what the next run does with it and why. The command changes nothing. It uses rotation.config.json, and the AWS credentials and region of this machine.",
  ],
  flags: STATUS_FLAGS,
  notes: [
    "Your AWS credentials need secretsmanager:ListSecrets; DescribeSecret and ListSecretVersionIds on the managed secrets and on the secrets of the access tokens; and GetSecretValue on the secrets of the access tokens.",
  ],
  exit: "0 if every application could be read, 1 if not, 2 if the question can't be answered, 130 if you interrupted it",
} as const satisfies Described;

/** The options that the command line asks for. @throws Misuse */
export function statusOptions(values: FlagValues<typeof STATUS_FLAGS>): StatusOptions {
  const withinMs = values.within === undefined ? undefined : durationMs(values.within);
  if (Number.isNaN(withinMs))
    throw new Misuse("--within must be a number and a unit (m, h or d), such as 12h or 30d");
  if (values.explain !== undefined && values.json) throw new Misuse("--explain can't be used with --json");
  const written = (["html", "ics"] as const).find((name) => values[name] !== undefined);
  if (values.explain !== undefined && written !== undefined)
    throw new Misuse(`--explain can't be used with --${written}`);
  const onlyApplications = values.applications ?? false;
  const ofTokens = ["token", "due", "within", "drift", "explain", "html", "ics"] as const;
  const odd = ofTokens.find((name) => values[name] !== undefined);
  if (onlyApplications && odd !== undefined) throw new Misuse(`--applications can't be used with --${odd}`);
  return {
    onlyApplications,
    applications: values.application ?? [],
    organizations: values.organization ?? [],
    shard: shardNumber(values.shard),
    tokens: values.token ?? [],
    due: values.due ?? false,
    withinMs,
    drift: values.drift ?? false,
    explain: values.explain,
    all: values.all ?? false,
    configFile: values.config,
    html: values.html,
    ics: values.ics,
  };
}
