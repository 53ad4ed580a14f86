import { readFileSync } from "node:fs";
import { join } from "node:path";
import { commandLine, invocationIn } from "../terminal/invocation.ts";
import type { Environment } from "../terminal/screen.ts";
import type { CommandFlags, Flag } from "./flags.ts";
import { Misuse } from "./stops.ts";
import type { Described } from "./usage.ts";

/**
 * `npm run rotate --dry-run` starts the script without `--dry-run`: npm takes every option before `--` for one of its own,
 * and leaves only a variable of it, npm_config_dry_run. What is real instead of a dry run must not start.
 * @throws Misuse with the line that was meant.
 */
export function refuseSwallowed(
  { name, flags }: Pick<Described, "name" | "flags">,
  argv: readonly string[],
  env: Environment,
): void {
  if (env.npm_command === undefined) return;
  const found = Object.entries(flags).filter(
    ([flag]) => swallowedAs(flag, env) !== undefined && !isGiven(flag, argv),
  );
  if (found.length === 0) return;
  const kept = found.map(([flag]) => `--${flag}`).join(" and ");
  const line = commandLine(name, lineMeant(found, argv, env, flags), invocationIn(env));
  throw new Misuse(`npm kept ${kept} for itself, so nothing was done. Write: ${line}`, { isComplete: true });
}

/** These stand in an .npmrc, or belong to npx itself: `npx --yes` says that the package may be fetched. */
function isNpmsOwn(key: string, value: string, env: Environment): boolean {
  if (env.npm_command === "exec" && key === "yes") return true;
  const files = [env.npm_config_userconfig, env.npm_config_globalconfig, projectFile(env)];
  return files.some((file) => file !== undefined && settingIn(file, key) === value);
}

function projectFile({ npm_config_local_prefix: folder }: Environment): string | undefined {
  return folder === undefined ? undefined : join(folder, ".npmrc");
}

function settingIn(file: string, key: string): string | undefined {
  try {
    const lines = readFileSync(file, "utf8")
      .split("\n")
      .map((line) => /^\s*([\w-]+)\s*(?:=\s*(.*?)\s*)?$/.exec(line));
    const found = lines.findLast((line) => line?.[1]?.replaceAll("-", "_") === key);
    return found === undefined || found === null ? undefined : (found[2] ?? "true");
  } catch {
    return undefined;
  }
}

/** The value that npm has for a flag of ours: also under a longer name, since npm completes what it takes for a beginning. */
function swallowedAs(flag: string, env: Environment): string | undefined {
  const wanted = flag.replaceAll("-", "_");
  for (const [variable, value] of Object.entries(env)) {
    const [, key] = /^npm_config_(.+)$/.exec(variable) ?? [];
    if (key === undefined || value === undefined || value === "" || value === "false") continue;
    if ((key === wanted || key.startsWith(`${wanted}_`)) && !isNpmsOwn(key, value, env)) return value;
  }
  return undefined;
}

function isGiven(flag: string, argv: readonly string[]): boolean {
  return argv.some((arg) => arg === `--${flag}` || arg.startsWith(`--${flag}=`));
}

/**
 * npm 10 leaves the value of an option that it doesn't know among the arguments, and npm 11 some. Where it can't be told
 * which value is whose, the line has what the usage has.
 */
function lineMeant(
  found: readonly (readonly [string, Flag])[],
  argv: readonly string[],
  env: Environment,
  flags: CommandFlags,
): readonly string[] {
  const given = argv.filter((arg, at) => arg.startsWith("-") || takesValue(argv[at - 1], flags));
  const swallowed = found.flatMap(([flag, { type, value = "VALUE" }]) => {
    if (type === "boolean") return [`--${flag}`];
    // Several values of one option come in one variable, with empty lines between them.
    const values = (swallowedAs(flag, env) ?? "").split("\n\n");
    return values.flatMap((known) => [`--${flag}`, known === "true" ? value : quoted(known)]);
  });
  return [...swallowed, ...given.map(quoted)];
}

function takesValue(arg: string | undefined, flags: CommandFlags): boolean {
  return arg?.startsWith("--") === true && flags[arg.slice(2)]?.type === "string";
}

function quoted(word: string): string {
  return /^[\w.,:/=@+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
