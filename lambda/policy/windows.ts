import * as v from "valibot";
import { remembered } from "../model/remembered.ts";

const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;
const DAY_NAMES: readonly string[] = DAYS;
const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;
const WEEK_MINUTES = 7 * DAY_MINUTES;

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;
const time = v.pipe(v.string("must be a time"), v.regex(TIME, "must be a time such as 08:00"));
const endTime = v.pipe(
  v.string("must be a time"),
  v.regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, "must be a time such as 16:00, or 24:00"),
);

/** Whether the time zone database of this Node has it, as that of Lambda's does: both have all zones. */
function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
}

const WindowSchema = v.strictObject({
  days: v.optional(
    v.pipe(
      v.array(v.picklist(DAYS, "must be mon, tue, wed, thu, fri, sat or sun"), "must be a list of days"),
      v.minLength(1, "must contain at least one day"),
    ),
  ),
  from: time,
  to: endTime,
  zone: v.pipe(v.string("must be a time zone"), v.check(isZone, "must be a time zone such as Europe/Berlin")),
});

export const WindowsSchema = v.pipe(
  v.array(WindowSchema, "must be a list of maintenance windows"),
  v.maxLength(20, "must contain at most 20 windows"),
);

/** When tokens may be issued and retired. It begins on each of its days, and may end on the day after. */
export interface MaintenanceWindow {
  /** 0 is Sunday. */
  readonly days: ReadonlySet<number>;
  /** Minutes after midnight, by the clocks of the zone. */
  readonly from: number;
  /** If it isn't later than `from`, on the next day. */
  readonly to: number;
  readonly zone: string;
}

export type MaintenanceWindows = readonly MaintenanceWindow[];

/** One list for each list of the configuration, because answers are remembered for each. */
export const resolveWindows = remembered(
  (windows: v.InferOutput<typeof WindowsSchema>): MaintenanceWindows =>
    windows.map(({ days = DAYS, from, to, zone }) => ({
      days: new Set(days.map((day) => DAYS.indexOf(day))),
      from: minutesIn(from),
      to: minutesIn(to),
      zone,
    })),
);

function minutesIn(text: string): number {
  const [hours, minutes] = text.split(":");
  return Number(hours) * 60 + Number(minutes);
}

/** Without windows, always. */
export function isOpen(windows: MaintenanceWindows, at: Date): boolean {
  return windows.length === 0 || windows.some((window) => isInside(window, at));
}

/**
 * By the clocks of the zone. So an hour that clocks show twice is inside both times, and a window that lies in an hour that they skip
 * doesn't open on that day.
 */
function isInside({ days, from, to, zone }: MaintenanceWindow, at: Date): boolean {
  const { day, minute } = wallTime(zone, at);
  if (to > from) return days.has(day) && minute >= from && minute < to;
  return (days.has(day) && minute >= from) || (days.has((day + 6) % 7) && minute < to);
}

interface WallTime {
  readonly day: number;
  readonly minute: number;
}

class ZoneClock {
  readonly #format: Intl.DateTimeFormat;
  /** Of the minute that was asked about last: a run asks about one moment for each of its tokens. */
  #known: { readonly minuteMs: number; readonly time: WallTime } | undefined;

  constructor(zone: string) {
    this.#format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
  }

