import { describe, expect, test } from "vitest";
import { type Command, runCommand } from "../../cli/command/command.ts";
import { rotateCommand } from "../../cli/rotate/rotate.ts";
import { displayWidth } from "../../cli/terminal/width.ts";
import { sameState, stateOf } from "../../demo/state.ts";
import type { Report } from "../../lambda/report/report.ts";
import { ioWith, run } from "../support/command.ts";
import { freshFactory, variablesOf } from "../support/factory.ts";

const TIMEOUT_MS = 60_000;
const factory = freshFactory();
type Streams = Parameters<typeof run>[3];

function rotate(args: readonly string[], streams?: Streams, env: Readonly<Record<string, string>> = {}) {
  const all = ["--config", factory.configFile, ...args];
  return run(rotateCommand as Command, all, { ...variablesOf(factory), ...env }, streams);
}

const untouched = async (act: () => Promise<unknown>) => {
  const before = stateOf(factory.emulators);
  await act();
  expect(sameState(before, stateOf(factory.emulators))).toBe(true);
  expect(factory.emulators.aws.events).toEqual([]);
};

describe("before it writes, npm run rotate", { timeout: TIMEOUT_MS }, () => {
  test("says where and what, with the secret of each token, and asks", async () => {
    await untouched(async () => {
      const { code, stdout, stderr } = await rotate([], { input: "no\n", columns: 80 });
      expect(stdout).toMatch(/^AWS account {2}\d{12}\nRegion {7}us-east-1\nEndpoint {5}http:\/\/127/);
      expect(stdout).toContain(`Losant       ${factory.emulators.losant.url}`);
      expect(stdout).toMatch(
        /my-server +in \d+ d +would rotate[^/]*\n {4}secret losant\/\w+\/my-server_\w+\n/,
      );
      expect(stdout).toMatch(/and \d+ that stay as they are/);
      expect(stderr).toContain("Do this? Type yes to continue:");
      expect(stdout).toContain("Nothing was written.");
      expect(stdout.split("\n").filter((line) => displayWidth(line) > 80)).toEqual([]);
      expect(code).toBe(1);
    });
  });

  test("goes on after a yes", async () => {
    const { code, stdout } = await rotate([], { input: "yes\n", columns: 80 });
    expect(stdout).toMatch(/my-server +in \d+ d +rotated/);
    expect(code).toBe(0);
    expect(factory.emulators.aws.value("prod/backend/losant")).toContain('"tokenId"');
  });

  test("writes nothing where nobody can be asked, but for --yes and --dry-run", async () => {
    await untouched(async () => {
      const { code, stdout, stderr } = await rotate([]);
      expect(stderr).toContain("add --yes or --dry-run");
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    });
  });

  test("asks on standard error where standard output is to be JSON alone", async () => {
    const { code, stdout, stderr } = await rotate(["--json"], { input: "yes\n", columns: 80 });
    expect((JSON.parse(stdout) as Report).dryRun).toBe(false);
    expect(stderr).toMatch(/would rotate/);
    expect(code).toBe(0);
  });

  test("with --quiet prints nothing where nothing goes wrong, and otherwise what did", async () => {
    expect(await rotate(["--yes", "--quiet"])).toEqual({ code: 0, stdout: "", stderr: "" });
    const { code, stdout, stderr } = await rotate(["--yes", "-q", "--token", "nobody"]);
    expect(stderr).toContain("token-not-found");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  });

  test.each([
    ["ten minutes", 0, "rotated"],
    ["longer than ten minutes", 1, "the plan is more than ten minutes old. Nothing was written."],
  ])("takes a yes to a plan that was shown %s before for what it is", async (_, moreMs, says) => {
    const io = ioWith(variablesOf(factory), { input: "yes\n", columns: 80 });
    const startedAt = Date.now();
    const now = () => new Date(startedAt + (io.stderr.text.includes("Do this?") ? 600_000 + moreMs : 0));
    const clock = { ...io.clock, now };
    const code = await runCommand(rotateCommand, ["--config", factory.configFile], { ...io, clock });
    io.close();
    expect(`${io.stdout.text}${io.stderr.text}`.replace(/\s+/g, " ")).toContain(says);
    expect(factory.emulators.aws.events.length > 0).toBe(moreMs === 0);
    expect(code).toBe(moreMs === 0 ? 0 : 1);
  });

  test("does not ask where there is nothing to do", async () => {
    await rotate(["--yes"]);
    const streams = { input: "yes\n", columns: 80 };
    const { code, stdout, stderr } = await rotate(["--token", "my-server"], streams);
    expect(stdout).toMatch(/my-server +in \d+ d +waiting/);
    expect(stdout).toContain("There is nothing to do.");
    expect(code).toBe(0);
    expect(stderr).not.toContain("Do this?");
  });

  test("says which name of a token was meant", async () => {
    const { stdout } = await rotate(["--dry-run", "--token", "my-servr"]);
    expect(stdout.replace(/\s+/g, " ")).toContain('name "my-servr"; did you mean "my-server"?');
  });

  test("says which application was meant", async () => {
    const known = "575ec8687ae143cd83dc4a97";
    const unknown = `${known.slice(0, -1)}${known.endsWith("f") ? "e" : "f"}`;
    const { code, stderr } = await rotate(["--dry-run", "--application", unknown]);
    expect(stderr).toContain(`Did you mean ${known}?`);
    expect(code).toBe(2);
  });

  test("accepts AWS_DEFAULT_REGION alone", async () => {
    const { code, stdout } = await rotate(["--dry-run"], undefined, {
      AWS_REGION: "",
      AWS_DEFAULT_REGION: "eu-west-2",
    });
    expect(stdout).toContain("Region       eu-west-2");
    expect(code).toBe(0);
    const chosen = await rotate(["--dry-run", "--region", "eu-north-1"], undefined, {
      AWS_DEFAULT_REGION: "x",
    });
    expect(chosen.stdout).toContain("Region       eu-north-1");
  });
});

describe("Ctrl-C", { timeout: TIMEOUT_MS }, () => {
  test("before anything is written ends npm run rotate at once", async () => {
    await untouched(async () => {
      const { code, stderr } = await rotate(["--verbose"], {
        columns: 80,
        interrupts: [/outcome="waiting"/],
      });
      expect(stderr).toContain("Interrupted. Nothing was written.");
      expect(code).toBe(130);
    });
  });

  test("lets what is under way come to its end, begins no rotation, and shows what was done", async () => {
    const streams = { interrupts: [/outcome="waiting"/] };
    const { code, stdout, stderr } = await rotate(["--yes", "--verbose"], streams);
    expect(stderr).toContain("Interrupted. The command starts no new rotation");
    expect(stdout).toMatch(/tokens listed: .*deferred \d+/);
    expect(stdout).not.toContain(" rotated ");
    expect(code).toBe(130);
    const again = await rotate(["--yes"]);
    expect(again.stdout).toMatch(/my-server +in \d+ d +rotated/);
  });

  test("twice ends at once, and says what may be left", async () => {
    const streams = { interrupts: [/outcome="waiting"/, /Press Ctrl-C again/] };
    const { code, stderr } = await rotate(["--yes", "--verbose"], streams);
    expect(stderr.replace(/\s+/g, " ")).toContain("The next run finds and fixes both");
    expect(code).toBe(130);
  });
});
