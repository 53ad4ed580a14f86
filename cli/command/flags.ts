import { parseArgs } from "node:util";
import { nearestWord } from "../../lambda/model/nearest.ts";
import { Misuse } from "./stops.ts";

/** One option of a command: what node:util's parseArgs needs, and the text for `--help` and shell completion. */
export interface Flag {
  readonly type: "string" | "boolean";
  readonly multiple?: boolean;
  readonly short?: string;
  /** The placeholder for the value of a string: ID, FILE. */
  readonly value?: string;
  readonly about: string;
}

/** By long name. */
export type CommandFlags = Readonly<Record<string, Flag>>;
export type FlagValues<Flags extends CommandFlags> = ReturnType<
  typeof parseArgs<{ options: Flags }>
>["values"];

/** Every command has these. */
export const EVERYWHERE = {
  "no-color": { type: "boolean", about: "print no colours (the same as NO_COLOR)" },
  help: { type: "boolean", short: "h", about: "show this help" },
  version: { type: "boolean", about: "show the version" },
} as const satisfies CommandFlags;

/** For commands that print a result. */
export const OUTPUT_FLAGS = {
  json: { type: "boolean", about: "print only JSON" },
  quiet: { type: "boolean", short: "q", about: "print only errors" },
} as const satisfies CommandFlags;

/** For commands that use the configuration and AWS. */
export const AWS_FLAGS = {
  config: {
    type: "string",
    value: "FILE",
    about: "the configuration, instead of rotation.config.json (ROTATION_CONFIG has priority over both)",
  },
  profile: { type: "string", value: "NAME", about: "the AWS profile, instead of AWS_PROFILE" },
  region: { type: "string", value: "NAME", about: "the AWS region, instead of AWS_REGION" },
} as const satisfies CommandFlags;

export const SHARED_FLAGS = { ...AWS_FLAGS, ...OUTPUT_FLAGS } as const;

/** @throws Misuse, which suggests the option that was probably meant. It never repeats a value, which may be a secret. */
export function valuesOf<Flags extends CommandFlags>(
  flags: Flags,
  argv: readonly string[],
): FlagValues<Flags> & FlagValues<typeof EVERYWHERE> {
  const options: CommandFlags = { ...flags, ...EVERYWHERE };
  try {
    return parseArgs({ args: [...argv], options }).values as ReturnType<typeof valuesOf<Flags>>;
  } catch (thrown) {
    throw new Misuse(complaintOf(thrown, Object.keys(options)));
  }
}

function complaintOf(thrown: unknown, known: readonly string[]): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const [, hyphens = "", unknown] = /^Unknown option '(--?)([^'=]*)/.exec(message) ?? [];
  // The rest of Node's message explains how to pass an argument that begins with a hyphen.
  if (unknown === undefined) return message.split(". ")[0] ?? message;
  return unknownOption(`${hyphens}${unknown}`, known);
}

/** `written` has its hyphens. */
export function unknownOption(written: string, known: readonly string[]): string {
  const meant = nearestWord(written.replace(/^-+/, ""), known);
  return `Unknown option ${written}.${meant === undefined ? "" : ` Did you mean --${meant}?`}`;
}
