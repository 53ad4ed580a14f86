import { describe, expect, it } from "vitest";
import { MOST_OBSERVED_AT_ONCE, OBSERVED_AT_FIRST } from "../../lambda/limits.ts";
import { RotationError } from "../../lambda/model/errors.ts";
import { Observing, type Visit } from "../../lambda/run/observing.ts";
import { VirtualClock } from "../support/clock.ts";
import { MINUTE, START } from "../support/world.ts";

const ANSWER_MS = 80;

/** Losant, and a run that visits numbered applications. */
function bench() {
  const clock = new VirtualClock(START);
  const observing = new Observing(clock);
  const begun: number[] = [];
  const most = { asked: 0, begun: 0 };
  let [asked, inside] = [0, 0];
  const msIn = () => clock.now().getTime() - START.getTime();
  /** An answer. `takes` decides how long it takes for this many at once. */
  const answer = async (takes: (atOnce: number) => number) => {
    asked += 1;
    most.asked = Math.max(most.asked, asked);
    try {
      await clock.sleep(takes(asked));
    } finally {
      asked -= 1;
    }
  };
  const all = (count: number, look: (visit: Visit, number: number) => Promise<void>) =>
    clock.run(
      Promise.all(
        Array.from({ length: count }, (_, number) =>
          observing.visit(async (visit) => {
            begun.push(number);
            inside += 1;
            most.begun = Math.max(most.begun, inside);
            await look(visit, number);
            inside -= 1;
          }),
        ),
      ),
    );
  return { clock, observing, begun, most, msIn, answer, all };
}

describe("the applications of a run", () => {
  it("begin in their order, a few at first", async () => {
    const { all, answer, begun, most } = bench();
    await all(10, (visit) => visit.listing(() => answer(() => ANSWER_MS)));
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(most.asked).toBe(OBSERVED_AT_FIRST);
  });

  it("are looked at without a delay, where there are few", async () => {
    const { all, answer, msIn } = bench();
    await all(OBSERVED_AT_FIRST, (visit) => visit.listing(() => answer(() => ANSWER_MS)));
    expect(msIn()).toBe(ANSWER_MS);
  });

  it("are more and more at once while Losant is quick, and never more than the most", async () => {
    const { all, answer, most, msIn } = bench();
    await all(5_000, (visit) => visit.listing(() => answer(() => ANSWER_MS)));
    expect(most.asked).toBe(MOST_OBSERVED_AT_ONCE);
    expect(msIn()).toBeLessThan(10_000);
  });

  it("are about as many at once as Losant answers without getting slower", async () => {
    const capacity = 20;
    const { all, answer, most, msIn } = bench();
    await all(5_000, (visit) =>
      visit.listing(() => answer((atOnce) => ANSWER_MS * Math.max(1, atOnce / capacity))),
    );
    expect(most.asked).toBeGreaterThan(capacity);
    expect(most.asked).toBeLessThan(2.5 * capacity);
    expect(msIn()).toBeLessThan(1.1 * (5_000 / capacity) * ANSWER_MS);
  });

  it("become fewer where Losant gets slow, though not fewer than at first, and more when it recovers", async () => {
    const { all, answer, clock, most, msIn } = bench();
    const atOnce: [number, number][] = [];
    const isSlow = () => msIn() > 2_000 && msIn() < 30_000;
    await all(3_000, (visit) =>
      visit.listing(() =>
        answer((count) => {
          atOnce.push([msIn(), count]);
          return isSlow() ? 500 : ANSWER_MS;
        }),
      ),
    );
    const mostBetween = (from: number, to: number) =>
      Math.max(...atOnce.flatMap(([ms, count]) => (ms >= from && ms < to ? [count] : [])));
    expect(mostBetween(0, 2_000)).toBeGreaterThan(15);
    expect(mostBetween(6_000, 12_000)).toBe(OBSERVED_AT_FIRST);
    expect(clock.now().getTime()).toBeGreaterThan(START.getTime() + 30_000);
    expect(most.asked).toBeGreaterThan(20);
  });

  it.each(["losant-throttled", "losant-unavailable", "losant-unreachable"] as const)(
    "are looked at one by one where nothing but %s comes, and each has its turn",
    async (code) => {
      const { all, answer, begun, clock } = bench();
      const atOnce: number[] = [];
      const ends = await clock.run(
        Promise.allSettled([
          all(50, async (visit) => {
            const list = async () => {
              await answer((count) => {
                atOnce.push(count);
                return ANSWER_MS;
              });
              throw new RotationError(code, "planted");
            };
            await visit.listing(list).catch(() => {});
          }),
        ]),
      );
      expect(ends[0]?.status).toBe("fulfilled");
      expect(begun).toHaveLength(50);
      expect(atOnce.slice(20).every((count) => count === 1)).toBe(true);
    },
  );

  it("are no fewer because one has an access token that does not work", async () => {
    const { all, answer, most } = bench();
    await all(200, async (visit, number) => {
      const list = async () => {
        await answer(() => ANSWER_MS);
        if (number % 2 === 0) throw new RotationError("access-token-rejected", "planted");
      };
      await visit.listing(list).catch(() => {});
    });
    expect(most.asked).toBeGreaterThan(10);
  });

  it("are not held up by a slow one", async () => {
    const { all, answer, msIn } = bench();
    const ends: number[] = [];
    await all(200, async (visit, number) => {
      await visit.listing(() => answer(() => (number === 0 ? MINUTE : ANSWER_MS)));
      ends.push(msIn());
    });
    expect(ends.toSorted((one, other) => one - other).at(-2)).toBeLessThan(2_500);
  });

  it("begin as soon as others are listed, though these wait for something else: as many as may be in memory", async () => {
    const { all, answer, clock, most, msIn } = bench();
    const others = clock.sleep(10_000);
    const listedAt: number[] = [];
    await all(200, async (visit) => {
      await visit.listing(() => answer(() => ANSWER_MS));
      listedAt.push(msIn());
      await others;
    });
    expect(listedAt.filter((ms) => ms < 10_000)).toHaveLength(MOST_OBSERVED_AT_ONCE);
    expect(most.begun).toBe(MOST_OBSERVED_AT_ONCE);
  });

  it("are as many whether a listing has one page or several, since only the first is timed", async () => {
    const { all, answer, most } = bench();
    await all(400, (visit, number) =>
      visit.listing(async () => {
        await answer(() => ANSWER_MS);
        visit.answered();
        if (number % 3 > 0) await answer(() => 10 * ANSWER_MS);
      }),
    );
    expect(most.asked).toBeGreaterThan(20);
  });

  it("leave their place also where they end without a listing", async () => {
    const { all, begun } = bench();
    await all(50, async () => {}).catch(() => {});
    expect(begun).toHaveLength(50);
    const { observing, clock } = bench();
    const ends = await clock.run(
      Promise.allSettled(
        Array.from({ length: 50 }, () =>
          observing.visit(async () => {
            throw new Error("planted");
          }),
        ),
      ),
    );
    expect(ends.every(({ status }) => status === "rejected")).toBe(true);
  });
});
