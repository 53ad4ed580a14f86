import { stripVTControlCharacters, styleText } from "node:util";
import { describe, expect, test } from "vitest";
import { type StartedAs, typed } from "../../cli/terminal/invocation.ts";
import { showReport } from "../../cli/terminal/report-table.ts";
import { type Screen, say } from "../../cli/terminal/screen.ts";
import { summaryOf } from "../../cli/terminal/summary.ts";
import { tableLines } from "../../cli/terminal/table.ts";
import { displayWidth, fitted, truncated, wrapped } from "../../cli/terminal/width.ts";
import { relative } from "../../cli/terminal/words.ts";
import { printable } from "../../lambda/model/printable.ts";
import type { Report, ReportRow } from "../../lambda/report/report.ts";

const NOW = new Date("2026-03-01T12:00:00.000Z");
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

function screenOf(width: number, coloured = false): { readonly screen: Screen; readonly lines: string[] } {
  const lines: string[] = [];
  const paint: Screen["paint"] = (_, text) =>
    coloured ? styleText("red", text, { validateStream: false }) : text;
  return {
    screen: { width, paint, typed: (text) => text, line: (text = "") => void lines.push(text) },
    lines,
  };
}

describe("the width of text", () => {
  test.each([
    ["my-server", 9],
    ["日本語", 6],
    ["ｆｕｌｌ", 8],
    ["한국어", 6],
    ["e\u0301te\u0301", 3],
    ["🚚 truck", 8],
    ["👩‍🔧", 2],
    ["a\u200bb", 2],
    ["", 0],
  ])("of %j is %i columns", (text, columns) => {
    expect(displayWidth(text)).toBe(columns);
  });

  test("cuts wide text so that it never takes more columns than it may, nor half a character", () => {
    expect(truncated("日本語のトークン", 8)).toBe("日本語…");
    expect(truncated("日本語のトークン", 7)).toBe("日本語…");
    expect(truncated("日本語", 6)).toBe("日本語");
    expect(fitted("日本語のトークン", 8)).toBe("日本語… ");
  });

  test("breaks lines between words, and words that are longer than a line", () => {
    expect(wrapped("one two three", 7)).toEqual(["one two", "three"]);
    expect(wrapped("abcdefgh ij", 4)).toEqual(["abcd", "efgh", "ij"]);
    expect(wrapped("日本語", 4)).toEqual(["日本", "語"]);
    expect(wrapped("", 4)).toEqual([""]);
  });
});

describe("the commands in a text", () => {
  const SCRIPT: StartedAs = { isScript: true, program: "losant-token-rotation" };
  const INSTALLED: StartedAs = { ...SCRIPT, isScript: false };
  const NPX: StartedAs = { isScript: false, program: "npx losant-token-rotation" };

  test.each([
    ["losant-token-rotation rotate --force", "npm run rotate -- --force"],
    ["losant-token-rotation access-token.", "npm run access-token."],
  ])("are written as their reader starts them: %s, %s", (command, script) => {
    for (const text of [command, script, `npx ${command}`]) {
      if (!text.startsWith("npx")) expect(typed(text, INSTALLED)).toBe(command);
      expect(typed(text, SCRIPT)).toBe(script);
      expect(typed(text, NPX)).toBe(`npx ${command}`);
    }
  });
});

describe("a table", () => {
  const COLUMNS = [{ title: "NAME", atMost: 10 }, { title: "N" }, { title: "WHY" }];

  test("lines its columns up by what the eye sees, not by characters", () => {
    const { screen } = screenOf(40);
    const rows = [["日本語", "1", "wide"].map(cell), ["abcdefghijkl", "22", "cut"].map(cell)];
    expect(tableLines(COLUMNS, rows, screen)).toEqual([
      "  NAME        N   WHY",
      "  日本語      1   wide",
      "  abcdefghi…  22  cut",
    ]);
  });

  test("wraps its last column, and is never wider than the screen", () => {
    const { screen } = screenOf(30);
    const lines = tableLines(COLUMNS, [["name", "1", "a reason that takes its time"].map(cell)], screen);
    expect(lines).toEqual(["  NAME  N  WHY", "  name  1  a reason that takes", "           its time"]);
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(30);
  });

  test("has the same shape with colours as without", () => {
    const row = [
      { text: "日本語", style: "good" as const },
      { text: "1" },
      { text: "why", style: "bad" as const },
    ];
    const coloured = tableLines(COLUMNS, [row], screenOf(40, true).screen);
    expect(coloured.join("\n")).toContain("\u001b[31m");
    expect(coloured.map(stripVTControlCharacters)).toEqual(tableLines(COLUMNS, [row], screenOf(40).screen));
  });

  function cell(text: string) {
    return { text };
  }
});

test("a paragraph shows no token that a secret or a version is named after, and no control characters", () => {
  const { screen, lines } = screenOf(72);
  const token = `eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.${"Qm9yZWFsRm9yZXN0".repeat(8)}`;
  say(screen, `Secret shared/${token.slice(0, 60)}, last changed now`);
  say(screen, `- Leave version ${token.slice(40, 104)} where it is\u202e.`);
  expect(lines).toEqual(["  Secret shared/…, last changed now", "  - Leave version … where it is·."]);
});

test("names from Losant neither move the cursor nor show a token that somebody used for a name", () => {
  expect(printable("red\u001b[31m\nline\u202e")).toBe("red·[31m·line·");
  expect(printable("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln")).toBe("…");
  expect(printable("日本語 👩‍🔧 CI / deploy (prod) *")).toBe("日本語 👩‍🔧 CI / deploy (prod) *");
});

