import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { SHELLS } from "../../cli/command/completion.ts";
import { runProgram, SUBCOMMANDS } from "../../cli/subcommands.ts";
import type { Ended } from "../support/child.ts";
import { ioWith } from "../support/command.ts";

const loaded = await Promise.all(Object.values(SUBCOMMANDS).map((load) => load()));

async function program(...argv: readonly string[]): Promise<Ended> {
  const io = ioWith({ npm_command: undefined });
  const code = await runProgram(argv, io);
  return { code, stdout: io.stdout.text, stderr: io.stderr.text };
}

describe("losant-token-rotation", () => {
  test("lists its commands, in 80 columns", async () => {
    const { code, stdout } = await program("--help");
    expect(code).toBe(0);
    for (const { name, summary } of loaded)
      expect(stdout).toMatch(new RegExp(`^ {2}${name} +${summary}$`, "m"));
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(await program("help")).toEqual({ code, stdout, stderr: "" });
  });

  test("has a version", async () => {
    expect(await program("--version")).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  test("hands each command its arguments", async () => {
    expect((await program("undo", "--help")).stdout).toContain(
      "losant-token-rotation undo --token ID_OR_NAME",
    );
    const { code, stderr } = await program("undo", "--tokn", "a");
    expect(stderr).toBe(
      "Unknown option --tokn. Did you mean --token?\n" +
        "Usage: losant-token-rotation undo --token ID_OR_NAME [options]\n" +
        "More: losant-token-rotation undo --help\n",
    );
    expect(code).toBe(2);
  });

  test.each([
    ["rotte", "Did you mean rotate?"],
    ["acess-token", "Did you mean access-token?"],
    ["complition", "Did you mean completion?"],
  ])("says of %s which command was meant", async (name, says) => {
    const { code, stdout, stderr } = await program(name);
    expect(stderr).toContain(says);
    expect(stderr.split("\n").length).toBeLessThan(5);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });

  test.each([
    ["--hlep", "Unknown option --hlep. Did you mean --help?"],
    ["--verson", "Unknown option --verson. Did you mean --version?"],
    ["-v", "Unknown option -v. Write options after the command."],
    ["--config=x", "Unknown option --config. Write options after the command."],
  ])("says of %s, without a command, which option was meant", async (option, says) => {
    const { code, stdout, stderr } = await program(option);
    expect(stderr.split("\n")[0]).toBe(says);
    expect(stderr.split("\n").length).toBeLessThan(5);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });

  test.each([
    [["status", "--jsno"], "Unknown option --jsno. Did you mean --json?"],
    [["rotate", "-z"], "Unknown option -z."],
  ])("names an unknown option as it was written: %j", async (argv, says) => {
    expect((await program(...argv)).stderr.split("\n")[0]).toBe(says);
  });

  test("does not repeat what may be a token", async () => {
    expect((await program("eyJhbGciOiJIUzI1NiJ9.e30.abc")).stderr).not.toContain("eyJ");
    expect((await program()).code).toBe(2);
  });
});

describe("completion", () => {
  test.each(Object.keys(SHELLS))("for %s knows every command and every option of each", async (shell) => {
    const { code, stdout } = await program("completion", shell);
    expect(code).toBe(0);
    for (const { name, flags } of loaded) {
      expect(stdout).toContain(name);
      for (const flag of Object.keys(flags))
        expect(stdout).toContain(shell === "fish" ? `-l ${flag} ` : `--${flag}`);
    }
  });

  test("says how it is loaded, and refuses other shells", async () => {
    const { stdout } = await program("completion", "--help");
    for (const { load } of Object.values(SHELLS)) expect(stdout).toContain(load);
    expect(await program("completion", "tcsh")).toMatchObject({ code: 2, stdout: "" });
    expect(await program("completion", "--version")).toEqual(await program("--version"));
  });

  test.skipIf(process.platform === "win32").each([
    ["ro", 1, ["rotate"]],
    ["rotate --dr", 2, ["--dry-run"]],
    ["undo --re", 2, ["--region", "--reactivate-only"]],
    ["status --token x --js", 4, ["--json"]],
    ["rotate --application ", 3, []],
    ["demo --dr", 2, []],
  ])("in bash makes of %j (%i) %j", async (line, at, expected) => {
    const { stdout } = await program("completion", "bash");
    const words = `COMP_WORDS=(losant-token-rotation ${line}${line.endsWith(" ") ? '""' : ""}); COMP_CWORD=${at}`;
    const script = `${stdout}\n${words}\n_losant_token_rotation\nprintf '%s\\n' "\${COMPREPLY[@]}"`;
    const ended = spawnSync("bash", ["--norc", "-c", script], { encoding: "utf8" });
    expect(ended.stderr).toBe("");
    expect(
      ended.stdout
        .split("\n")
        .filter((word) => word !== "")
        .toSorted(),
    ).toEqual(expected.toSorted());
  });
});
