import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { benchCommand } from "../../bench/bench.ts";
import type { Command } from "../../cli/command/command.ts";
import { SUBCOMMANDS } from "../../cli/subcommands.ts";
import { buildCommand } from "../../infra/build.ts";
import { packageCommand } from "../../infra/package/package.ts";
import { releaseCommand } from "../../infra/release/release.ts";
import { simulateCommand } from "../simulation/simulate.ts";
import { cleanEnvironment } from "../support/child.ts";
import { run } from "../support/command.ts";

/** What npm 10.9 and 11.21 set on their own, with an .npmrc like this repository's. */
const ORDINARY = {
  npm_config_user_agent: "npm/11.21.2 node/v20.20.2 linux x64 workspaces/false",
  npm_config_noproxy: "",
  npm_config_userconfig: "/nowhere/.npmrc",
  npm_config_globalconfig: "/nowhere/npmrc",
  npm_config_local_prefix: "/nowhere",
  npm_config_yes: "",
  npm_config_audit: "",
  npm_config_prefix: "/usr",
  npm_config_npm_version: "11.21.2",
  npm_config_cache: "/root/.npm",
  npm_config_ignore_scripts: "true",
  npm_config_node_gyp: "/usr/lib/node_modules/npm/node_modules/node-gyp/bin/node-gyp.js",
  npm_config_loglevel: "error",
  npm_config_fund: "",
  npm_config_init_module: "/root/.npm-init.js",
  npm_config_omit_lockfile_registry_resolved: "true",
  npm_config_global_prefix: "/usr",
};

const subcommands = await Promise.all(Object.values(SUBCOMMANDS).map((load) => load()));
const SCRIPTS = [
  ...subcommands,
  benchCommand,
  buildCommand,
  packageCommand,
  releaseCommand,
  simulateCommand,
] as readonly Command[];
const FLAGS = SCRIPTS.flatMap((command) =>
  Object.entries(command.flags).map(([flag, { type, value }]) => ({ command, flag, type, value })),
);
const commandNamed = (name: string) => SCRIPTS.find((command) => command.name === name) as Command;

describe("a flag that npm keeps for itself", () => {
  test.each(FLAGS)("stops $command.name, which says where --$flag goes", async ({ command, flag, value }) => {
    const variable = `npm_config_${flag.replaceAll("-", "_")}`;
    const { code, stdout, stderr } = await run(command, [], { ...ORDINARY, [variable]: "true" });
    const script = command.name === "demo" ? "npm start" : `npm run ${command.name}`;
    const line = `${script} -- --${flag}${value === undefined ? "" : ` ${value}`}`;
    expect(stderr).toBe(`npm kept --${flag} for itself, so nothing was done. Use: ${line}\n`);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });

  test.each(SCRIPTS)("is none in an ordinary run of $name", async (command) => {
    for (const npm_command of ["run-script", "run", "start"])
      expect(await run(command, ["--help"], { ...ORDINARY, npm_command })).toMatchObject({ code: 0 });
  });

  test.each([
    [
      "rotate",
      { npm_config_token: "my server", npm_config_force: "true" },
      [],
      "--token 'my server' --force",
    ],
    ["rotate", { npm_config_token_description: "backend" }, ["--force"], "--token backend --force"],
    ["rotate", { npm_config_token: "true\n\ntrue" }, ["a", "b"], "--token ID_OR_NAME --token ID_OR_NAME"],
    ["rotate", { npm_config_dry_run: "true" }, ["--token", "it's"], "--dry-run --token 'it'\\''s'"],
    ["access-token", { npm_config_anyway: "true" }, ["eyJwasted"], "--anyway"],
  ])("is written as it was meant: %s with %j and %j", async (name, kept, args, meant) => {
    const { stderr } = await run(commandNamed(name), args, { ...ORDINARY, ...kept });
    expect(stderr).toContain(`Use: npm run ${name} -- ${meant}\n`);
  });

  test("counts if it is given to the script too", async () => {
    const env = { ...ORDINARY, npm_config_json: "true" };
    expect(await run(commandNamed("status"), ["--json", "--help"], env)).toMatchObject({ code: 0 });
  });

  test("is none where it stands in an .npmrc, with the same value", async () => {
    const folder = mkdtempSync(join(tmpdir(), "rotation-test-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, ".npmrc"), "; mine\nyes = true\njson\ndry-run=false\n");
    const env = { ...ORDINARY, npm_config_userconfig: join(folder, ".npmrc") };
    const rotate = (more: object) => run(commandNamed("rotate"), ["--help"], { ...env, ...more });
    expect(await rotate({ npm_config_yes: "true", npm_config_json: "true" })).toMatchObject({ code: 0 });
    expect(await rotate({ npm_config_dry_run: "true" })).toMatchObject({ code: 2 });
  });

  test("is told of `npm exec` too, where --yes is about the package", async () => {
    const env = { ...ORDINARY, npm_command: "exec", npm_config_yes: "true" };
    expect(await run(commandNamed("rotate"), ["--help"], env)).toMatchObject({ code: 0 });
    const { code, stderr } = await run(commandNamed("rotate"), [], { ...env, npm_config_dry_run: "true" });
    expect(stderr).toContain("Use: npx losant-token-rotation rotate --dry-run\n");
    expect(code).toBe(2);
  });
});

test("`npm run rotate --dry-run` writes nothing, by the npm of this machine", { timeout: 60_000 }, () => {
  const cwd = fileURLToPath(new URL("../../", import.meta.url));
  const env = { ...cleanEnvironment(), ROTATION_CONFIG: "{}" };
  for (const name of Object.keys(env)) if (/^npm_/i.test(name)) Reflect.deleteProperty(env, name);
  const shell = process.platform === "win32";
  expect(execFileSync("npm", ["--version"], { env, shell, encoding: "utf8" })).toMatch(/^\d+\./);
  const npm = (...args: readonly string[]) => spawnSync("npm", args, { cwd, env, shell, encoding: "utf8" });
  const swallowed = npm("run", "-s", "rotate", "--dry-run");
  expect(swallowed.stderr).toContain("npm kept --dry-run for itself");
  expect(swallowed.status).toBe(2);
  // Past npm it gets to the configuration, which is none.
  expect(npm("run", "-s", "rotate", "--", "--dry-run").stderr).toContain("config-invalid");
});
