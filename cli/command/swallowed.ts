import { readFileSync } from "node:fs";
import { join } from "node:path";
import { commandLine, invocationIn } from "../terminal/invocation.ts";
import type { Environment } from "../terminal/screen.ts";
import type { CommandFlags, Flag } from "./flags.ts";
import { Misuse } from "./stops.ts";
import type { Described } from "./usage.ts";

/**
 * `npm run rotate --dry-run` starts the script without `--dry-run`: npm keeps every option before `--` for itself, and only
 * sets a variable, npm_config_dry_run. A real run must not start instead of a dry run.
 * @throws Misuse with the correct line
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
  throw new Misuse(`npm kept ${kept} for itself, so nothing was done. Use: ${line}`, { isComplete: true });
}

/** Set in an .npmrc, or an option of npx itself: `npx --yes` allows npx to fetch the package. */
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

/** The value that npm has for one of our flags. It can be under a longer name, because npm completes the names of its options. */
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
 * npm 10 leaves the value of an option that it doesn't know among the arguments, and npm 11 does so for some. If it isn't
 * clear which option a value belongs to, the line has the placeholder from the usage.
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
    // Several values of one option are in one variable, separated by empty lines.
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
