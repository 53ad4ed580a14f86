import type { Chance } from "./chance.ts";
import { type Script, type Setting, WEEKDAYS, type WindowSetting } from "./script.ts";
import { DAY, MINUTE } from "./services.ts";

const DAY_MINUTES = DAY / MINUTE;

/** The same history, with maintenance windows that no token may miss until it is too late. If there are none such, without. */
export function windowed({ setting, entries }: Script, chance: Chance): Script {
  const windows = windowsOf(setting, chance);
  return windows.length === 0
    ? { setting, entries }
    : { setting: { ...setting, policy: { ...setting.policy, windows } }, entries };
}

function windowsOf({ intervalMs, policy }: Setting, chance: Chance): readonly WindowSetting[] {
  const interval = intervalMs / MINUTE;
  // Two runs may start this far apart.
  const apart = Math.ceil((interval * 13) / 12);
  const mostClosed = Number.parseInt(policy.renewBefore, 10) - 2 * interval - 2 * apart - 1;
  const zone = chance.pick(["UTC", "Asia/Kolkata", "Asia/Kathmandu", "America/Phoenix"] as const);
  if (apart > DAY_MINUTES / 2) return ofWeek(mostClosed, apart, zone, chance);
  const counts = [1, 2, 3, 4, 6, 8, 12, 20].filter((count) => DAY_MINUTES / count >= apart + MIN_CLOSED);
  const count = counts[chance.between(0, counts.length - 1)];
  if (count === undefined || mostClosed < MIN_CLOSED) return [];
  const period = DAY_MINUTES / count;
  const closed = chance.between(MIN_CLOSED, Math.min(mostClosed, period - apart));
  const first = chance.between(0, DAY_MINUTES - 1);
  return Array.from({ length: count }, (_, nth) => {
    const from = Math.floor(first + nth * period);
    return { from: timeOf(from), to: timeOf(from + Math.ceil(period) - closed), zone };
  });
}

const MIN_CLOSED = 7;

/** If runs are a day apart, windows are open for days. */
function ofWeek(
  mostClosed: number,
  apart: number,
  zone: WindowSetting["zone"],
  chance: Chance,
): readonly WindowSetting[] {
  const fewestDays = Math.max(Math.ceil(apart / DAY_MINUTES), 7 - Math.floor(mostClosed / DAY_MINUTES));
  if (fewestDays > 6) return [];
  const first = chance.between(0, 6);
  const length = chance.between(fewestDays, 6);
  const days = Array.from({ length }, (_, day) => WEEKDAYS[(first + day) % 7] ?? "sun");
  return [{ days, from: "00:00", to: "24:00", zone }];
}

function timeOf(minute: number): string {
  const [hours, minutes] = [Math.floor(minute / 60) % 24, minute % 60];
  return [hours, minutes].map((part) => String(part).padStart(2, "0")).join(":");
}
