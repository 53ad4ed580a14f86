import { describe, expect, it } from "vitest";
import { type ErrorCode, RotationError } from "../../lambda/model/errors.ts";
import { NO_DEMANDS } from "../../lambda/model/new-secrets.ts";
import { Redacted } from "../../lambda/model/redacted.ts";
import { after as later } from "../../lambda/model/time.ts";
import type { TokenApi } from "../../lambda/ports.ts";
import {
  circuitBroken,
  LosantPause,
  rateLimited,
  type Store,
  throttleAware,
} from "../../lambda/run/guarded-ports.ts";
import type { Visit } from "../../lambda/run/observing.ts";
import { STORE_CALLS } from "../adapters/store-calls.ts";
import { VirtualClock } from "../support/clock.ts";
import { DAY, HOUR, MINUTE, START } from "../support/world.ts";

const SECOND = 1_000;
/** No other application is observed at the same time. */
const ALONE: Pick<Visit, "listing"> = { listing: (list) => list() };

describe("the bus of a run", () => {
  /** Events that are accepted where the text has a +, in turn; what the bus was asked, and what became of each. */
  async function published(fates: string, code: ErrorCode = "bus-unavailable") {
    const refused = new RotationError(code, "planted");
    let asked = 0;
    const bus = circuitBroken({
      async publish() {
        asked += 1;
        if (fates[asked - 1] !== "+") throw refused;
      },
    });
    const ends: string[] = [];
    for (const _ of fates)
      ends.push(
        await bus.publish({} as never).then(
          () => "+",
          ({ code }: RotationError) => code,
        ),
      );
    return { asked, ends };
  }

  it("is not asked again after three calls in a row without an answer, and each event fails as the last did", async () => {
    const { asked, ends } = await published("---++");
    expect(asked).toBe(3);
    expect(ends).toEqual(Array(5).fill("bus-unavailable"));
  });

  it.each(["bus-denied", "bus-refused"] as const)(
    "is asked again after any number of %s, which may be about one kind of event",
    async (code) => {
      const { asked, ends } = await published("-----+", code);
      expect(asked).toBe(6);
      expect(ends).toEqual([...Array(5).fill(code), "+"]);
    },
  );

  it("is asked again and again where it takes one now and then", async () => {
    const { asked, ends } = await published("--+--+--+");
    expect(asked).toBe(9);
    expect(ends.filter((end) => end === "+")).toHaveLength(3);
  });
});

