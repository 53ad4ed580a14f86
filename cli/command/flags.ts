import { parseArgs } from "node:util";
import { nearestWord } from "../../lambda/model/nearest.ts";
import { Misuse } from "./stops.ts";

/** One option of a command: what node:util's parseArgs takes, and what `--help` and shell completion say of it. */
export interface Flag {
  readonly type: "string" | "boolean";
  readonly multiple?: boolean;
  readonly short?: string;
  /** What stands for the value of a string: ID, FILE. */
  readonly value?: string;
  readonly about: string;
}

/** By the long name of each. */
export type CommandFlags = Readonly<Record<string, Flag>>;
export type FlagValues<Flags extends CommandFlags> = ReturnType<
  typeof parseArgs<{ options: Flags }>
>["values"];

/** Every command has these. */
export const EVERYWHERE = {
  "no-color": { type: "boolean", about: "no colours (NO_COLOR does the same)" },
  help: { type: "boolean", short: "h", about: "this text" },
  version: { type: "boolean", about: "the version of this program" },
} as const satisfies CommandFlags;

/** Whatever prints a result. */
export const OUTPUT_FLAGS = {
  json: { type: "boolean", about: "print JSON, and nothing else" },
  quiet: { type: "boolean", short: "q", about: "print nothing but what went wrong" },
} as const satisfies CommandFlags;

/** Whatever works with the configuration and with AWS. */
export const AWS_FLAGS = {
  config: {
    type: "string",
    value: "FILE",
    about: "another file than rotation.config.json (ROTATION_CONFIG outranks both)",
  },
  profile: { type: "string", value: "NAME", about: "the AWS profile to use, instead of AWS_PROFILE" },
  region: { type: "string", value: "NAME", about: "the AWS region, instead of AWS_REGION" },
} as const satisfies CommandFlags;

export const SHARED_FLAGS = { ...AWS_FLAGS, ...OUTPUT_FLAGS } as const;

/** @throws Misuse, which names the option that was probably meant; never a value, which may be a secret. */
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
  const [, unknown] = /^Unknown option '--?([^'=]*)/.exec(message) ?? [];
  // Node goes on with how to pass an argument that begins with a hyphen.
  if (unknown === undefined) return message.split(". ")[0] ?? message;
  const meant = nearestWord(unknown, known);
  return `Unknown option --${unknown}.${meant === undefined ? "" : ` Did you mean --${meant}?`}`;
}
