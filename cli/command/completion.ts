import { PROGRAM } from "../terminal/invocation.ts";
import { type CommandFlags, EVERYWHERE, type Flag } from "./flags.ts";
import type { Described } from "./usage.ts";

/** What can be completed: the commands, and the options of each. */
export type Completed = Pick<Described, "name" | "summary" | "flags">;

/** The command that prints these scripts. It is completed as well. */
export const COMPLETION = {
  name: "completion",
  summary: "Print a completion script for bash, zsh or fish",
} as const;

/** A script for each shell, and the line that loads it. test/cli/completion.test.ts presses Tab in each shell. */
export const SHELLS = {
  bash: { script: bashScript, load: `source <(${PROGRAM} completion bash)` },
  zsh: { script: zshScript, load: `source <(${PROGRAM} completion zsh)` },
  fish: { script: fishScript, load: `${PROGRAM} completion fish | source` },
} as const;
export type Shell = keyof typeof SHELLS;

const FUNCTION = `_${PROGRAM.replaceAll("-", "_")}`;
const SHELL_NAMES = ["bash", "zsh", "fish"] as const satisfies readonly Shell[];
const { help: HELP, version: VERSION } = EVERYWHERE;
/** The options that need no command. */
export const ALONE = { help: HELP, version: VERSION } as const satisfies CommandFlags;
/** A value that is the name of a file. */
const FILE = "FILE";

const flagsOf = ({ flags }: Completed): readonly (readonly [string, Flag])[] =>
  Object.entries({ ...flags, ...EVERYWHERE } as CommandFlags);

function bashScript(commands: readonly Completed[]): string {
  const long = (flag: string) => `--${flag}`;
  const cases = commands.map((command) => {
    const words = flagsOf(command).map(([flag]) => long(flag));
    return `    ${command.name}) words="${words.join(" ")}" ;;`;
  });
  const all = commands.flatMap(flagsOf);
  const namesOf = (accept: (value: string) => boolean) => [
    ...new Set(
      all.flatMap(([flag, { value }]) => (value !== undefined && accept(value) ? [long(flag)] : [])),
    ),
  ];
  const files = namesOf((value) => value === FILE);
  const valued = namesOf((value) => value !== FILE);
  const first = [...[...commands, COMPLETION].map(({ name }) => name), ...Object.keys(ALONE).map(long)];
  // bash splits --config=file into three words. bash 3, which macOS has, lacks compopt.
  return `${FUNCTION}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${first.join(" ")}" -- "$current"))
    return
  fi
  if [ "$current" = "=" ]; then
    current=""
  elif [ "$previous" = "=" ]; then
    previous="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  case "$previous" in
    ${files.join("|")})
      local IFS=$'\\n'
      compopt -o filenames 2>/dev/null
      COMPREPLY=($(compgen -f -- "$current"))
      return ;;
    ${valued.join("|")}) return ;;
  esac
  case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
    ${COMPLETION.name}) words="${[...SHELL_NAMES, "--help"].join(" ")}" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F ${FUNCTION} ${PROGRAM}`;
}

function zshScript(commands: readonly Completed[]): string {
  const described = [...commands, COMPLETION].map(
    ({ name, summary }) => `    ${single(`${name}:${summary.replaceAll(":", "\\:")}`)}`,
  );
  const cases = [
    ...commands.map((command) => zshCase(command.name, flagsOf(command).map(zshSpec))),
    zshCase(COMPLETION.name, [zshSpec(["help", HELP]), `1:shell:(${SHELL_NAMES.join(" ")})`]),
  ];
  const alone = Object.entries(ALONE).map((flag) => single(zshSpec(flag)));
  // Without compinit, as in macOS's default .zshrc, there is no compdef.
  return `(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }
${FUNCTION}() {
  local -a commands
  commands=(
${described.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    _arguments ${alone.join(" ")}
  else
    local command=$words[2]
    shift words
    (( CURRENT-- ))
    case $command in
${cases.join("\n")}
    esac
  fi
}
compdef ${FUNCTION} ${PROGRAM}`;
}

function zshCase(name: string, specs: readonly string[]): string {
  return `      ${name}) _arguments \\\n${specs.map((spec) => `        ${single(spec)}`).join(" \\\n")} ;;`;
}

function zshSpec([name, { value, multiple, about }]: readonly [string, Flag]): string {
  const text = about.replace(/[[\]]/g, "\\$&");
  const takes = value === undefined ? "" : `:${value}:${value === FILE ? "_files" : ""}`;
  return `${multiple ? "*" : ""}--${name}${value === undefined ? "" : "="}[${text}]${takes}`;
}

function fishScript(commands: readonly Completed[]): string {
  const line = (...parts: readonly string[]) => [`complete -c ${PROGRAM}`, ...parts].join(" ");
  const after = (name: string) => `-n ${single(`_${FUNCTION} ${name}`)}`;
  const first = after('""');
  const shells = after(COMPLETION.name);
  // Only the word after the program is the command. A later word may be the value of an option.
  return [
    `function _${FUNCTION}`,
    "    set -l words (commandline -opc)",
    `    test "$words[2]" = "$argv[1]"`,
    "end",
    line("-f"),
    ...[...commands, COMPLETION].map(({ name, summary }) =>
      line(first, `-a ${name}`, `-d ${fishQuoted(summary)}`),
    ),
    ...Object.entries(ALONE).map((flag) => line(first, ...fishFlag(flag))),
    ...commands.flatMap((command) =>
      flagsOf(command).map((flag) => line(after(command.name), ...fishFlag(flag))),
    ),
    line(shells, `-a ${single(SHELL_NAMES.join(" "))}`),
    line(shells, ...fishFlag(["help", HELP])),
  ].join("\n");
}

function fishFlag([name, { short, value, about }]: readonly [string, Flag]): readonly string[] {
  return [
    `-l ${name}`,
    ...(short === undefined ? [] : [`-s ${short}`]),
    ...(value === undefined ? [] : [value === FILE ? "-r -F" : "-x"]),
    `-d ${fishQuoted(about)}`,
  ];
}

/** In single quotes, for bash and zsh. */
function single(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function fishQuoted(text: string): string {
  return `'${text.replace(/['\\]/g, "\\$&")}'`;
}