  at(at: Date): WallTime {
    const minuteMs = Math.floor(at.getTime() / MINUTE_MS);
    if (this.#known?.minuteMs !== minuteMs) this.#known = { minuteMs, time: this.#read(at) };
    return this.#known.time;
  }

  #read(at: Date): WallTime {
    const parts = new Map(this.#format.formatToParts(at).map(({ type, value }) => [type, value]));
    const day = DAY_NAMES.indexOf(parts.get("weekday")?.toLowerCase() ?? "");
    return { day, minute: Number(parts.get("hour")) * 60 + Number(parts.get("minute")) };
  }
}

const clocks = new Map<string, ZoneClock>();

function wallTime(zone: string, at: Date): WallTime {
  const clock = clocks.get(zone) ?? new ZoneClock(zone);
  clocks.set(zone, clock);
  return clock.at(at);
}

/** The time in which the next opening can't be missed: no window is shorter, see `windowFlaws`. */
const STEP_MINUTES = 15;
const MOST_STEPS = (15 * DAY_MINUTES) / STEP_MINUTES;

/** The opening that ends a closed time, for the last closed time that was asked about. */
const lastOpening = remembered((_: MaintenanceWindows) => ({ fromMs: 0, toMs: 0 }));

/** The first moment from `at` on at which one is open: `at` itself, if one is. */
export function nextOpening(windows: MaintenanceWindows, at: Date): Date {
  if (isOpen(windows, at)) return at;
  const known = lastOpening(windows);
  if (at.getTime() < known.fromMs || at.getTime() >= known.toMs) {
    known.fromMs = at.getTime();
    known.toMs = openingAfter(windows, at);
  }
  return new Date(known.toMs);
}

function openingAfter(windows: MaintenanceWindows, at: Date): number {
  const first = Math.floor(at.getTime() / MINUTE_MS);
  const isOpenAt = (minute: number) => isOpen(windows, new Date(minute * MINUTE_MS));
  let step = 1;
  while (step < MOST_STEPS && !isOpenAt(first + step * STEP_MINUTES)) step += 1;
  let [closed, open] = [first + (step - 1) * STEP_MINUTES, first + step * STEP_MINUTES];
  while (open - closed > 1) {
    const middle = Math.floor((open + closed) / 2);
    if (isOpenAt(middle)) open = middle;
    else closed = middle;
  }
  return open * MINUTE_MS;
}

/** How late the schedule may start a run, and so by how much two starts can be further apart than the interval. */
export function latenessMs(intervalMs: number): number {
  return intervalMs / 12;
}

interface Timing {
  readonly intervalMs: number;
  readonly renewBeforeMs: number;
  readonly lifetimeMs: number | "same";
}

/**
 * Why runs may miss these windows until a token is about to expire. Two runs may start `apart` from each other: an interval and its
 * lateness. So each opening must be at least as long, or no run may start in it. A token may become due right after the last run
 * inside, which was at most `apart` before the end of an opening, and the first run of the next opening is at most `apart` after its
 * beginning. That must be over two intervals before the expiry, when the worker stops waiting.
 */
export function windowFlaws(windows: MaintenanceWindows, timing: Timing): readonly string[] {
  if (windows.length === 0) return [];
  const { intervalMs, renewBeforeMs, lifetimeMs } = timing;
  const { shortest, longestGap } = openings(windows);
  const apart = (intervalMs + latenessMs(intervalMs)) / MINUTE_MS;
  if (shortest < apart)
    return [
      `windows: one is open for ${hours(shortest)} at a time, but runs may start ${hours(apart)} apart and miss it: make it longer, or \`schedule\` shorter`,
    ];
  const renewalMs = lifetimeMs === "same" ? renewBeforeMs : Math.min(renewBeforeMs, lifetimeMs / 3);
  const patience = (renewalMs - 2 * intervalMs) / MINUTE_MS;
  const wait = longestGap + 2 * apart;
  if (longestGap === 0 || wait < patience) return [];
  return [
    `windows: a due token may have to wait for ${hours(wait)}, but it can wait only for ${hours(Math.max(0, patience))}: \`renewBefore\` (at most a third of the lifetime) minus two schedule intervals`,
  ];
}

function hours(minutes: number): string {
  const whole = Math.floor(minutes);
  return whole % 60 === 0 ? `${whole / 60}h` : `${Math.floor(whole / 60)}h ${whole % 60}m`;
}

/** A moment of each month, so that each season of each zone is among them. */
const MONTHS = Array.from({ length: 12 }, (_, month) => new Date(Date.UTC(2026, month, 15)));

/**
 * The shortest opening and the longest time without one, in minutes. When clocks are set, an opening can be shorter and a gap longer,
 * by as much as they are set at most.
 */
const openings = remembered((windows: MaintenanceWindows) => {
  const zones = [...new Set(windows.map(({ zone }) => zone))];
  const seasons = MONTHS.map((month) => new Map(zones.map((zone) => [zone, offsetMinutes(zone, month)])));
  const set = Math.max(
    ...zones.map((zone) => {
      const offsets = seasons.map((season) => season.get(zone) ?? 0);
      return Math.max(...offsets) - Math.min(...offsets);
    }),
  );
  const distinct = new Map(seasons.map((season) => [[...season.values()].join(" "), season])).values();
  const found = [...distinct].map((season) => openingsOf(windows, season));
  const shortest = Math.min(...found.map((one) => one.shortest));
  const longestGap = Math.max(...found.map((one) => one.longestGap));
  // Where one is always open, nothing changes when clocks are set.
  return longestGap === 0
    ? { shortest, longestGap }
    : { shortest: shortest - set, longestGap: longestGap + set };
});

/** How far the clocks of a zone are ahead of UTC. */
function offsetMinutes(zone: string, at: Date): number {
  const { day, minute } = wallTime(zone, at);
  const utc = at.getUTCDay() * DAY_MINUTES + at.getUTCHours() * 60 + at.getUTCMinutes();
  const ahead = (day * DAY_MINUTES + minute - utc + WEEK_MINUTES) % WEEK_MINUTES;
  return ahead > WEEK_MINUTES / 2 ? ahead - WEEK_MINUTES : ahead;
}

function openingsOf(windows: MaintenanceWindows, offsets: ReadonlyMap<string, number>) {
  const week = new Uint8Array(WEEK_MINUTES);
  for (const { days, from, to, zone } of windows)
    for (const day of days) {
      const length = to > from ? to - from : to + DAY_MINUTES - from;
      const start = day * DAY_MINUTES + from - (offsets.get(zone) ?? 0) + WEEK_MINUTES;
      for (let minute = 0; minute < length; minute += 1) week[(start + minute) % WEEK_MINUTES] = 1;
    }
  // A week has no beginning, so it is looked through from where an opening ends.
  const end = week.findIndex((open, minute) => open === 0 && week[(minute || WEEK_MINUTES) - 1] === 1);
  if (end === -1) return { shortest: WEEK_MINUTES, longestGap: 0 };
  let [shortest, longestGap, length] = [WEEK_MINUTES, 0, 0];
  for (let step = 0; step < WEEK_MINUTES; step += 1) {
    const [open, next] = [week[(end + step) % WEEK_MINUTES], week[(end + step + 1) % WEEK_MINUTES]];
    length += 1;
    if (open === next) continue;
    if (open === 1) shortest = Math.min(shortest, length);
    else longestGap = Math.max(longestGap, length);
    length = 0;
  }
  return { shortest, longestGap };
}
