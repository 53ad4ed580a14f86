import { commandLine, type StartedAs, typed } from "../terminal/invocation.ts";
import { wrapped } from "../terminal/width.ts";
import { type CommandFlags, EVERYWHERE, type Flag } from "./flags.ts";

/** The contents of `--help` for a command. Paragraphs are wrapped; `flags` are listed in their order. */
export interface Described {
  readonly name: string;
  /** One line, in the list of commands. */
  readonly summary: string;
  /** Arguments that are required: "--token ID_OR_NAME". */
  readonly needs?: string;
  readonly about: readonly string[];
  readonly flags: CommandFlags;
  readonly notes?: readonly string[];
  /** The text after "Exit code: ". */
  readonly exit: string;
}

const WIDTH = 80;
const NAMES = 24;

export function usageOf(command: Described, by: StartedAs): string {
  const { about, flags, notes = [], exit } = command;
  return [
    usageLine(command, by),
    ...about.flatMap((text) => ["", ...wrapped(typed(text, by), WIDTH)]),
    "",
    ...flagLines({ ...flags, ...EVERYWHERE }),
    ...[...notes, `Exit code: ${exit}.`].flatMap((text) => ["", ...wrapped(typed(text, by), WIDTH)]),
  ].join("\n");
}

export function usageLine({ name, needs }: Pick<Described, "name" | "needs">, by: StartedAs): string {
  return `Usage: ${commandLine(name, [...(needs === undefined ? [] : [needs]), "[options]"], by)}`;
}

function flagLines(flags: CommandFlags): readonly string[] {
  return Object.entries(flags).flatMap(([name, flag]) => {
    const [first = "", ...others] = wrapped(
      `${flag.about}${flag.multiple ? "; can be repeated" : ""}`,
      WIDTH - NAMES - 2,
    );
    return [
      `  ${flagName(name, flag).padEnd(NAMES - 2)}  ${first}`,
      ...others.map((line) => " ".repeat(NAMES + 2) + line),
    ];
  });
}

function flagName(name: string, { value, short }: Flag): string {
  return [
    short === undefined ? `--${name}` : `-${short}, --${name}`,
    ...(value === undefined ? [] : [value]),
  ].join(" ");
}
