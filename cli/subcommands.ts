import { nearestWord } from "../lambda/model/nearest.ts";
import { printable } from "../lambda/model/printable.ts";
import { type Command, EXIT, type ExitCode, runCommand } from "./command/command.ts";
import { ALONE, COMPLETION, type Completed, SHELLS } from "./command/completion.ts";
import { type CommandFlags, unknownOption } from "./command/flags.ts";
import type { Io } from "./command/io.ts";
import { version } from "./command/version.ts";
import { PROGRAM } from "./terminal/invocation.ts";

/** A command, without the types of its flags and options. */
type AnyCommand = Command<CommandFlags, unknown>;
const any = (command: object) => command as AnyCommand;

/** Each command is loaded only when it is used, because it imports code that the others don't need. */
export const SUBCOMMANDS = {
  status: async () => any((await import("./status/status.ts")).statusCommand),
  rotate: async () => any((await import("./rotate/rotate.ts")).rotateCommand),
  undo: async () => any((await import("./undo/undo.ts")).undoCommand),
  "access-token": async () => any((await import("./access-token/access-token.ts")).accessTokenCommand),
  demo: async () => any((await import("../demo/start.ts")).demo),
} as const;
const NAMES = Object.keys(SUBCOMMANDS);
const isSubcommand = (name: string): name is keyof typeof SUBCOMMANDS => Object.hasOwn(SUBCOMMANDS, name);

/** The installed command. The first argument is the name of a subcommand; the rest are its arguments. */
export async function runProgram([name = "", ...argv]: readonly string[], io: Io): Promise<ExitCode> {
  if (isSubcommand(name)) return runCommand(await SUBCOMMANDS[name](), argv, io);
  if (name === COMPLETION.name) return printCompletion(argv, io);
  const isHelp = ["--help", "-h", "help"].includes(name);
  if (isHelp) io.stdout.write(`${await overview()}\n`);
  else if (name === "--version") io.stdout.write(`${version()}\n`);
  else {
    io.stderr.write(`${complaintAbout(name)}\n`);
    return EXIT.notStarted;
  }
  return EXIT.good;
}

function complaintAbout(name: string): string {
  const usage = `Usage: ${PROGRAM} ${NAMES.join("|")} [options]\nMore: ${PROGRAM} --help`;
  if (name === "") return usage;
  return `${name.startsWith("-") ? complaintAboutOption(name) : complaintAboutName(name)}\n${usage}`;
}

/** The name may be anything, even a secret, so it is not repeated. */
function complaintAboutName(name: string): string {
  const meant = nearestWord(name, [...NAMES, COMPLETION.name]);
  return `There is no such command.${meant === undefined ? "" : ` Did you mean ${meant}?`}`;
}

function complaintAboutOption(option: string): string {
  const [written = ""] = option.split("=");
  const complaint = printable(unknownOption(written, Object.keys(ALONE)));
  return complaint.endsWith("?") ? complaint : `${complaint} Write options after the command.`;
}

async function loaded(): Promise<readonly AnyCommand[]> {
  return Promise.all(Object.values(SUBCOMMANDS).map((load) => load()));
}

async function overview(): Promise<string> {
  const commands: readonly Completed[] = await loaded();
  return [
    `Usage: ${PROGRAM} COMMAND [options]`,
    "",
    "Keeps Losant application API tokens from expiring: replaces them before they",
    "expire, and stores the new strings in AWS Secrets Manager.",
    "",
    ...[...commands, COMPLETION].map(({ name, summary }) => `  ${name.padEnd(14)}${summary}`),
    "",
    `${PROGRAM} COMMAND --help explains a command.`,
    `${PROGRAM} --version prints the version.`,
  ].join("\n");
}

async function printCompletion([shell = ""]: readonly string[], { stdout, stderr }: Io): Promise<ExitCode> {
  if (shell === "--version") {
    stdout.write(`${version()}\n`);
    return EXIT.good;
  }
  if (!Object.hasOwn(SHELLS, shell)) {
    const lines = Object.entries(SHELLS).map(([name, { load }]) => `  ${name.padEnd(6)}${load}`);
    const isAsked = shell === "--help" || shell === "-h";
    const text = [`Usage: ${PROGRAM} completion bash|zsh|fish. To load the script:`, ...lines, ""].join("\n");
    (isAsked ? stdout : stderr).write(text);
    return isAsked ? EXIT.good : EXIT.notStarted;
  }
  stdout.write(`${SHELLS[shell as keyof typeof SHELLS].script(await loaded())}\n`);
  return EXIT.good;
}
