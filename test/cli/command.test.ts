import { existsSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { accessTokenCommand } from "../../cli/access-token/access-token.ts";
import { type Command, EXIT } from "../../cli/command/command.ts";
import { isConfirmed } from "../../cli/command/confirm.ts";
import { Interruption, Misuse, Refusal } from "../../cli/command/stops.ts";
import { rotateCommand } from "../../cli/rotate/rotate.ts";
import { statusCommand } from "../../cli/status/status.ts";
import { screenOn } from "../../cli/terminal/screen.ts";
import { undoCommand } from "../../cli/undo/undo.ts";
import { demo } from "../../demo/start.ts";
import { RotationError } from "../../lambda/model/errors.ts";
import { run } from "../support/command.ts";
import { textOf } from "../support/markdown.ts";

const FLAGS = { name: { type: "string" } } as const;

function doing(main: Command["main"], others: Partial<Command> = {}): Command {
  return {
    name: "try",
    usage: "Usage: try",
    flags: FLAGS,
    optionsFrom: (values) => values,
    main,
    ...others,
  };
}

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
    for (const args of [["--help"], ["-h", "--name", "x"]])
      expect(await run(command, args, {})).toEqual({ code: 0, stdout: "Usage: try\n", stderr: "" });
    expect(await run(command, [], {})).toEqual({
      code: 2,
      stdout: "",
      stderr: "--name is missing\n\nUsage: try\n",
    });
  });

  test("repeats no argument that may be a secret", async () => {
    const wrongArguments = "These are not its options.";
    const { code, stderr } = await run(
      doing(async () => EXIT.good, { wrongArguments }),
      ["a password"],
      {},
    );
    expect(stderr).toBe("These are not its options.\n\nUsage: try\n");
    expect(code).toBe(2);
  });

  test.each([
    [new Refusal("it is too late", "Get up earlier."), 1, "it is too late.\nGet up earlier.\n"],
    [
      new RotationError("config-invalid", "policy: unknown key"),
      2,
      "config-invalid: policy: unknown key.\nCorrect rotation.config.json",
    ],
    [new RotationError("store-unavailable", "no"), 1, "store-unavailable: no.\n"],
    [
      new RotationError("store-unreachable", "no (NoRegion: AWS_REGION is not set)"),
      1,
      "\nNo AWS region is set here",
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
    const shown = async (env: Record<string, string>, columns?: number) =>
      (await run(command, [], env, columns === undefined ? {} : { columns })).stdout;
    expect(await shown({})).toBe("no\n");
    expect(await shown({ TERM: "xterm" }, 80)).toBe("\u001b[31mno\u001b[39m\n");
    expect(await shown({ TERM: "xterm", NO_COLOR: "1" }, 80)).toBe("no\n");
    expect(await shown({ FORCE_COLOR: "1" })).toBe("\u001b[31mno\u001b[39m\n");
  });

  test.each([
    ["yes\n", true],
    [" YES \n", true],
    ["y\n", false],
    ["\n", false],
    ["\u0003", false],
    ["", false],
  ])("that asks takes %j for %j", async (input, isYes) => {
    const command = doing(async (_, io) => ((await isConfirmed("Do it?", io)) ? EXIT.good : EXIT.failed));
    const { code, stdout } = await run(command, [], {}, { input, columns: 80 });
    expect(stdout).toContain("Do it? Type yes to go on: ");
    expect(code === EXIT.good).toBe(isYes);
  });
});

const COMMANDS = [accessTokenCommand, rotateCommand, statusCommand, undoCommand] as readonly Command[];

test("each folder of cli is a command, but for what runs them and what they print with", () => {
  const folders = readdirSync(new URL("../../cli", import.meta.url)).toSorted();
  expect(folders).toEqual([...COMMANDS.map(({ name }) => name), "command", "terminal"].toSorted());
});

test.each(COMMANDS)(
  "$name is a script, has tests, and is told of in the README or a page",
  ({ name, usage }) => {
    const { scripts } = JSON.parse(textOf("package.json")) as { readonly scripts: Record<string, string> };
    expect(scripts[name]).toBe(`node with-node.mjs node cli/${name}/${name}.ts`);
    expect(usage).toMatch(new RegExp(`^Usage: npm run ${name}\\b`));
    expect(existsSync(new URL(`${name}.test.ts`, import.meta.url))).toBe(true);
    const docs = readdirSync(new URL("../../docs", import.meta.url)).filter((file) => file.endsWith(".md"));
    const pages = ["README.md", ...docs.map((file) => `docs/${file}`)].map(textOf);
    expect(pages.join("\n")).toMatch(new RegExp(`npm run ${name}\\b`));
  },
);

test.each([...COMMANDS, demo] as readonly Command[])(
  "$name explains itself with --help, in lines that fit",
  async (command) => {
    const { code, stdout, stderr } = await run(command, ["--help"], {});
    expect(stdout).toBe(`${command.usage}\n`);
    expect(stdout).toMatch(/^Usage: npm /);
    expect(stdout.split("\n").filter((line) => line.length > 103)).toEqual([]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  },
);
