import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Screen } from "../../cli/terminal/screen.ts";
import { displayWidth } from "../../cli/terminal/width.ts";
import { COLD_CHAIN, STALE } from "../../demo/cold-chain.ts";
import { openDemo } from "../../demo/demo.ts";
import { readAsConsumer } from "../../demo/seeding-store.ts";
import { awsError } from "../../emulators/aws/server.ts";
import { type Ended, runScript } from "../support/child.ts";

const TIMEOUT_MS = 120_000;
/** How every JSON Web Token begins: all token strings of the emulator are such. */
const TOKEN_STRING = /eyJ[\w-]{6,}/;

const SILENT: Screen = { width: 100, typed: (text) => text, paint: (_, text) => text, line: () => {} };

let temporary: string;
beforeAll(() => {
  temporary = mkdtempSync(join(tmpdir(), "demo-test-"));
});
afterAll(() => rmSync(temporary, { recursive: true }));

describe("npm start", () => {
  let ended: Ended;
  beforeAll(async () => {
    ended = await runScript("cli/losant-token-rotation.ts", ["demo"], { TMPDIR: temporary });
  }, TIMEOUT_MS);

  test("ends well only since all of its own checks hold", () => {
    expect(ended.stderr).toBe("");
    expect(ended.stdout).toContain("All checks passed.");
    expect(ended.stdout).not.toContain("✗");
    expect(ended.code).toBe(0);
  });

  test("reads well at 100 columns: no line is wider", () => {
    const wide = ended.stdout.split("\n").filter((line) => displayWidth(line) > 100);
    expect(wide).toEqual([]);
  });

  test("shows no token string", () => {
    expect(ended.stdout).not.toMatch(TOKEN_STRING);
  });

  test("writes no escape codes into a pipe", () => {
    expect(ended.stdout).toBe(stripVTControlCharacters(ended.stdout));
  });

  test("shows the odd names as they are, and each kind of outcome", () => {
    for (const name of ["日本語", "CI / deploy (prod) *", "my-server"]) expect(ended.stdout).toContain(name);
    for (const outcome of [
      "rotated",
      "resumed",
      "announced",
      "deactivated",
      "deleted",
      "discarded",
      "skipped",
      "waiting",
    ])
      expect(ended.stdout).toMatch(new RegExp(` ${outcome} +\\S`));
  });

  test("discovers the applications of an organization, and a new one in the next run", () => {
    for (const part of ["6. Discover", "Van 12", "Van 23", "Then Van 31 is added"])
      expect(ended.stdout).toContain(part);
  });

  test("notices a consumer that doesn't refresh before its token ends, and says what to do", () => {
    const [, step = ""] = ended.stdout.split("7. A consumer that doesn't refresh");
    const text = step.replace(/\s+/g, " ");
    for (const part of [
      "was replaced, and nobody has read its successor. It expires in 2 days",
      "Most read the secret only when they start: restart them.",
      "RUNBOOK.md#successor-unread",
    ])
      expect(text).toContain(part);
  });

  test("leaves no file behind", () => {
    expect(readdirSync(temporary)).toEqual([]);
  });
});

test("npm start has colours where they are asked for, and the same text", {
  timeout: TIMEOUT_MS,
}, async () => {
  const { stdout } = await runScript("cli/losant-token-rotation.ts", ["demo"], {
    TMPDIR: temporary,
    FORCE_COLOR: "1",
  });
  expect(stdout).toContain("\u001b[");
  const wide = stripVTControlCharacters(stdout)
    .split("\n")
    .filter((line) => displayWidth(line) > 100);
  expect(wide).toEqual([]);
});

