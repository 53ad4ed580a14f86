import { existsSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Command, EXIT } from "../../cli/command/command.ts";
import { isConfirmed } from "../../cli/command/confirm.ts";
import { SHARED_FLAGS } from "../../cli/command/flags.ts";
import { Interruption, Misuse, Refusal } from "../../cli/command/stops.ts";
import { SUBCOMMANDS } from "../../cli/subcommands.ts";
import { screenOn } from "../../cli/terminal/screen.ts";
import { RotationError } from "../../lambda/model/errors.ts";
import { run } from "../support/command.ts";
import { textOf } from "../support/markdown.ts";

const FLAGS = {
  name: { type: "string", value: "NAME", about: "a name" },
  ...SHARED_FLAGS,
} as const;

function doing(main: Command["main"], others: Partial<Command> = {}): Command {
  return {
    name: "try",
    summary: "Tries",
    about: ["Tries something."],
    flags: FLAGS,
    exit: "0",
    optionsFrom: (values) => values,
    main,
    ...others,
  };
}

const USAGE_LINES = "Usage: npm run try -- [options]\nMore: npm run try -- --help\n";

const asking = doing(async (_, io) => ((await isConfirmed("Do it?", io)) ? EXIT.good : EXIT.failed));

const throwing = (thrown: unknown) =>
  doing(async () => {
    throw thrown;
  });

describe("a command", () => {
  test("gets what its arguments ask for, and its exit code is the shell's", async () => {
    const command = doing(async (options, { stdout }) => {
      stdout.write(JSON.stringify(options));
      return EXIT.failed;
    });
    expect(await run(command, ["--name", "x"], {})).toEqual({ code: 1, stdout: '{"name":"x"}', stderr: "" });
  });

  test("that is asked for help does nothing else, whatever else is asked", async () => {
    const command = doing(async () => EXIT.failed, {
      optionsFrom: () => {
        throw new Misuse("--name is missing");
      },
    });
    for (const args of [["--help"], ["-h", "--name", "x"]]) {
      const { code, stdout, stderr } = await run(command, args, {});
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(
        /^Usage: npm run try -- \[options\]\n\nTries something\.\n\n {2}--name NAME +a name\n/,
      );
      // The second line of a description is below the first.
      expect(stdout).toMatch(/\n {2}--config FILE {11}the configuration, .*\n {26}[^ ].*\n {2}--profile/);
    }
    const wrong = { code: 2, stdout: "", stderr: `--name is missing\n${USAGE_LINES}` };
    expect(await run(command, [], {})).toEqual(wrong);
  });

  test("repeats no argument that may be a secret", async () => {
    const wrongArguments = "These are not its options.";
    const { code, stderr } = await run(
      doing(async () => EXIT.good, { wrongArguments }),
      ["a password"],
      {},
    );
    expect(stderr).toBe(`These are not its options.\n${USAGE_LINES}`);
    expect(code).toBe(2);
  });

  test.each([
    [new Refusal("it is too late", "Get up earlier."), 1, "it is too late.\nGet up earlier.\n"],
    [
      new RotationError("config-invalid", "policy: unknown key"),
      2,
      "config-invalid: policy: unknown key.\nCorrect the configuration",
    ],
    [new RotationError("store-unavailable", "no"), 1, "store-unavailable: no.\n"],
    [
      new RotationError("store-unreachable", "no (NoRegion: AWS_REGION is not set)"),
      1,
      "\nNo AWS region is set.",
    ],
    [new Interruption("Nothing was stored."), 130, "Interrupted. Nothing was stored.\n"],
  ])("that %s stops says so on stderr, and exits with %i", async (thrown, code, says) => {
    const ended = await run(throwing(thrown), [], {});
    expect(ended).toMatchObject({ code, stdout: "" });
    expect(ended.stderr).toContain(says);
  });

  test("may have another exit code for what it refuses", async () => {
    const command = { ...throwing(new Refusal("no", "Ask otherwise.")), refusalExit: EXIT.notStarted };
    expect((await run(command, [], {})).code).toBe(2);
  });

  test("does not hide a defect", async () => {
    await expect(run(throwing(new TypeError("a defect")), [], {})).rejects.toThrow("a defect");
  });

  test("has colours at a terminal, and where they are asked for", async () => {
    const command = doing(async (_, { stdout, env }) => {
      screenOn(stdout, env).line(screenOn(stdout, env).paint("bad", "no"));
      return EXIT.good;
    });
    const shown = async (env: Record<string, string>, columns?: number, ...args: readonly string[]) =>
      (await run(command, args, env, columns === undefined ? {} : { columns })).stdout;
    expect(await shown({})).toBe("no\n");
    expect(await shown({ TERM: "xterm" }, 80)).toBe("\u001b[31mno\u001b[39m\n");
    expect(await shown({ TERM: "xterm", NO_COLOR: "1" }, 80)).toBe("no\n");
    expect(await shown({ FORCE_COLOR: "1" })).toBe("\u001b[31mno\u001b[39m\n");
    expect(await shown({ TERM: "xterm" }, 80, "--no-color")).toBe("no\n");
    expect(await shown({ FORCE_COLOR: "1" }, 80, "--no-color")).toBe("no\n");
  });

  test.each([
    ["yes\n", true],
    [" YES \n", true],
    ["y\n", false],
    ["\n", false],
    ["", false],
  ])("that asks takes %j for %j", async (input, isYes) => {
    const { code, stdout, stderr } = await run(asking, [], {}, { input, columns: 80 });
    expect(stderr).toContain("Do it? Type yes to continue: ");
    expect({ stdout, code }).toEqual({ stdout: "", code: isYes ? EXIT.good : EXIT.failed });
  });

  test("that asks is interrupted by Ctrl-C", async () => {
    const { code, stderr } = await run(asking, [], {}, { input: "\u0003", columns: 80 });
    expect(stderr).toContain("Interrupted. Nothing was changed.");
    expect(code).toBe(130);
  });
});

