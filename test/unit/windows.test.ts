import { describe, expect, it } from "vitest";
import type { RotationError } from "../../lambda/model/errors.ts";
import { parseConfig } from "../../lambda/policy/config.ts";
import { isOpen, nextOpening, resolveWindows } from "../../lambda/policy/windows.ts";

const BERLIN = { from: "08:00", to: "16:00", zone: "Europe/Berlin" };
const at = (text: string) => new Date(text);
const open = (window: Parameters<typeof resolveWindows>[0][number], moment: string) =>
  isOpen(resolveWindows([window]), at(moment));

describe("a maintenance window", () => {
  it.each([
    ["a millisecond before it begins", "2026-06-01T05:59:59.999Z", false],
    ["when it begins", "2026-06-01T06:00:00.000Z", true],
    ["a millisecond before it ends", "2026-06-01T13:59:59.999Z", true],
    ["when it ends", "2026-06-01T14:00:00.000Z", false],
    ["an hour later by UTC in winter", "2026-12-01T06:30:00.000Z", false],
    ["in winter", "2026-12-01T07:00:00.000Z", true],
  ])("%s", (_, moment, is) => expect(open(BERLIN, moment)).toBe(is));

  const friday = { days: ["fri" as const], from: "22:00", to: "02:00", zone: "UTC" };
  it.each([
    ["on the evening of its day", "2026-06-05T22:00:00.000Z", true],
    ["on the morning after", "2026-06-06T01:59:59.999Z", true],
    ["no longer when it ends there", "2026-06-06T02:00:00.000Z", false],
    ["not on the morning of its day", "2026-06-05T01:00:00.000Z", false],
    ["not on the evening after", "2026-06-06T22:30:00.000Z", false],
  ])("over midnight is open %s", (_, moment, is) => expect(open(friday, moment)).toBe(is));

  it("is open twice in the hour that clocks show twice, and never in the one that they skip", () => {
    const night = { ...BERLIN, from: "02:00", to: "03:00" };
    const hours = (day: string) =>
      Array.from({ length: 48 }, (_, index) => new Date(at(day).getTime() + index * 900_000)).filter(
        (moment) => isOpen(resolveWindows([night]), moment),
      ).length / 4;
    expect(hours("2026-10-24T20:00:00Z")).toBe(2);
    expect(hours("2026-03-28T20:00:00Z")).toBe(0);
    expect(hours("2026-06-01T20:00:00Z")).toBe(1);
  });

  it("knows zones of half and quarter hours", () => {
    expect(open({ ...BERLIN, zone: "Asia/Kolkata" }, "2026-06-01T02:30:00Z")).toBe(true);
    expect(open({ ...BERLIN, zone: "Asia/Kolkata" }, "2026-06-01T02:29:59Z")).toBe(false);
    expect(open({ ...BERLIN, zone: "Asia/Kathmandu" }, "2026-06-01T02:15:00Z")).toBe(true);
  });

  it("ends at the end of a day with 24:00", () => {
    const late = { days: ["sun" as const], from: "12:00", to: "24:00", zone: "UTC" };
    expect(open(late, "2026-06-07T23:59:59.999Z")).toBe(true);
    expect(open(late, "2026-06-08T00:00:00.000Z")).toBe(false);
  });
});

describe("the next opening", () => {
  const week = resolveWindows([{ ...BERLIN, days: ["mon", "wed"], from: "08:07" }]);
  it.each([
    ["2026-06-01T07:00:00.000Z", "2026-06-01T07:00:00.000Z"],
    ["2026-06-01T14:00:00.000Z", "2026-06-03T06:07:00.000Z"],
    ["2026-06-03T06:06:59.999Z", "2026-06-03T06:07:00.000Z"],
    ["2026-06-03T14:00:00.000Z", "2026-06-08T06:07:00.000Z"],
    // Clocks are set back in between.
    ["2026-10-21T14:00:00.000Z", "2026-10-26T07:07:00.000Z"],
  ])("from %s on is %s", (from, to) => expect(nextOpening(week, at(from)).toISOString()).toBe(to));

  it("is the moment itself without windows", () => {
    expect(nextOpening(resolveWindows([]), at("2026-06-01T07:00:00Z"))).toEqual(at("2026-06-01T07:00:00Z"));
  });
});

describe("the configuration", () => {
  const refusal = (policy: object, schedule = "6h") => {
    const applications = [{ id: "575ec8687ae143cd83dc4a97", accessToken: "access", policy }];
    try {
      parseConfig({ schedule, applications });
      return "";
    } catch (thrown) {
      return (thrown as RotationError).message;
    }
  };
  const utc = { from: "08:00", to: "14:30", zone: "UTC" };

  it.each([
    ["an unknown zone", { ...utc, zone: "Europe/Atlantis" }, "windows.0.zone: must be a time zone"],
    ["a time that doesn't exist", { ...utc, from: "24:00" }, "windows.0.from: must be a time such as 08:00"],
    ["a time after 24:00", { ...utc, to: "24:01" }, "windows.0.to: must be a time such as 16:00"],
    ["an unknown day", { ...utc, days: ["Monday"] }, "windows.0.days.0: must be mon"],
    ["no day", { ...utc, days: [] }, "windows.0.days: must contain at least one day"],
    ["a window without an end", { from: "08:00", zone: "UTC" }, "windows.0.to: is missing"],
  ])("refuses %s", (_, window, message) => expect(refusal({ windows: [window] })).toContain(message));

  it("refuses an opening that is shorter than the time between two runs, and none that is as long", () => {
    expect(refusal({ windows: [utc] })).toBe("");
    expect(refusal({ windows: [{ ...utc, to: "14:29" }] })).toContain(
      "one is open for 6h 29m at a time, but runs may start 6h 30m apart",
    );
    // Two that touch are one opening.
    const halves = [
      { ...utc, to: "12:00" },
      { ...utc, from: "12:00" },
    ];
    expect(refusal({ windows: halves })).toBe("");
  });

  it("counts an hour less where clocks are set", () => {
    const berlin = { ...utc, zone: "Europe/Berlin" };
    expect(refusal({ windows: [berlin] })).toContain("one is open for 5h 30m at a time");
    expect(refusal({ windows: [{ ...berlin, to: "15:30" }] })).toBe("");
  });

  it("refuses windows that runs may miss until a token is about to expire", () => {
    const windows = [{ ...utc, days: ["mon"] }];
    // Open for 6.5 hours a week, so 161.5 hours without one, and 13 hours until a run; 12 hours are two intervals.
    expect(refusal({ windows, renewBefore: "187h" })).toBe("");
    expect(refusal({ windows, renewBefore: "186h" })).toContain("may have to wait for 174h 30m");
    expect(refusal({ windows, lifetime: "20d" })).toContain("windows: a due token may have to wait");
    expect(refusal({ tokens: [{ match: "ci-*", windows, lifetime: "20d" }] })).toContain(
      "policy.tokens.0.windows:",
    );
  });

  it("accepts windows that together are always open, whatever the schedule", () => {
    const windows = [{ from: "00:00", to: "24:00", zone: "Europe/Berlin" }];
    expect(refusal({ windows, renewBefore: "1d", lifetime: "10d" }, "3d").includes("windows")).toBe(false);
  });
});
