import { PROGRAM } from "../terminal/invocation.ts";
import { type CommandFlags, EVERYWHERE, type Flag } from "./flags.ts";
import type { Described } from "./usage.ts";

/** What can be completed: the commands, and the options of each. */
export type Completed = Pick<Described, "name" | "summary" | "flags">;

/** A script for each shell, and the line that loads it there. */
export const SHELLS = {
  bash: { script: bashScript, load: `source <(${PROGRAM} completion bash)` },
  zsh: { script: zshScript, load: `source <(${PROGRAM} completion zsh)` },
  fish: { script: fishScript, load: `${PROGRAM} completion fish | source` },
} as const;
export type Shell = keyof typeof SHELLS;

const FUNCTION = `_${PROGRAM.replaceAll("-", "_")}`;
/** The one value that is the name of a file. */
const FILE = "FILE";

const flagsOf = ({ flags }: Completed): readonly (readonly [string, Flag])[] =>
  Object.entries({ ...flags, ...EVERYWHERE } as CommandFlags);

function bashScript(commands: readonly Completed[]): string {
  const cases = commands.map(({ name, ...rest }) => {
    const words = flagsOf({ name, ...rest }).map(([flag]) => `--${flag}`);
    return `    ${name}) words="${words.join(" ")}" ;;`;
  });
  const valued = [
    ...new Set(
      commands.flatMap((command) =>
        flagsOf(command).flatMap(([flag, { value }]) =>
          value === undefined || value === FILE ? [] : [`--${flag}`],
        ),
      ),
    ),
  ];
  return `${FUNCTION}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(" ")} --help --version" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[COMP_CWORD-1]}" in
    --config) COMPREPLY=($(compgen -f -- "$current")); return ;;
    ${valued.join("|")}) return ;;
  esac
  case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F ${FUNCTION} ${PROGRAM}`;
}

function zshScript(commands: readonly Completed[]): string {
  const described = commands.map(
    ({ name, summary }) => `    ${single(`${name}:${summary.replaceAll(":", "\\:")}`)}`,
  );
  const cases = commands.map((command) => {
    const specs = flagsOf(command).map(([name, flag]) => `        ${single(zshSpec(name, flag))}`);
    return `      ${command.name}) _arguments \\\n${specs.join(" \\\n")} ;;`;
  });
  return `#compdef ${PROGRAM}
${FUNCTION}() {
  local -a commands
  commands=(
${described.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
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

function zshSpec(name: string, { value, multiple, about }: Flag): string {
  const text = about.replace(/[[\]]/g, "\\$&");
  const takes = value === undefined ? "" : `:${value}:${value === FILE ? "_files" : ""}`;
  return `${multiple ? "*" : ""}--${name}[${text}]${takes}`;
}

function fishScript(commands: readonly Completed[]): string {
  const none = `not __fish_seen_subcommand_from ${commands.map(({ name }) => name).join(" ")}`;
  return [
    `complete -c ${PROGRAM} -f`,
    ...commands.map(
      ({ name, summary }) => `complete -c ${PROGRAM} -n ${single(none)} -a ${name} -d ${fishQuoted(summary)}`,
    ),
    ...commands.flatMap((command) =>
      flagsOf(command).map(([name, { short, value, about }]) =>
        [
          `complete -c ${PROGRAM} -n ${single(`__fish_seen_subcommand_from ${command.name}`)}`,
          `-l ${name}`,
          ...(short === undefined ? [] : [`-s ${short}`]),
          ...(value === undefined ? [] : [value === FILE ? "-r -F" : "-x"]),
          `-d ${fishQuoted(about)}`,
        ].join(" "),
      ),
    ),
  ].join("\n");
}

/** As bash and zsh have it. */
function single(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function fishQuoted(text: string): string {
  return `'${text.replace(/['\\]/g, "\\$&")}'`;
}
