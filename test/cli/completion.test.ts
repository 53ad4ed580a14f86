import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { COMPLETION, SHELLS, type Shell } from "../../cli/command/completion.ts";
import { EVERYWHERE } from "../../cli/command/flags.ts";
import { runProgram, SUBCOMMANDS } from "../../cli/subcommands.ts";
import { ioWith } from "../support/command.ts";

/* Completion in the real shells: a terminal in which the keys are pressed. Only fish can be asked for its candidates. */

const PROGRAM = "losant-token-rotation";
/** `.ci/run` sets it: these fail if they are missing. Elsewhere, a shell that is missing is skipped. */
const REQUIRED = (process.env.REQUIRED_SHELLS ?? "").split(" ");
const loaded = await Promise.all(Object.values(SUBCOMMANDS).map((load) => load()));

let folder = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "completion-"));
  mkdirSync(join(folder, "files"));
  for (const name of ["other.json", "my config.json"]) writeFileSync(join(folder, "files", name), "");
  for (const shell of Object.keys(SHELLS)) {
    const io = ioWith({});
    await runProgram(["completion", shell], io);
    writeFileSync(join(folder, shell), io.stdout.text);
  }
  writeFileSync(join(folder, "bashrc"), startOf("bash"));
  writeFileSync(join(folder, ".zshrc"), startOf("zsh"));
  writeFileSync(join(folder, "fishrc"), FISH_START());
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The command writes its arguments to a file, one a line. */
const startOf = (shell: "bash" | "zsh") => `
PS1='READY>'
stty cols 200 rows 50
${PROGRAM}() { printf '%s\\n' "$@" > '${join(folder, "arguments")}'; echo DONE; }
${shell === "bash" ? "bind 'set bell-style none'" : ALL_MATCHES}
cd '${join(folder, "files")}'
source '${join(folder, shell)}'
`;
const FISH_START = () => `
function fish_prompt; echo -n 'READY>'; end
function ${PROGRAM}; printf '%s\\n' $argv > '${join(folder, "arguments")}'; echo DONE; end
cd '${join(folder, "files")}'
source '${join(folder, "fish")}'
`;
/** Meta-* inserts all candidates, as bash has it. */
const ALL_MATCHES = `
bindkey -e
zle -C all-matches complete-word _generic
zstyle ':completion:all-matches:*' completer _all_matches _complete
zstyle ':completion:all-matches:*' insert true
bindkey '^[*' all-matches
`;

const COMMANDS: Readonly<Record<Shell, () => string>> = {
  bash: () => `bash --noprofile --rcfile '${join(folder, "bashrc")}' -i`,
  zsh: () => "zsh -i",
  fish: () => `fish --no-config --private --init-command "source '${join(folder, "fishrc")}'"`,
};

/** A shell in a terminal of its own, which `script` makes. */
class Terminal {
  readonly #shell: ChildProcess;
  #seen = "";

  constructor(shell: Shell) {
    const command = COMMANDS[shell]();
    const args =
      process.platform === "darwin"
        ? ["-q", "/dev/null", "sh", "-c", command]
        : ["-qfec", command, "/dev/null"];
    const env = { ...process.env, ZDOTDIR: folder, TERM: "xterm", COLORTERM: undefined };
    this.#shell = spawn("script", args, { env, stdio: ["pipe", "pipe", "ignore"] });
    this.#shell.stdout?.on("data", (chunk) => {
      this.#seen += chunk;
    });
  }

  async ready(pattern = /READY>/): Promise<void> {
    for (const until = Date.now() + 30_000; !pattern.test(this.#seen); )
      if (Date.now() > until) throw new Error(`the shell shows ${JSON.stringify(this.#seen.slice(-500))}`);
      else await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** Presses the keys after the program's name, and Enter. Returns the arguments that the program gets. */
  async press(keys: string): Promise<readonly string[]> {
    await this.ready();
    this.#seen = "";
    this.#shell.stdin?.write(`${PROGRAM} ${keys}\r`);
    await this.ready(/DONE[\s\S]*READY>/);
    return readFileSync(join(folder, "arguments"), "utf8").trimEnd().split("\n");
  }

  close(): void {
    this.#shell.kill("SIGKILL");
  }
}

/** What the shell offers in place of the last word. */
async function candidates(shell: Shell, terminal: Terminal, line: string): Promise<readonly string[]> {
  const words = line.split(" ");
  const last = words.at(-1) ?? "";
  if (shell !== "fish") {
    const given = await terminal.press(`${line}\x1b*`);
    return given.slice(words.length - 1).filter((word) => word !== last);
  }
  const ask = `source '${join(folder, "fishrc")}'; complete -C '${PROGRAM} ${line}'`;
  const { stdout } = spawnSync("fish", ["--no-config", "-c", ask], { encoding: "utf8" });
  return stdout.split("\n").flatMap((offer) => offer.split("\t")[0] || []);
}

const runs = (program: string, ...args: readonly string[]) => spawnSync(program, args).status === 0;
const isThere = (shell: Shell) => runs("script", "--version") && runs(shell, "--version");

describe.each(Object.keys(SHELLS) as Shell[])("completion in %s", (shell) => {
  const isSkipped = !REQUIRED.includes(shell) && !isThere(shell);
  let terminal: Terminal;
  beforeAll(() => {
    if (!isSkipped) terminal = new Terminal(shell);
  });
  afterAll(() => terminal?.close());

  test.skipIf(isSkipped)("is at Tab", async () => {
    expect(await terminal.press("ro\t--dr\t")).toEqual(["rotate", "--dry-run"]);
    expect(await terminal.press("rotate --config my\t--to\tx --fo\t")).toEqual([
      "rotate",
      "--config",
      "my config.json",
      ...(shell === "zsh" ? ["--token=x"] : ["--token", "x"]),
      "--force",
    ]);
  });

  test.skipIf(isSkipped)("knows every command, and every option of each", async () => {
    const offered = await candidates(shell, terminal, "");
    const names = [...loaded, COMPLETION].map(({ name }) => name);
    expect(offered.filter((word) => !word.startsWith("-")).toSorted()).toEqual(names.toSorted());
    for (const { name, flags } of loaded) {
      const known = Object.keys({ ...flags, ...EVERYWHERE }).map((flag) => `--${flag}`);
      expect((await candidates(shell, terminal, `${name} --`)).toSorted()).toEqual(known.toSorted());
    }
  });

  test.skipIf(isSkipped).each([
    ["--v", ["--version"]],
    ["undo --re", ["--reactivate-only", "--region"]],
    ["status --token x --js", ["--json"]],
    ["status --within=30d --dri", ["--drift"]],
    ["undo --token status --dr", ["--dry-run"]],
    ["demo --dr", []],
    ["status --token ", []],
    ["rotate --config oth", ["other.json"]],
    ["rotate --config=oth", ["--config=other.json"]],
    ["status --ics oth", ["other.json"]],
    ["completion z", ["zsh"]],
    ["completion --he", ["--help"]],
  ])("makes of %j %j", async (line, expected) => {
    expect((await candidates(shell, terminal, line)).toSorted()).toEqual(expected);
  });
});
