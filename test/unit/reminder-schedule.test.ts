import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  failureReminderAt,
  UNREAD_DAYS,
  unreadReminderAt,
  WARNING_DAYS,
  warningDayReached,
} from "../../lambda/policy/reminder-schedule.ts";
import { latenessMs } from "../../lambda/policy/windows.ts";
import { DAY, HOUR, MINUTE, START } from "../support/world.ts";

const INTERVAL = 6 * HOUR;
const LATE = 30 * MINUTE;
const at = (ms: number) => new Date(START.getTime() + ms);
const EXPIRY = 60 * DAY;

/** Everything told by runs that start at these times, in milliseconds after START. */
const toldBy = <T>(starts: readonly number[], tell: (now: Date) => T | undefined): readonly T[] =>
  starts.flatMap((ms) => tell(at(ms)) ?? []);

const every = (intervalMs: number, untilMs: number, fromMs = 0) =>
  Array.from(
    { length: Math.ceil((untilMs - fromMs) / intervalMs) },
    (_, index) => fromMs + index * intervalMs,
  );

describe("the warning days", () => {
  const rungAt = (ms: number, sinceAt?: Date) =>
    warningDayReached({ sinceAt, expiresAt: at(EXPIRY) }, at(ms), INTERVAL);

  it.each(WARNING_DAYS)(
    "speaks of %i days from half an hour before to an interval after, to the millisecond",
    (days) => {
      const rung = EXPIRY - days * DAY;
      expect(rungAt(rung - LATE - 1)).toBeUndefined();
      expect(rungAt(rung - LATE)).toBe(days);
      expect(rungAt(rung)).toBe(days);
      expect(rungAt(rung + INTERVAL - 1)).toBe(days);
      expect(rungAt(rung + INTERVAL)).toBeUndefined();
    },
  );

  it("says nothing of what never expires, or has expired", () => {
    expect(warningDayReached({ sinceAt: undefined, expiresAt: undefined }, at(0), INTERVAL)).toBeUndefined();
    const [expiresAt, threeDays] = [at(EXPIRY), 3 * DAY];
    expect(warningDayReached({ sinceAt: undefined, expiresAt }, at(EXPIRY - 1), threeDays)).toBe(1);
    expect(warningDayReached({ sinceAt: undefined, expiresAt }, at(EXPIRY), threeDays)).toBeUndefined();
  });

  it("says of two rungs in one long interval the lower", () => {
    const days = [5, 2, 1].map((left) =>
      warningDayReached({ sinceAt: undefined, expiresAt: at(EXPIRY) }, at(EXPIRY - left * DAY), 3 * DAY),
    );
    expect(days).toEqual([7, 3, 1]);
  });

  it("speaks in the last interval of what began within the last day, at the latest", () => {
    expect(rungAt(EXPIRY - INTERVAL - LATE - 1)).toBeUndefined();
    for (const left of [INTERVAL + LATE, INTERVAL, 1]) expect(rungAt(EXPIRY - left)).toBe(0);
    expect(rungAt(EXPIRY)).toBeUndefined();
    const since = EXPIRY - HOUR;
    expect([since - 1, since, EXPIRY - 1].map((ms) => rungAt(ms, at(since)))).toEqual([undefined, 0, 0]);
  });

  it("leaves out what was passed before it mattered, and is patient from then on", () => {
    const rung = EXPIRY - 14 * DAY;
    expect(rungAt(rung + 1, at(rung + 1))).toBeUndefined();
    expect(rungAt(rung - 1, at(rung))).toBeUndefined();
    expect(rungAt(rung, at(rung))).toBe(14);
    expect(rungAt(rung + INTERVAL + LATE - 1, at(rung))).toBe(14);
    expect(rungAt(rung + INTERVAL + LATE, at(rung))).toBeUndefined();
  });
});

describe("a successor that nobody reads", () => {
  const SINCE = 30 * DAY;
  const told = (ms: number, endsAt: Date | undefined = at(EXPIRY)) => {
    const reminder = unreadReminderAt({ sinceAt: at(SINCE), endsAt }, at(ms), INTERVAL);
    return reminder && [reminder.at.getTime() - START.getTime(), reminder.daysLeft];
  };
  const unending = (ms: number) =>
    unreadReminderAt({ sinceAt: at(SINCE), endsAt: undefined }, at(ms), INTERVAL)?.at.getTime();

  it("is told of when consumers had time enough, to the millisecond", () => {
    expect(told(SINCE - 1)).toBeUndefined();
    expect(told(SINCE)).toEqual([SINCE, undefined]);
    expect(told(SINCE + INTERVAL + LATE - 1)).toEqual([SINCE, undefined]);
    expect(told(SINCE + INTERVAL + LATE)).toBeUndefined();
  });

  it.each(UNREAD_DAYS)("is told of %i days before consumers lose the token, to the millisecond", (days) => {
    const moment = EXPIRY - days * DAY;
    expect(told(moment - LATE - 1)).toBeUndefined();
    expect(told(moment - LATE)).toEqual([moment, days]);
    expect(told(moment + INTERVAL - 1)).toEqual([moment, days]);
    expect(told(moment + INTERVAL)).toBeUndefined();
  });

  it("is told of only from then on, also if the token ends earlier than in a week", () => {
    const endsAt = at(SINCE + 2 * DAY);
    const starts = every(INTERVAL, SINCE + 2 * DAY, MINUTE);
    const days = starts.flatMap((ms) => told(ms, endsAt)?.[1] ?? []);
    expect(days).toEqual([1, 0]);
    expect(starts.filter((ms) => told(ms, endsAt) !== undefined)).toEqual([
      SINCE + MINUTE,
      SINCE + INTERVAL + MINUTE,
      SINCE + DAY + MINUTE,
      SINCE + 2 * DAY - INTERVAL + MINUTE,
    ]);
  });

  it("is told of in the last interval, to the millisecond", () => {
    const last = EXPIRY - INTERVAL;
    expect([last - LATE - 1, last - LATE, EXPIRY - 1].map((ms) => told(ms))).toEqual([
      undefined,
      [last, 0],
      [last, 0],
    ]);
    const since = EXPIRY - HOUR;
    const reminder = unreadReminderAt({ sinceAt: at(since), endsAt: at(EXPIRY) }, at(since), INTERVAL);
    expect(reminder).toEqual({ at: at(since) });
  });

  it("is told of monthly if the token never ends", () => {
    const moments = [SINCE, SINCE + 30 * DAY, SINCE + 60 * DAY];
    for (const moment of moments) {
      const begin = moment === SINCE ? moment : moment - LATE;
      expect([begin - 1, begin].map(unending)).toEqual([undefined, START.getTime() + moment]);
    }
    expect(unending(SINCE + 15 * DAY)).toBeUndefined();
  });
});

