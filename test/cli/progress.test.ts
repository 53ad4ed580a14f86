import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { progressOn } from "../../cli/terminal/progress.ts";
import { ioWith } from "../support/command.ts";

const START = new Date("2026-03-01T12:00:00.000Z");

describe("the line of progress", () => {
  beforeEach(() => void vi.useFakeTimers({ now: START }));
  afterEach(() => void vi.useRealTimers());

  function shown(columns?: number, deadline?: Date) {
    const { stderr } = ioWith({}, columns === undefined ? {} : { columns });
    const progress = progressOn({ stderr, now: () => new Date(), ...(deadline && { deadline }) });
    const line = () => stripVTControlCharacters(stderr.text.split("\r").at(-1) ?? "");
    return { progress, stderr, line };
  }

  test("says how far the work has come and how long it may take, at a terminal", () => {
    const { progress, line, stderr } = shown(100, new Date(START.getTime() + 15 * 60_000));
    progress.looked(3, 12);
    progress.worked(1, 20);
    vi.advanceTimersByTime(500);
    expect(line()).toBe("3 of 12 applications read · 1 of 20 tokens done · 15 min left");
    progress.end();
    expect(stderr.text.endsWith("\r\u001b[2K")).toBe(true);
    const written = stderr.text;
    vi.advanceTimersByTime(5_000);
    expect(stderr.text).toBe(written);
  });

  test("says for whom it waits after three seconds, and for whom it has waited longest", () => {
    const { progress, line } = shown(100);
    const answered = progress.waits("Losant");
    vi.advanceTimersByTime(2_500);
    progress.waits("Secrets Manager");
    expect(line()).not.toContain("waiting");
    vi.advanceTimersByTime(500);
    expect(line()).toBe("waiting for Losant, 3 s");
    answered();
    vi.advanceTimersByTime(3_000);
    expect(line()).toBe("waiting for Secrets Manager, 3 s");
    progress.end();
  });

  test("fits into the terminal", () => {
    const { progress, line } = shown(40);
    progress.looked(100, 1_200);
    progress.worked(100, 1_200);
    progress.waits("Secrets Manager");
    vi.advanceTimersByTime(3_000);
    expect(line()).toHaveLength(39);
    progress.end();
  });

  test("says in 80 columns for whom it waits and how long it may take, without the applications, which are read by then", () => {
    const { progress, line } = shown(80, new Date(START.getTime() + 15 * 60_000));
    progress.looked(100, 100);
    progress.worked(100, 1_000);
    progress.waits("Secrets Manager");
    vi.advanceTimersByTime(3_000);
    expect(line()).toBe("100 of 1000 tokens done · waiting for Secrets Manager, 3 s · 15 min left");
    progress.end();
  });

  test("leaves alone what is in its place while it has nothing to say, such as another program's question", () => {
    const { progress, stderr } = shown(80);
    vi.advanceTimersByTime(2_000);
    progress.end();
    expect(stderr.text).toBe("");
  });

  test("is not written into a pipe", () => {
    const { progress, stderr } = shown();
    progress.looked(1, 2);
    progress.waits("Losant");
    vi.advanceTimersByTime(10_000);
    progress.end();
    expect(stderr.text).toBe("");
  });
});