test.each([
  [12 * DAY_MS, "in 12 d"],
  [2 * DAY_MS, "in 2 d"],
  [2 * DAY_MS - 1, "in 47 h"],
  [2 * HOUR_MS - 1, "in 119 min"],
  [0, "in 0 min"],
  [-MINUTE_MS, "1 min ago"],
  [-400 * DAY_MS, "400 d ago"],
])("%i ms from now is said as %j", (ms, words) => {
  expect(relative(new Date(NOW.getTime() + ms), NOW)).toBe(words);
});

describe("a report", () => {
  test("shows what was done before what rests, and in words why", () => {
    const { screen, lines } = screenOf(100);
    showReport(
      reportOf([
        row({ name: "idle", action: "wait", reason: "not-due", outcome: "waiting", dueDate: inDays(5) }),
        row({ name: "日本語", action: "rotate", reason: "renewal-window", outcome: "rotated" }),
        row({
          name: "former",
          action: "skip",
          reason: "superseded",
          outcome: "skipped",
          retirementDate: inDays(7),
        }),
      ]),
      screen,
    );
    expect(lines).toEqual([
      "",
      `Application  ${APP}`,
      "  TOKEN   EXPIRES  OUTCOME  WHY",
      "  日本語  in 9 d   rotated  expires soon: it is in its renewal window",
      "  former  in 9 d   skipped  its successor is current; its grace period ends in 7 d",
      "  idle    in 9 d   waiting  due in 5 d",
    ]);
  });

  test("of named tokens leaves out those that nobody asked for and nothing was done to", () => {
    const { screen, lines } = screenOf(100);
    const report = reportOf([
      row({ name: "asked", action: "skip", reason: "excluded", outcome: "skipped" }),
      row({ name: "other", action: "skip", reason: "not-selected", outcome: "skipped" }),
      row({ name: "owed", action: "announce", reason: "unannounced", outcome: "announced" }),
    ]);
    showReport(report, screen, { named: ["asked"] });
    expect(lines.join("\n")).toMatch(/owed.*asked.*and 1 that were not asked for/s);
    expect(lines.join("\n")).not.toContain("other");
  });

  test("of a token that somebody named like a token string, and that is asked for by this name, has its row", () => {
    const { screen, lines } = screenOf(100);
    const name = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dBjftJeZ4CVPmB92K27uhbUJU1p1r";
    const report = reportOf([
      row({ name: printable(name), action: "skip", reason: "excluded", outcome: "skipped" }),
    ]);
    showReport(report, screen, { named: [name] });
    expect(lines.join("\n")).toContain("… ");
    expect(lines.join("\n")).not.toMatch(/eyJ|not asked for/);
  });

  test("shows that an application has no tokens, or has nothing to do, as nothing to worry about", () => {
    const { screen, lines } = screenOf(100);
    const inStyles: Screen = { ...screen, paint: (style, text) => `${style}:${text}` };
    showReport(reportOf([]), inStyles);
    showReport(reportOf([row({ action: "wait", reason: "not-due", outcome: "waiting" })]), inStyles, {
      isPlan: true,
    });
    expect(lines).toContain("faint:  no tokens");
    expect(lines).toContain("faint:  nothing to do");
  });

  test("names an application that failed, and a token that Losant no longer has by its secret", () => {
    const { screen, lines } = screenOf(100);
    const { name: _, ...nameless } = row({ action: "skip", reason: "missing", outcome: "skipped" });
    showReport(
      {
        ...reportOf([{ ...nameless, secretName: `losant/${APP}/gone` }]),
        applications: [
          { applicationId: APP, outcome: "ok" },
          { applicationId: "b".repeat(24), outcome: "failed", code: "access-token-rejected", message: "no" },
        ],
      },
      screen,
    );
    expect(lines.join("\n")).toContain("(secret …/gone)");
    expect(lines.at(-1)).toBe("  failed: access-token-rejected, see below");
  });

  test("is summed up by the counts that aren't zero, in a dry run by what would be done", () => {
    const rotated = row({ action: "rotate", reason: "expired", outcome: "rotated", verified: "probe" });
    expect(summaryOf(reportOf([rotated], { rotated: 1, listed: 2, waiting: 1 }))).toBe(
      "2 tokens listed: rotated 1, waiting 1. Verified before storing: 1 by using the new string.",
    );
    const planned = row({ action: "rotate", reason: "expired", outcome: "planned" });
    const dry = { ...reportOf([planned], { listed: 1, planned: 1 }), dryRun: true };
    expect(summaryOf(dry)).toBe("1 tokens listed: would rotate 1.");
  });
});

const APP = "575ec8687ae143cd83dc4a97";

function inDays(days: number): string {
  return new Date(NOW.getTime() + days * DAY_MS).toISOString();
}

function row(facts: Pick<ReportRow, "action" | "reason" | "outcome"> & Partial<ReportRow>): ReportRow {
  const common = { applicationId: APP, tokenId: "0".repeat(24), name: "token", expirationDate: inDays(9) };
  return { ...common, ...facts };
}

function reportOf(tokens: readonly ReportRow[], counts: Partial<Report["summary"]> = {}): Report {
  const none = { listed: 0, rotated: 0, resumed: 0, announced: 0, retired: 0, discarded: 0 };
  return {
    runId: "run",
    trigger: "manual",
    dryRun: false,
    startedAt: NOW.toISOString(),
    finishedAt: NOW.toISOString(),
    summary: { ...none, skipped: 0, waiting: 0, deferred: 0, failed: 0, ...counts },
    omitted: 0,
    tokens,
    applications: [{ applicationId: APP, outcome: "ok" }],
  };
}