describe("a call that Losant throttles", () => {
  const throttled = (retryAfterMs?: number) =>
    new RotationError("losant-throttled", "planted", { ...(retryAfterMs && { retryAfterMs }) });

  function bench(budgetMs = HOUR) {
    const clock = new VirtualClock(START);
    const calls: number[] = [];
    const until = later(START, budgetMs);
    const pause = new LosantPause(clock);
    // A throttled call lets the others go first, by about a millisecond.
    const secondsIn = () => Math.floor((clock.now().getTime() - START.getTime()) / 100) / 10;
    const call = (fate: (nth: number) => RotationError | undefined) => async () => {
      calls.push(secondsIn());
      const error = fate(calls.length);
      if (error !== undefined) throw error;
      return "answered";
    };
    return { clock, pause, until, calls, call, secondsIn };
  }

  it("is made as long as there is time, after pauses that double up to a quarter of a minute", async () => {
    const { clock, pause, until, calls, call } = bench();
    const failing = clock.run(
      pause.outlasting(
        until,
        call(() => throttled()),
      ),
    );
    await expect(failing).rejects.toMatchObject({ code: "losant-throttled" });
    const seconds = calls.map(Math.floor);
    expect(seconds.slice(0, 8)).toEqual([0, 1, 3, 7, 15, 30, 45, 60]);
    // The next one would come too late.
    expect((seconds.at(-1) ?? 0) * SECOND + 16 * SECOND).toBeGreaterThan(until.getTime() - START.getTime());
  });

  it("lets those try first that were throttled less often", async () => {
    const { clock, pause, until } = bench();
    const answered: string[] = [];
    const never = pause.outlasting(until, () => Promise.reject(throttled())).catch(() => {});
    const others = ["one", "two"].map(async (name) => {
      await clock.sleep(10 * SECOND);
      await pause.outlasting(until, async () => void answered.push(name));
    });
    await clock.run(Promise.all(others));
    expect(answered).toEqual(["one", "two"]);
    await clock.run(never);
  });

  it.each([
    ["waits for as long as Losant says", 5 * SECOND, 5],
    ["waits for a minute at most, whatever Losant says", DAY, 60],
  ])("%s", async (_, retryAfterMs, secondAt) => {
    const { clock, pause, until, calls, call } = bench();
    const fate = (nth: number) => (nth === 1 ? throttled(retryAfterMs) : undefined);
    await expect(clock.run(pause.outlasting(until, call(fate)))).resolves.toBe("answered");
    expect(calls).toEqual([0, secondAt]);
  });

  it("begins with the shortest pause again once a call was answered", async () => {
    const { clock, pause, until, calls, call } = bench();
    const fate = (nth: number) => (nth === 3 || nth === 5 ? undefined : throttled());
    await clock.run(pause.outlasting(until, call(fate)));
    await clock.run(pause.outlasting(until, call(fate)));
    expect(calls).toEqual([0, 1, 3, 3, 4]);
  });

  it("is given up at once where the pause would be longer than there is time", async () => {
    const { clock, pause, until, calls, call, secondsIn } = bench(5 * SECOND);
    const fate = () => throttled(5 * SECOND);
    await expect(clock.run(pause.outlasting(until, call(fate)))).rejects.toThrow("planted");
    expect([calls, secondsIn()]).toEqual([[0], 0]);
  });

  it("is not repeated where something else is wrong", async () => {
    const { clock, pause, until, calls, call } = bench();
    const fate = () => new RotationError("losant-unavailable", "planted");
    await expect(clock.run(pause.outlasting(until, call(fate)))).rejects.toThrow("planted");
    expect(calls).toEqual([0]);
  });

  it("makes the calls that come later wait for the end of its pause", async () => {
    const { clock, pause, until, call, secondsIn } = bench();
    const begun: number[] = [];
    const first = pause.outlasting(
      until,
      call((nth) => (nth === 1 ? throttled(10 * SECOND) : undefined)),
    );
    const second = clock
      .sleep(SECOND)
      .then(() => pause.outlasting(until, async () => void begun.push(secondsIn())));
    await clock.run(Promise.all([first, second]));
    expect(begun).toEqual([10]);
  });

  it("lets a single call try after a pause, and then all that wait", async () => {
    const { clock, pause, until, secondsIn } = bench();
    const starts: number[] = [];
    const isThrottledAt = (second: number) => second < 1;
    const all = Array.from({ length: 4 }, () =>
      pause.outlasting(until, async () => {
        const at = secondsIn();
        starts.push(at);
        await clock.sleep(SECOND / 2);
        if (isThrottledAt(at)) throw throttled();
      }),
    );
    await clock.run(Promise.all(all));
    expect(starts).toEqual([0, 0, 0, 0, 1.5, 2, 2, 2]);
  });

  describe("of a run", () => {
    const DEADLINES = {
      observeBy: later(START, MINUTE / 2),
      issueBy: later(START, MINUTE),
      endBy: later(START, 2 * MINUTE),
    };

    it.each<[keyof TokenApi, number]>([
      ["list", 30],
      ["create", 60],
      ["get", 120],
      ["deactivate", 120],
      ["delete", 120],
    ])("is waited with until its time is over: %s for %i s", async (name, most) => {
      for (const [retryAfterMs, isRepeated] of [
        [(most - 1) * SECOND, true],
        [most * SECOND, false],
      ] as const) {
        const clock = new VirtualClock(START);
        // A pause of more than a minute consists of two parts.
        const pauses = retryAfterMs > MINUTE ? [MINUTE, retryAfterMs - MINUTE] : [retryAfterMs];
        let calls = 0;
        const call = async () => {
          const retryAfter = pauses[calls];
          calls += 1;
          if (retryAfter !== undefined) throw throttled(retryAfter);
        };
        const api = { [name]: call } as Partial<TokenApi> as TokenApi;
        const aware = throttleAware(api, new LosantPause(clock), clock, DEADLINES, ALONE);
        const made = (aware[name] as (arg: unknown) => Promise<unknown>)("x");
        const end = await clock.run(made.then(() => true)).catch(() => false);
        expect([end, calls]).toEqual([isRepeated, pauses.length + (isRepeated ? 1 : 0)]);
      }
    });

    it.each([0, 1])(
      "creates no token if the process was stopped until its time was over, while it waited for attempt %i",
      async (throttledAttempts) => {
        const clock = new VirtualClock(START);
        let creates = 0;
        const api = {
          list: async () => {
            throw throttled(SECOND);
          },
          create: async () => {
            creates += 1;
            throw throttled(SECOND);
          },
        } as Partial<TokenApi> as TokenApi;
        const stopping: Pick<VirtualClock, "now" | "sleep"> = {
          now: () => clock.now(),
          sleep: (ms) => clock.sleep(ms + 2 * HOUR),
        };
        const pause = new LosantPause(stopping);
        const aware = throttleAware(api, pause, stopping, DEADLINES, ALONE);
        if (throttledAttempts === 0) await pause.outlasting(START, api.list).catch(() => {});
        const made = aware.create({} as never);
        await expect(clock.run(made)).rejects.toMatchObject({ code: "losant-throttled", effect: "none" });
        expect(creates).toBe(throttledAttempts);
      },
    );

    it("keeps a new string waiting for thirty seconds, two of the windows that Losant publishes, at most, and its probe is never repeated", async () => {
      const clock = new VirtualClock(START);
      const pause = new LosantPause(clock);
      let probedAt = 0;
      const api = {
        list: async () => {
          throw throttled(MINUTE);
        },
        probe: async () => {
          probedAt = clock.now().getTime() - START.getTime();
          return "unclear";
        },
      } as Partial<TokenApi> as TokenApi;
      const aware = throttleAware(api, pause, clock, DEADLINES, ALONE);
      await aware.list().catch(() => {});
      expect(await clock.run(aware.probe("x" as never, []))).toBe("unclear");
      expect(probedAt).toBe(30 * SECOND);
    });
  });
});

