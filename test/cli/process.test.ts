import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";

const MODULE = new URL("../../cli/command/process.ts", import.meta.url).href;

/** Runs these statements in a process of their own, in which `onInterrupt` is that of the process. */
function inProcess(...statements: readonly string[]) {
  const script = [
    `import { processIo } from ${JSON.stringify(MODULE)};`,
    "const { onInterrupt } = processIo();",
    "const press = () => process.kill(process.pid, 'SIGINT');",
    "const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));",
    ...statements,
  ].join("\n");
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ["--input-type=module", "-e", script],
    { encoding: "utf8" },
  );
  return { status, signal, stdout, stderr };
}

describe.skipIf(process.platform === "win32")("Ctrl-C", () => {
  test("between two steps of a command reaches the next step", () => {
    const ended = inProcess(
      "onInterrupt(() => console.log('first'))();",
      "press();",
      "onInterrupt(() => console.log('second'));",
      "await wait(500);",
    );
    expect(ended).toEqual({ status: 0, signal: null, stdout: "second\n", stderr: "" });
  });

  test("after the last step ends the process, with a message", () => {
    const ended = inProcess("onInterrupt(() => console.log('first'))();", "press();", "await wait(10_000);");
    expect(ended).toEqual({ status: 130, signal: null, stdout: "", stderr: "\nInterrupted.\n" });
  });

  test("counts once if npm passes it on as well, and again if it is pressed again", () => {
    const ended = inProcess(
      "onInterrupt(() => console.log('pressed'));",
      "press();",
      "await wait(50);",
      "press();",
      "await wait(600);",
      "press();",
      "await wait(100);",
    );
    expect(ended).toEqual({ status: 0, signal: null, stdout: "pressed\npressed\n", stderr: "" });
  });
});
