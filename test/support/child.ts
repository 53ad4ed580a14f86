import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const NOT_THIS_MACHINES = {
  AWS_CONFIG_FILE: join(ROOT, "no-such-config"),
  AWS_SHARED_CREDENTIALS_FILE: join(ROOT, "no-such-credentials"),
  AWS_EC2_METADATA_DISABLED: "true",
};

/** That of this process, without its AWS settings. */
export function cleanEnvironment(): Record<string, string | undefined> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(AWS_|ROTATION_CONFIG$|FORCE_COLOR$|NO_COLOR$|NODE_OPTIONS$|VITEST)/.test(name),
  );
  return { ...Object.fromEntries(inherited), ...NOT_THIS_MACHINES };
}

/**
 * Runs a script of this repository to its end, as a terminal without colours would. Nothing of this process's own AWS
 * settings reaches it. `input` is its standard input. `watch` sees all of stdout each time that more of it comes, and can end the process.
 */
export function runScript(
  script: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
  watch: (stdout: string, end: (signal: NodeJS.Signals) => void) => void = () => {},
  input = "",
): Promise<Ended> {
  const child = spawn(process.execPath, [script, ...args], {
    cwd: ROOT,
    env: { ...cleanEnvironment(), ...env },
  });
  // It may have ended without reading any of it.
  child.stdin.on("error", () => {}).end(input);
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
    watch(stdout, (signal) => void child.kill(signal));
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}