const loaded = await Promise.all(Object.values(SUBCOMMANDS).map((load) => load()));
const COMMANDS = loaded.filter(({ name }) => name !== "demo");

test("each folder of cli is a command, but for what runs them and what they print with", () => {
  const entries = readdirSync(new URL("../../cli", import.meta.url), { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  expect(folders.toSorted()).toEqual([...COMMANDS.map(({ name }) => name), "command", "terminal"].toSorted());
});

test.each(loaded)("$name has its name, and is a script", ({ name }) => {
  expect(Object.keys(SUBCOMMANDS)).toContain(name);
  const { scripts } = JSON.parse(textOf("package.json")) as { readonly scripts: Record<string, string> };
  const script = name === "demo" ? "start" : name;
  expect(scripts[script]).toBe(`node with-node.mjs node cli/losant-token-rotation.ts ${name}`);
});

test.each(COMMANDS)("$name has tests, and is told of in the README or a page", ({ name }) => {
  expect(existsSync(new URL(`${name}.test.ts`, import.meta.url))).toBe(true);
  const docs = readdirSync(new URL("../../docs", import.meta.url)).filter((file) => file.endsWith(".md"));
  const pages = ["README.md", ...docs.map((file) => `docs/${file}`)].map((file) => textOf(file));
  expect(pages.join("\n")).toMatch(new RegExp(`npm run ${name}\\b`));
});

test.each(loaded)("$name explains itself with --help, in 80 columns, and has a version", async (command) => {
  const { code, stdout, stderr } = await run(command, ["--help"], {});
  const { name, about } = command;
  expect(about.join(" ")).toMatch(/^[A-Z].{50,}\.$/);
  expect(stdout).toMatch(name === "demo" ? /^Usage: npm start / : new RegExp(`^Usage: npm run ${name} -- `));
  for (const [flag, described] of Object.entries(command.flags)) {
    expect(stdout).toContain(`--${flag}`);
    expect(stdout.replace(/\s+/g, " ")).toContain(described.about);
  }
  expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const installed = await run(command, ["--help"], { npm_command: undefined });
  expect(installed.stdout).toMatch(new RegExp(`^Usage: losant-token-rotation ${name} `));
  const { version } = JSON.parse(textOf("package.json")) as { readonly version: string };
  expect((await run(command, ["--version"], {})).stdout).toBe(`${version}\n`);
});
