import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import ICAL from "ical.js";
import { describe, expect, test } from "vitest";
import { calendarOf } from "../../cli/status/calendar.ts";
import { selectedFrom } from "../../cli/status/filters.ts";
import { icsOf } from "../../cli/status/ics.ts";
import { statusCommand } from "../../cli/status/status.ts";
import { printable } from "../../lambda/model/printable.ts";
import { DAY, NOW, type Situation, secret, token, version } from "../plan/builders.ts";
import { run } from "../support/command.ts";
import { freshFactory, variablesOf } from "../support/factory.ts";
import { ANY, seenIn } from "./status-bench.ts";

/** What a calendar makes of the file. */
function entriesIn(text: string) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  return calendar.getAllSubcomponents("vevent").map((component) => {
    const event = new ICAL.Event(component);
    return {
      uid: event.uid,
      at: event.startDate.toJSDate(),
      title: event.summary,
      text: event.description,
      sequence: event.sequence,
      reminders: component.getAllSubcomponents("valarm").length,
    };
  });
}

async function calendarFor(situation: Situation, now = NOW): Promise<string> {
  return calendarOf(selectedFrom([await seenIn(situation)], ANY, now));
}

describe("the calendar", () => {
  test("says when a token will be renewed and when it expires, at these times", async () => {
    const entries = entriesIn(
      await calendarFor({ tokens: [token("a", { name: "Press", age: 10 * DAY, left: 80 * DAY })] }),
    );
    expect(entries.map(({ title }) => title)).toEqual([
      "Press will be renewed",
      "Press expires, unless it was renewed",
    ]);
    const [renewed, expires] = entries;
    expect(expires?.at).toEqual(new Date(NOW.getTime() + 80 * DAY));
    expect(renewed?.at).toEqual(new Date(NOW.getTime() + 50 * DAY));
    expect(entries.map(({ reminders }) => reminders)).toEqual([0, 0]);
  });

  test("says when the maintenance window opens in which a token is renewed, whether or not it is due already", async () => {
    const policy = { windows: [{ days: ["wed"], from: "08:00", to: "18:00", zone: "Europe/Berlin" }] };
    const renewedAt = async (left: number) => {
      const tokens = [token("a", { name: "Press", age: 300 * DAY, left })];
      const renewed = entriesIn(await calendarFor({ tokens, policy })).find(({ title }) =>
        title.endsWith("will be renewed"),
      );
      return renewed?.at.toISOString();
    };
    // It is Monday. The renewal window opens on Saturday, on Wednesday in an open window, and has been open for ten days.
    expect(await renewedAt(35 * DAY)).toBe("2026-06-10T06:00:00.000Z");
    expect(await renewedAt(32 * DAY)).toBe("2026-06-03T12:00:00.000Z");
    expect(await renewedAt(20 * DAY)).toBe("2026-06-03T06:00:00.000Z");
    // With fewer than two intervals left, a run doesn't wait.
    expect(await renewedAt(DAY)).toBe("2026-06-02T00:00:00.000Z");
  });

  test("reminds of a token that the worker doesn't renew, and says what to do", async () => {
    const [entry, ...others] = entriesIn(
      await calendarFor({
        tokens: [token("a", { name: "Press", age: 10 * DAY, left: 80 * DAY })],
        policy: { exclude: ["Press"] },
      }),
    );
    expect(others).toEqual([]);
    expect(entry?.title).toBe("Press expires, and the worker doesn't renew it");
    expect(entry?.text).toMatch(/^Token [0-9a-f]{24}\nApplication [0-9a-f]{24}\n/);
    expect(entry?.text).toContain("your policy excludes its name");
    expect(entry?.reminders).toBe(1);
  });

  test("has no entry for a token that was replaced, has expired, never expires or lives longer than a year", async () => {
    const text = await calendarFor({
      tokens: [
        token("old", { age: 300 * DAY, left: 65 * DAY }),
        token("new", { name: "new", replaces: "old", age: 50 * DAY, left: 400 * DAY }),
        token("gone", { age: 90 * DAY, left: -DAY }),
        token("endless", { left: "forever" }),
      ],
      secrets: [secret([version("new", "old", "AWSCURRENT")])],
    });
    expect(entriesIn(text).filter(({ title }) => !title.startsWith("new will be"))).toEqual([]);
  });

  test("keeps the id of each entry, and has a higher number later, so that it replaces the earlier one", async () => {
    const situation = { tokens: [token("a", { name: "Press", age: 10 * DAY, left: 80 * DAY })] };
    const [first, second] = await Promise.all([
      calendarFor(situation),
      calendarFor(situation, new Date(NOW.getTime() + DAY)),
    ]);
    const [before, after] = [entriesIn(first), entriesIn(second)];
    expect(after.map(({ uid }) => uid)).toEqual(before.map(({ uid }) => uid));
    expect(new Set(before.map(({ uid }) => uid)).size).toBe(2);
    expect(after[0]?.sequence).toBeGreaterThan(before[0]?.sequence ?? 0);
  });

  test.each([
    "Presse; Halle 3, links\\rechts",
    "X\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:two",
    "<img src=x onerror=alert(1)>",
    "\u202Eevil\u0000\u001b[31m",
    "工".repeat(255),
    "👩‍🏭".repeat(60),
  ])("shows the name %j as it is, and no second entry", async (name) => {
    const text = await calendarFor({ tokens: [token("a", { name, age: 10 * DAY, left: 80 * DAY })] });
    expect(entriesIn(text).map(({ title }) => title)).toEqual([
      `${printable(name)} will be renewed`,
      `${printable(name)} expires, unless it was renewed`,
    ]);
  });

  test("has lines of at most 75 octets, which end in CRLF, whatever the texts are", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme", maxLength: 300 }).map(printable)), (texts) => {
        const entries = texts.map((title, index) => ({
          uid: `${index}@test`,
          at: NOW,
          title,
          lines: [title, title],
          category: title,
        }));
        const text = icsOf("All", entries, NOW);
        expect(text.split("\r\n").filter((line) => Buffer.byteLength(line) > 75)).toEqual([]);
        expect(text.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
        expect(entriesIn(text).map((entry) => [entry.title, entry.text])).toEqual(
          texts.map((title) => [title, `${title}\n${title}`]),
        );
      }),
    );
  });
});

