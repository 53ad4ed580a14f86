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

/**
 * One command of the operator's. To add one, make `cli/<name>/options.ts` with its flags and what they mean, and
 * `cli/<name>/<name>.ts` which exports the command; then give it a line in `cli/subcommands.ts`, a script in package.json
 * and a test in `test/cli` that calls it in process (test/support/command.ts). `--help`, shell completion and what is said
 * of mistakes come from its flags. Everything outside it reaches through `io`. Whatever is not to be done it throws, and
 * `runCommand` says it.
 */
export interface Command<Flags extends CommandFlags = CommandFlags, Options = unknown> extends Described {
  readonly flags: Flags;
  /** Said of arguments that are refused, where other words would repeat what nobody may see. */
  readonly wrongArguments?: string;
  /** The exit code of what it refuses to do: `failed`, if nothing else stands here. */
  readonly refusalExit?: ExitCode;
  /** What the arguments ask for. @throws Misuse */
  optionsFrom(values: FlagValues<Flags>): Options;
  /** Does it. @throws Refusal, Interruption, RotationError; anything else is a defect */
  main(options: Options, io: CommandIo): Promise<ExitCode>;
}

/** Runs a command with these arguments, and says on stderr what stopped it. Throws only defects. */
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
