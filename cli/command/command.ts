import { RotationError } from "../../lambda/model/errors.ts";
import { printable } from "../../lambda/model/printable.ts";
import { commandLine, invocationIn, type StartedAs } from "../terminal/invocation.ts";
import { say, screenOn } from "../terminal/screen.ts";
import { type CommandFlags, type FlagValues, valuesOf } from "./flags.ts";
import { type CommandIo, type Io, ioFor } from "./io.ts";
import { Interruption, Misuse, Refusal, showRefusal } from "./stops.ts";
import { refuseSwallowed } from "./swallowed.ts";
import { type Described, usageLine, usageOf } from "./usage.ts";
import { version } from "./version.ts";

/** The exit codes of all commands. */
export const EXIT = {
  /** The command did what was asked. */
  good: 0,
  /** Something failed, or was not done. */
  failed: 1,
  /** The command could not start: the arguments or the configuration are wrong. */
  notStarted: 2,
  /** Ctrl-C, as a shell reports it. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/**
 * One command. To add one, write `cli/<name>/options.ts` with its flags and their descriptions, and `cli/<name>/<name>.ts`,
 * which exports the command. Then add a line to `cli/subcommands.ts`, a script to package.json and a test to `test/cli` that
 * calls it in process (test/support/command.ts). `--help`, shell completion and the messages about wrong arguments come from
 * its flags. A command reads and writes only through `io`. It throws a Refusal for what it won't do, and `runCommand` shows it.
 */
export interface Command<Flags extends CommandFlags = CommandFlags, Options = unknown> extends Described {
  readonly flags: Flags;
  /** The message for wrong arguments, if the usual one could repeat a secret. */
  readonly wrongArguments?: string;
  /** The exit code for a Refusal: `failed` by default. */
  readonly refusalExit?: ExitCode;
  /** The options that the arguments ask for. @throws Misuse */
  optionsFrom(values: FlagValues<Flags>): Options;
  /** Runs the command. @throws Refusal, Interruption, RotationError; anything else is a defect */
  main(options: Options, io: CommandIo): Promise<ExitCode>;
}

/** Runs a command with these arguments. If something stops it, writes the reason to stderr. Throws only defects. */
export async function runCommand<Flags extends CommandFlags, Options>(
  command: Command<Flags, Options>,
  argv: readonly string[],
  io: Io,
): Promise<ExitCode> {
  const invocation = invocationIn(io.env);
  try {
    refuseSwallowed(command, argv, io.env);
    const values = parsed(command, argv);
    if (values.help || values.version) {
      io.stdout.write(`${values.help ? usageOf(command, invocation) : version()}\n`);
      return EXIT.good;
    }
    return await command.main(command.optionsFrom(values), ioFor(values, io));
  } catch (thrown) {
    return stopped(thrown, command, invocation, io);
  }
}

function parsed<Flags extends CommandFlags>(
  { flags, wrongArguments }: Command<Flags, unknown>,
  argv: readonly string[],
) {
  try {
    return valuesOf(flags, argv);
  } catch (thrown) {
    throw wrongArguments === undefined ? thrown : new Misuse(wrongArguments);
  }
}

function stopped(
  thrown: unknown,
  command: Pick<Command, "name" | "needs" | "refusalExit">,
  invocation: StartedAs,
  { stderr, env }: Io,
): ExitCode {
  const screen = screenOn(stderr, env);
  if (thrown instanceof Misuse) {
    stderr.write(`${printable(thrown.message)}\n`);
    if (!thrown.isComplete)
      stderr.write(
        `${usageLine(command, invocation)}\nMore: ${commandLine(command.name, ["--help"], invocation)}\n`,
      );
    return EXIT.notStarted;
  }
  if (thrown instanceof Interruption) {
    say(screen, `Interrupted. ${thrown.message}`, "");
    return EXIT.interrupted;
  }
  if (!(thrown instanceof Refusal || thrown instanceof RotationError)) throw thrown;
  showRefusal(thrown, screen);
  const isNotStarted =
    thrown instanceof RotationError && (thrown.code === "config-invalid" || thrown.code === "event-invalid");
  return isNotStarted ? EXIT.notStarted : (command.refusalExit ?? EXIT.failed);
}
