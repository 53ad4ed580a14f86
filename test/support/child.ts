import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Watch = (stdout: string, end: (signal: NodeJS.Signals) => void) => void;

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const NOT_THIS_MACHINES = {
  AWS_CONFIG_FILE: join(ROOT, "no-such-config"),
  AWS_SHARED_CREDENTIALS_FILE: join(ROOT, "no-such-credentials"),
  AWS_EC2_METADATA_DISABLED: "true",
};

/** The environment of this process, without its AWS settings and npm's variables. */
export function cleanEnvironment(): Record<string, string | undefined> {
  const inherited = Object.entries(process.env).filter(
    ([name]) =>
      !/^(AWS_|ROTATION_CONFIG$|FORCE_COLOR$|NO_COLOR$|NODE_OPTIONS$|VITEST|npm_command$)/.test(name),
  );
  return { ...Object.fromEntries(inherited), ...NOT_THIS_MACHINES };
}

/**
 * Runs a script of this repository to its end, as in a terminal without colours. The script doesn't get the AWS settings of
 * this process. `input` is its standard input. `watch` gets all of stdout each time that more of it arrives, and can
 * end the process with one signal.
 */
export function runScript(
  script: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
  watch?: Watch,
  input = "",
): Promise<Ended> {
  return endOf(started(script, args, env), watch, input);
}

/** The same if stdout is closed early, as with `| head`. */
export function runUnread(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ended> {
  const child = started(script, args, env);
  child.stdout.destroy();
  return endOf(child);
}

function started(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [script, ...args], { cwd: ROOT, env: { ...cleanEnvironment(), ...env } });
}

function endOf(child: ChildProcessWithoutNullStreams, watch: Watch = () => {}, input = ""): Promise<Ended> {
  // The process may have ended without reading its input.
  child.stdin.on("error", () => {}).end(input);
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
    // The process may write more before it ends. A second Ctrl-C would end it at once.
    watch(stdout, (signal) => void (child.killed || child.kill(signal)));
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}