describe("status --ics", () => {
  const factory = freshFactory();
  const status = (...args: readonly string[]) =>
    run(statusCommand, ["--config", factory.configFile, ...args], variablesOf(factory));

  test("writes the calendar of all applications and no string, and replaces it the next time", async () => {
    const file = join(factory.folder, "tokens.ics");
    writeFileSync(file, "old");
    const { code, stdout, stderr } = await status("--ics", file);
    expect([code, stdout, stderr]).toEqual([0, `Wrote ${file}.\n`, ""]);
    const text = readFileSync(file, "utf8");
    const titles = entriesIn(text).map(({ title }) => title);
    expect(titles).toContain("日本語 expires, unless it was renewed");
    // An interrupted run may have created its successor.
    expect(titles).toContain("Hydraulic press expires, unless it was renewed");
    // Of its two successors, the worker discards one.
    expect(titles.filter((title) => title.startsWith("Night shift report expires"))).toHaveLength(1);
    expect(titles).toContain("test rig 3 expires, and the worker doesn't renew it");
    expect(text).not.toContain("eyJ");
    expect(readdirSync(factory.folder).toSorted()).toEqual(["my.config.json", "tokens.ics"]);
  });

  test("writes what could be read, says what could not, and exits with 1", async () => {
    factory.emulators.aws.putSecret("losant-access/workshop", "not-a-token");
    factory.emulators.aws.putSecret("losant-access/workshop", "nor-is-this-one");
    const file = join(factory.folder, "tokens.ics");
    const { code, stdout } = await status("--ics", file);
    expect(code).toBe(1);
    expect(stdout).toMatch(/application 5c3f1e7a2b9d4e0007a8b9c0: access-token-/);
    expect(entriesIn(readFileSync(file, "utf8")).length).toBeGreaterThan(5);
  });

  test("also prints JSON with --json, and nothing with --quiet", async () => {
    const file = join(factory.folder, "tokens.ics");
    expect(JSON.parse((await status("--ics", file, "--json")).stdout)).toMatchObject({ schemaVersion: "1" });
    expect((await status("--ics", file, "--quiet")).stdout).toBe("");
  });

  test.each([
    ["a folder", ".", "is a folder"],
    ["a folder that doesn't exist", "none/tokens.ics", "is in a folder that doesn't exist"],
    ["a device", "/dev/null", "is not a regular file"],
    ["standard output", "-", "is not the name of a file"],
    ["nothing", "", "is not the name of a file"],
    ["a file in place of a folder", "my.config.json/tokens.ics", "is in a folder that doesn't exist"],
  ])("refuses %s before it looks at anything", async (_, path, why) => {
    const calls = factory.emulators.aws.calls.length;
    const given = path.startsWith("/") || path === "-" || path === "" ? path : join(factory.folder, path);
    const { code, stderr } = await status(`--ics=${given}`);
    expect(stderr.replace(/\s+/g, " ")).toContain(why);
    expect(code).toBe(2);
    expect(factory.emulators.aws.calls.slice(calls)).toEqual([]);
  });

  test("replaces the file that a link names, and keeps the link", async () => {
    mkdirSync(join(factory.folder, "shared"));
    const [link, file] = [join(factory.folder, "link.ics"), join(factory.folder, "shared", "tokens.ics")];
    writeFileSync(file, "old");
    symlinkSync(file, link);
    expect((await status("--ics", link)).code).toBe(0);
    expect(readFileSync(file, "utf8")).toMatch(/^BEGIN:VCALENDAR\r\n/);
    expect(readdirSync(join(factory.folder, "shared"))).toEqual(["tokens.ics"]);
  });

  test.each([["--explain", "my-server"], ["--applications"]])("can't be used with %s", async (...args) => {
    const { code, stderr } = await status(...args, "--ics", join(factory.folder, "tokens.ics"));
    expect([code, stderr]).toEqual([2, expect.stringContaining("can't be used with --ics")]);
  });
});