test("npm start -- --serve goes on until Ctrl-C, and ends cleanly", { timeout: TIMEOUT_MS }, async () => {
  let url = "";
  const answers: Promise<string>[] = [];
  const { code, stdout } = await runScript(
    "cli/losant-token-rotation.ts",
    ["demo", "--serve"],
    { TMPDIR: temporary },
    (shown, end) => {
      if (answers.length > 0 || !shown.includes("worker.log")) return;
      url = /AWS_ENDPOINT_URL=(\S+)/.exec(shown)?.[1] ?? "";
      const state = fetch(`${url}/_emulator/state`).then((answer) => answer.text());
      answers.push(state.finally(() => end("SIGINT")));
    },
  );
  expect(await Promise.all(answers)).toEqual([expect.stringContaining("AWSCURRENT")]);
  const [, page = ""] = /in a browser on this machine:\n +(http:\/\/127\.0\.0\.1:\d+)\n/.exec(stdout) ?? [];
  expect(page).not.toBe("");
  await expect(fetch(page)).rejects.toThrow();
  expect(stdout).toContain("losant-token-rotation rotate --config");
  expect(stdout).toContain("The emulators have stopped");
  expect(stdout).not.toMatch(TOKEN_STRING);
  expect(code).toBe(0);
  expect(readdirSync(temporary)).toEqual([]);
  await expect(fetch(`${url}/_emulator/state`)).rejects.toThrow();
});

test.each([
  [["--port", "8080"], "--port needs --serve"],
  [["--serve", "--port", "70000"], "--port must be a number up to 65535"],
  [["--serve", "--port", "http"], "--port must be a number up to 65535"],
])("npm start -- %j starts nothing", async (args, why) => {
  const { code, stderr } = await runScript("cli/losant-token-rotation.ts", ["demo", ...args], {
    TMPDIR: temporary,
  });
  expect([code, stderr.split("\n")[0]]).toEqual([2, why]);
});

test("Ctrl-C in the middle of a run ends it, says so in the exit code, and leaves no file", {
  timeout: TIMEOUT_MS,
}, async () => {
  const { code, stdout } = await runScript(
    "cli/losant-token-rotation.ts",
    ["demo"],
    { TMPDIR: temporary },
    (shown, end) => {
      if (shown.includes("2. A run")) end("SIGINT");
    },
  );
  expect(stdout).not.toContain("All checks passed.");
  expect(code).toBe(130);
  expect(readdirSync(temporary)).toEqual([]);
});

test("the demo does not call it well when nobody is told of a consumer that doesn't refresh", {
  timeout: TIMEOUT_MS,
}, async () => {
  const demo = await openDemo();
  try {
    // Somebody has looked at the value, so the worker can't know that the consumer hasn't.
    await readAsConsumer(demo.emulators, `losant/${COLD_CHAIN.id}/${STALE}`);
    const failed = (await demo.play(SILENT)).filter(({ problems }) => problems.length > 0);
    expect(failed.map(({ claim }) => claim)).toContain(
      "a consumer that doesn't refresh was noticed before its token ended, until it refreshed",
    );
  } finally {
    await demo.close();
  }
});

test("the demo does not call it well when something went wrong, and names it", {
  timeout: TIMEOUT_MS,
}, async () => {
  const lines: string[] = [];
  const demo = await openDemo();
  try {
    demo.emulators.aws.faults.add({
      operation: "PutSecretValue",
      match: "my-server",
      answer: awsError("AccessDeniedException", 400, "no"),
    });
    const screen: Screen = {
      width: 100,
      typed: (text) => text,
      paint: (_, text) => text,
      line: (text = "") => void lines.push(text),
    };
    expect((await demo.play(screen)).filter(({ problems }) => problems.length > 0)).not.toEqual([]);
  } finally {
    await demo.close();
  }
  expect(lines.join("\n")).toMatch(/✗ the run .* succeeds\n.*RUNBOOK\.md#store-denied.*\n.*my-server/);
  expect(lines.at(-1)).toMatch(/checks failed/);
});

test("npm start refuses what it doesn't know", async () => {
  const { code, stderr } = await runScript("cli/losant-token-rotation.ts", ["demo", "--servr"]);
  expect(code).toBe(2);
  expect(stderr).toContain("Usage: losant-token-rotation demo");
});
