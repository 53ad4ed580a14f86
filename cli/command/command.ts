import { type ParseArgsConfig, parseArgs } from "node:util";
import { RotationError } from "../../lambda/model/errors.ts";
import { printable } from "../../lambda/model/printable.ts";
import { say, screenOn } from "../terminal/screen.ts";
import type { Io } from "./io.ts";
import { Interruption, Misuse, Refusal, showRefusal } from "./stops.ts";

/** What a shell learns from each command. */
export const EXIT = {
  /** It did what was asked. */
  good: 0,
  /** Something failed, or was not done. */
  failed: 1,
  /** It could not start: the arguments or the configuration are wrong. */
  notStarted: 2,
  /** Ctrl-C, as a shell reports it. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The options of a command line, as node:util's parseArgs takes them. */
export type CommandFlags = NonNullable<ParseArgsConfig["options"]>;
export type FlagValues<Flags extends CommandFlags> = ReturnType<
  typeof parseArgs<{ options: Flags }>
>["values"];

/**
 * One command of the operator's. To add one, make `cli/<name>/options.ts` with its usage, its flags and what they mean,
 * and `cli/<name>/<name>.ts` which exports the command and ends with
 * `if (import.meta.main) await runAsProcess(<name>Command);`; then give it a script in package.json and a test in `test/cli`
 * that calls it in process (test/support/command.ts). Everything outside it reaches through `io`. Whatever is not to be
 * done it throws, and `runCommand` says it.
 */
export interface Command<Flags extends CommandFlags = CommandFlags, Options = unknown> {
  readonly name: string;
  /** What `--help` prints. */
  readonly usage: string;
  /** As parseArgs takes them; `--help` is added. */
  readonly flags: Flags;
  /** Said of arguments that parseArgs refuses, where its own words would repeat what nobody may see. */
  readonly wrongArguments?: string;
  /** The exit code of what it refuses to do: `failed`, if nothing else stands here. */
  readonly refusalExit?: ExitCode;
  /** What the arguments ask for. @throws Misuse */
  optionsFrom(values: FlagValues<Flags>): Options;
  /** Does it. @throws Refusal, Interruption, RotationError; anything else is a defect */
  main(options: Options, io: Io): Promise<ExitCode>;
}

/** Runs a command with these arguments, and says on stderr what stopped it. Throws only defects. */
export async function runCommand<Flags extends CommandFlags, Options>(
  command: Command<Flags, Options>,
  argv: readonly string[],
  io: Io,
): Promise<ExitCode> {
  try {
    const values = valuesOf(command, argv);
    if (values.help) {
      io.stdout.write(`${command.usage}\n`);
      return EXIT.good;
    }
    return await command.main(command.optionsFrom(values), io);
  } catch (thrown) {
    return stopped(thrown, command, io);
  }
}

function valuesOf<Flags extends CommandFlags>(
  { flags, wrongArguments }: Command<Flags, unknown>,
  argv: readonly string[],
): FlagValues<Flags> & { readonly help?: boolean } {
  const options = { ...flags, help: { type: "boolean", short: "h" } } as const;
  try {
    return parseArgs({ args: [...argv], options }).values;
  } catch (thrown) {
    throw new Misuse(wrongArguments ?? (thrown instanceof Error ? thrown.message : String(thrown)));
  }
}

function stopped(
  thrown: unknown,
  { usage, refusalExit = EXIT.failed }: Pick<Command, "usage" | "refusalExit">,
  { stderr, env }: Io,
): ExitCode {
  if (thrown instanceof Misuse) {
    stderr.write(`${printable(thrown.message)}\n\n${usage}\n`);
    return EXIT.notStarted;
  }
  const screen = screenOn(stderr, env);
  if (thrown instanceof Interruption) {
    say(screen, `Interrupted. ${thrown.message}`, "");
    return EXIT.interrupted;
  }
  if (!(thrown instanceof Refusal || thrown instanceof RotationError)) throw thrown;
  showRefusal(thrown, screen);
  const isNotStarted =
    thrown instanceof RotationError && (thrown.code === "config-invalid" || thrown.code === "event-invalid");
  return isNotStarted ? EXIT.notStarted : refusalExit;
}