describe("a failure", () => {
  const DUE = EXPIRY - 20 * DAY;
  const told = (ms: number, expiresAt: Date | undefined = at(EXPIRY)) => {
    const moment = failureReminderAt({ sinceAt: at(DUE), expiresAt }, at(ms), INTERVAL);
    return moment && moment.getTime() - START.getTime();
  };
  const undying = (ms: number) => {
    const moment = failureReminderAt({ sinceAt: at(DUE), expiresAt: undefined }, at(ms), INTERVAL);
    return moment && moment.getTime() - START.getTime();
  };

  it("is told of in the first interval after it became due, and a run that is late still counts", () => {
    expect(told(DUE - 1)).toBeUndefined();
    expect(told(DUE)).toBe(DUE);
    expect(told(DUE + INTERVAL + 20 * MINUTE)).toBe(DUE);
    expect(told(DUE + INTERVAL + LATE - 1)).toBe(DUE);
    expect(told(DUE + INTERVAL + LATE)).toBeUndefined();
  });

  it.each([14, 7, 3, 1, 0, -30, -60])("is told of again with %i days left, to the millisecond", (days) => {
    const moment = EXPIRY - days * DAY;
    expect(told(moment - LATE - 1)).toBeUndefined();
    expect(told(moment - LATE)).toBe(moment);
    expect(told(moment + INTERVAL - 1)).toBe(moment);
    expect(told(moment + INTERVAL)).toBeUndefined();
  });

  it("is told of every thirty days, where nothing expires", () => {
    expect(undying(DUE)).toBe(DUE);
    for (const count of [1, 2, 3]) {
      const moment = DUE + count * 30 * DAY;
      expect(undying(moment - LATE - 1)).toBeUndefined();
      expect(undying(moment - LATE)).toBe(moment);
      expect(undying(moment + INTERVAL - 1)).toBe(moment);
      expect(undying(moment + INTERVAL)).toBeUndefined();
    }
  });

  it("is not told of by itself while nobody knows when it became due", () => {
    const unknown = { sinceAt: undefined, expiresAt: at(EXPIRY) };
    expect(toldBy(every(INTERVAL, EXPIRY), (now) => failureReminderAt(unknown, now, INTERVAL))).toEqual([]);
  });
});

describe("a series of runs", () => {
  const MOMENTS = [30, 14, 7, 3, 1, 0, -30].map((days) => at(EXPIRY - days * DAY));

  it("that start exactly an interval apart speaks once of a moment at which one starts", () => {
    const standing = { sinceAt: at(0), expiresAt: at(EXPIRY) };
    const starts = every(INTERVAL, EXPIRY + 31 * DAY, INTERVAL);
    // The first of them became due before this series began.
    expect(toldBy(starts, (now) => failureReminderAt(standing, now, INTERVAL)).slice(1)).toEqual(MOMENTS);
    const warned = toldBy(starts, (now) =>
      warningDayReached({ ...standing, sinceAt: undefined }, now, INTERVAL),
    );
    expect(warned).toEqual([30, 14, 7, 3, 1, 0]);
  });

  it("loses no moment, and repeats one now and then, however late each of them is", () => {
    const minutes = fc.integer({ min: 0, max: 30 });
    fc.assert(
      fc.property(
        fc.array(minutes, { minLength: 400, maxLength: 400 }),
        fc.integer({ min: 0, max: INTERVAL }),
        (delays, phase) => {
          const starts = delays.map((late, index) => phase + index * INTERVAL + late * MINUTE);
          const standing = { sinceAt: at(EXPIRY - 30 * DAY), expiresAt: at(EXPIRY) };
          const told = toldBy(starts, (now) => failureReminderAt(standing, now, INTERVAL)).map(Number);
          const warned = toldBy(starts, (now) => warningDayReached(standing, now, INTERVAL));
          expect([...new Set(told)]).toEqual(MOMENTS.map(Number));
          expect([...new Set(warned)]).toEqual([30, 14, 7, 3, 1, 0]);
          for (const moment of MOMENTS)
            expect(told.filter((one) => one === Number(moment)).length).toBeLessThanOrEqual(2);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("repeats one moment in twelve", () => {
    const phases = every(MINUTE, INTERVAL);
    const told = phases.flatMap((phase) =>
      toldBy(every(INTERVAL, EXPIRY, phase), (now) =>
        warningDayReached({ sinceAt: undefined, expiresAt: at(EXPIRY) }, now, INTERVAL),
      ),
    );
    expect(told.length / phases.length / (WARNING_DAYS.length + 1)).toBeCloseTo(
      1 + latenessMs(INTERVAL) / INTERVAL,
      3,
    );
  });
});
