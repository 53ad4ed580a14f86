import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test, vi } from "vitest";
import { rotateCommand } from "../../cli/rotate/rotate.ts";
import { displayWidth } from "../../cli/terminal/width.ts";
import { LEAKED, LEGACY } from "../../demo/factory-floor.ts";
import { sameState, stateOf } from "../../demo/state.ts";
import { awsError } from "../../emulators/aws/server.ts";
import type { Report } from "../../lambda/report/report.ts";
import { type Ended, runScript, runUnread } from "../support/child.ts";
import { run } from "../support/command.ts";
import { freshFactory, variablesOf } from "../support/factory.ts";

const TIMEOUT_MS = 60_000;
const WORKSHOP = "5c3f1e7a2b9d4e0007a8b9c0";

const factory = freshFactory();

function rotate(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return run(rotateCommand, args, { ...variablesOf(factory), ...env });
}

/** As a script does it. */
function onEmulators(...args: readonly string[]): Promise<Ended> {
  return rotate(["--config", factory.configFile, "--yes", ...args]);
}

describe("npm run rotate", { timeout: TIMEOUT_MS }, () => {
  test("rotates for real, shows a table, and no token string", async () => {
    const { code, stdout, stderr } = await onEmulators();
    expect(stdout).toMatch(/my-server +in \d+ d +rotated +expires soon/);
    expect(stdout).toContain("58 tokens listed: rotated 11, resumed 1, announced 1, retired 2, discarded 2");
    expect(stdout.split("\n").filter((line) => displayWidth(line) > 100)).toEqual([]);
    expect(stdout).not.toContain("eyJ");
    expect(stdout).toBe(stripVTControlCharacters(stdout));
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(factory.emulators.aws.value("prod/backend/losant")).toContain('"tokenId"');
  });

  test("with --dry-run says what it would do, and writes nothing", async () => {
    const before = stateOf(factory.emulators);
    const { code, stdout } = await onEmulators("--dry-run");
    expect(stdout).toMatch(/my-server +in \d+ d +would rotate/);
    expect(code).toBe(0);
    expect(sameState(before, stateOf(factory.emulators))).toBe(true);
    expect(factory.emulators.aws.events).toEqual([]);
  });

  test("with --json prints the report and nothing else, and --verbose leaves stdout alone", async () => {
    const { code, stdout, stderr } = await onEmulators("--json", "--verbose", "--application", WORKSHOP);
    const report = JSON.parse(stdout) as Report;
    expect(report.applications).toEqual([{ applicationId: WORKSHOP, outcome: "ok" }]);
    expect(report.summary.failed).toBe(0);
    expect(stderr).toContain("token outcome");
    expect(stderr).not.toMatch(/eyJ/);
    expect(code).toBe(0);
  });

  test("with --token, --force and --retire-now replaces a leaked token at once, and nothing else", async () => {
    const before = stateOf(factory.emulators).tokens.find(({ name }) => name === LEAKED);
    const { code, stdout } = await onEmulators("--token", before?.id ?? "", "--force", "--retire-now");
    expect(stdout).toMatch(/Line 4 PLC .* rotated +its rotation was forced/);
    expect(stdout).not.toContain("my-server");
    expect(code).toBe(0);
    const leaked = stateOf(factory.emulators).tokens.filter(({ name }) => name === LEAKED);
    expect(leaked.map(({ status }) => status)).toEqual(["inactive", "active"]);
    const said = stdout.replace(/\s+/g, " ");
    expect(said).toMatch(/The old string of Line 4 PLC \([a-f\d]{24}\) no longer works/);
    expect(said).toContain("Who may hold it: everybody who received it by hand");
    expect(said).toContain("npm run undo -- --token");
  });

  test("takes several --token, and exits with 1 when one of them fails, named with code and remedy", async () => {
    const { code, stdout } = await onEmulators("--token", LEAKED, "--token", LEGACY, "--force");
    expect(stdout).toMatch(/Line 4 PLC .* rotated/);
    expect(stdout).toMatch(/Legacy importer .* failed +scope-rejected/);
    expect(stdout).toContain("What to do: Losant no longer grants this scope");
    expect(code).toBe(1);
  });

  test("with --json tells failures on stderr, so that stdout stays JSON", async () => {
    const { code, stdout, stderr } = await onEmulators("--json", "--token", "no such token");
    expect((JSON.parse(stdout) as Report).summary.failed).toBe(1);
    expect(stderr).toContain("token-not-found");
    expect(code).toBe(1);
  });

  test("takes ROTATION_CONFIG before any file, as Lambda does, and says where it is wrong", async () => {
    const ROTATION_CONFIG = JSON.stringify({ ...factory.scenario.config, secretPrefx: "a value" });
    const { code, stderr } = await rotate(["--config", factory.configFile], { ROTATION_CONFIG });
    expect(stderr).toContain("config-invalid: ROTATION_CONFIG: secretPrefx: unknown key");
    expect(stderr).not.toContain("a value");
    expect(code).toBe(2);
  });

  test("names the configuration file that is wrong, or not there", async () => {
    const missing = await rotate(["--config", join(factory.folder, "none.json")]);
    expect(missing.stderr.replace(/\s+/g, " ")).toMatch(/can't read \S+none\.json/);
    expect(missing.code).toBe(2);
    writeFileSync(factory.configFile, "{");
    const broken = await onEmulators();
    expect(broken.stderr.replace(/\s+/g, " ")).toMatch(/my\.config\.json: is not valid JSON/);
    expect(broken.code).toBe(2);
  });

  // On the machine of somebody who has one, a bare run would be a real one.
  test.skipIf(existsSync(fileURLToPath(new URL("../../rotation.config.json", import.meta.url))))(
    "without a configuration says what to copy",
    async () => {
      const { code, stderr, stdout } = await rotate([]);
      expect(stderr.replace(/\s+/g, " ")).toContain("Copy rotation.config.example.json");
      expect(stdout).toBe("");
      expect(code).toBe(2);
    },
  );

  test.each([
    [["--forc"], "Unknown option --forc. Did you mean --force?"],
    [["now"], "Unexpected argument 'now'"],
    [["--force"], "--force needs --token"],
    [["--retire-now"], "--retire-now needs --token"],
    [["--token"], "--token"],
  ])("refuses %j with the usage, and exits with 2", async (args, message) => {
    const { code, stdout, stderr } = await onEmulators(...args);
    expect(stderr).toContain(message);
    expect(stderr).toContain("Usage: npm run rotate");
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });

  test("refuses an application that is none, or not configured", async () => {
    const malformed = await onEmulators("--application", "12");
    expect(malformed.stderr).toContain("applicationId: must be 24 hexadecimal digits");
    const unknown = await onEmulators("--application", "f".repeat(24));
    expect(unknown.stderr).toContain("is not in the configuration");
    expect([malformed.code, unknown.code]).toEqual([2, 2]);
  });

  test("shows the account of the applications that it runs over, and of no other", async () => {
    const { applications, ...config } = JSON.parse(JSON.stringify(factory.scenario.config)) as {
      readonly applications: { readonly id: string; accessToken: unknown }[];
    };
    for (const application of applications)
      if (application.id === WORKSHOP) application.accessToken = "nobody/made-this";
    writeFileSync(factory.configFile, JSON.stringify({ ...config, applications }));
    expect((await onEmulators("--dry-run")).stdout).toMatch(/^AWS account {2}\d{12}\n/);
    const { stdout } = await onEmulators("--dry-run", "--application", WORKSHOP);
    expect(stdout).toMatch(/^AWS account {2}unknown\n/);
  });

  test("begins nothing where AWS does not say which account it is", async () => {
    const answer = awsError("InternalServiceError", 500, "no");
    factory.emulators.aws.faults.add({ operation: "GetSecretValue", answer });
    const { code, stdout, stderr } = await onEmulators();
    expect(stderr).toContain("store-unavailable");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  });

  test.each(["SIGINT", "SIGTERM"] as const)("ends at %s, with the exit code of Ctrl-C", async (signal) => {
    const { losant } = factory.emulators;
    losant.faults.add({ operation: "list", latencyMs: 10_000 });
    const listing = vi.waitFor(() => expect(losant.calls).toContain("list"), { timeout: 30_000 });
    const { code, stderr } = await runScript(
      "cli/losant-token-rotation.ts",
      ["rotate", "--config", factory.configFile, "--dry-run"],
      variablesOf(factory),
      (_, end) => void listing.then(() => end(signal)),
    );
    expect(stderr).toContain("Interrupted. Nothing was written.");
    expect(code).toBe(130);
  });

  test("goes to its end, and has its exit code, where nobody reads what it shows", async () => {
    const { code, stderr } = await runUnread(
      "cli/losant-token-rotation.ts",
      ["rotate", "--config", factory.configFile, "--token", LEAKED, "--force", "--yes"],
      variablesOf(factory),
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const leaked = stateOf(factory.emulators).tokens.filter(({ name }) => name === LEAKED);
    expect(leaked).toHaveLength(2);
  });

  test("explains itself with --help", async () => {
    const { code, stdout } = await rotate(["--help"]);
    expect(stdout).toContain("--dry-run");
    expect(stdout.split("\n").filter((line) => line.length > 100)).toEqual([]);
    expect(code).toBe(0);
  });
});