describe("the pace, where a write is throttled", () => {
  /** When this many writes start, one after the other, if these are throttled. */
  async function starts(
    count: number,
    isThrottled: (index: number) => boolean,
    code: "store-throttled" | "store-denied",
  ) {
    const clock = new VirtualClock(START);
    const at: number[] = [];
    const store = {
      create: async () => {
        at.push(clock.now().getTime() - START.getTime());
        if (isThrottled(at.length - 1)) throw new RotationError(code, "planted");
      },
    } as Partial<Store> as Store;
    const paced = rateLimited(store, clock, 10, (read) => read());
    for (let index = 0; index < count; index += 1)
      await clock.run(paced.create("x" as never, "", NO_DEMANDS).catch(() => {}));
    return at;
  }
  const gaps = (at: readonly number[]) => at.slice(1).map((one, index) => Math.round(one - (at[index] ?? 0)));

  it("lets three start at once, and then one in each turn", async () => {
    expect(gaps(await starts(6, () => false, "store-denied"))).toEqual([0, 0, 100, 100, 100]);
  });

  it("keeps its turns where a write fails otherwise, and widens them where it is throttled", async () => {
    expect(gaps(await starts(6, () => true, "store-denied"))).toEqual([0, 0, 100, 100, 100]);
    const [, , , widened = 0] = gaps(await starts(6, (index) => index === 2, "store-throttled"));
    expect(widened).toBeGreaterThan(130);
    expect(widened).toBeLessThanOrEqual(155);
  });
});

describe("the reads of the store", () => {
  const calls = Object.entries(STORE_CALLS);

  it.each(calls)("are made in turn, and no writes: %s", async (_, { isWrite, call }) => {
    let turns = 0;
    const store = Object.fromEntries(calls.map(([each]) => [each, async () => {}])) as unknown as Store;
    const guarded = rateLimited(store, new VirtualClock(START), 10, (read) => {
      turns += 1;
      return read();
    });
    await call(guarded, new Redacted("a string"));
    expect(turns).toBe(isWrite ? 0 : 1);
  });
});
