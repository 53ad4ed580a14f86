import { WEEKDAYS, type WindowSetting, ZONES } from "./script.ts";

/* When maintenance windows are open. The worker asks the time zone database, and this adds the hours of a table. */

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;
const WEEK_MINUTES = 7 * DAY_MINUTES;
/** The first of January 1970 was a Thursday. */
const FIRST_WEEKDAY = 4;

/** Without windows, always. */
export function isOpenAt(windows: readonly WindowSetting[], ms: number): boolean {
  return windows.length === 0 || windows.some((window) => isInside(window, ms));
}

/** Whether it was open at some moment of a time. Windows open on the minute. */
export function wasOpen(windows: readonly WindowSetting[], fromMs: number, toMs: number): boolean {
  if (isOpenAt(windows, toMs)) return true;
  for (let ms = fromMs; ms < toMs; ms += MINUTE_MS) if (isOpenAt(windows, ms)) return true;
  return false;
}

/** Whether it was open during a whole time. */
export function wasOpenThroughout(windows: readonly WindowSetting[], fromMs: number, toMs: number): boolean {
  if (!isOpenAt(windows, toMs)) return false;
  for (let ms = fromMs; ms < toMs; ms += MINUTE_MS) if (!isOpenAt(windows, ms)) return false;
  return true;
}

/** The longest time in which no window is open. */
export function longestClosedMs(windows: readonly WindowSetting[]): number {
  if (windows.length === 0) return 0;
  let [longest, closed] = [0, 0];
  // Two weeks, because a closed time may include the moment with which the first one begins.
  for (let minute = 0; minute < 2 * WEEK_MINUTES; minute += 1) {
    closed = isOpenAt(windows, minute * MINUTE_MS) ? 0 : closed + 1;
    longest = Math.max(longest, closed);
  }
  return longest * MINUTE_MS;
}

function isInside({ days = WEEKDAYS, from, to, zone }: WindowSetting, ms: number): boolean {
  const local = Math.floor(ms / MINUTE_MS) + ZONES[zone];
  const today = Math.floor(local / DAY_MINUTES);
  const length = lengthOf(from, to);
  // It may have begun the day before.
  return [today - 1, today].some((day) => {
    const weekday = WEEKDAYS[(day + FIRST_WEEKDAY) % 7];
    const sinceOpening = local - day * DAY_MINUTES - minutesOf(from);
    return weekday !== undefined && days.includes(weekday) && sinceOpening >= 0 && sinceOpening < length;
  });
}

function lengthOf(from: string, to: string): number {
  const length = minutesOf(to) - minutesOf(from);
  return length > 0 ? length : length + DAY_MINUTES;
}

function minutesOf(text: string): number {
  const [hours = "", minutes = ""] = text.split(":");
  return Number(hours) * 60 + Number(minutes);
}
