import { describe, expect, it } from "vitest";
import { CALLS_AT_FIRST, MOST_LOSANT_READS_AT_ONCE, MOST_OBSERVED_AT_ONCE } from "../../lambda/limits.ts";
import { RotationError } from "../../lambda/model/errors.ts";
import { after as later } from "../../lambda/model/time.ts";
import { Observing, type Visit } from "../../lambda/run/observing.ts";
import { ServiceLimit } from "../../lambda/run/service-limit.ts";
import { VirtualClock } from "../support/clock.ts";
import { HOUR, MINUTE, START } from "../support/world.ts";

const ANSWER_MS = 80;

/** Losant, and a run that visits numbered applications. */
function bench() {
  const clock = new VirtualClock(START);
  const losant = new ServiceLimit(clock, MOST_LOSANT_READS_AT_ONCE, later(START, HOUR));
  const observing = new Observing(clock, losant);
  const begun: number[] = [];
  const most = { asked: 0, begun: 0 };
  let [asked, inside] = [0, 0];
  const msIn = () => clock.now().getTime() - START.getTime();
  /** An answer. `takes` decides how long it takes for this many at once. */
  const answer = (takes: (atOnce: number) => number) =>
    losant.inTurn(async () => {
      asked += 1;
      most.asked = Math.max(most.asked, asked);
      try {
        await clock.sleep(takes(asked));
      } finally {
        asked -= 1;
      }
    });
  const all = (count: number, look: (visit: Visit, number: number) => Promise<void>) =>
    clock.run(
      observing.visitEach(
        Array.from({ length: count }, (_, number) => number),
        async (number, visit) => {
          begun.push(number);
          inside += 1;
          most.begun = Math.max(most.begun, inside);
          await look(visit, number);
          inside -= 1;
          return number;
        },
      ),
    );
  return { clock, losant, begun, most, msIn, answer, all };
}

describe("the applications of a run", () => {
  it("begin in their order, and their results stay in it", async () => {
    const { all, answer, begun, clock } = bench();
    const results = await all(200, async (visit, number) => {
      await visit.listing(() => answer(() => ANSWER_MS));
      await clock.sleep((200 - number) % 7);
    });
    const inOrder = Array.from({ length: 200 }, (_, number) => number);
    expect(begun).toEqual(inOrder);
    expect(results).toEqual(inOrder);
  });

  it("are looked at without a delay, where there are few", async () => {
    const { all, answer, msIn } = bench();
    await all(CALLS_AT_FIRST, (visit) => visit.listing(() => answer(() => ANSWER_MS)));
    expect(msIn()).toBe(ANSWER_MS);
  });

  it("are more and more at once while Losant is quick, and never more than the most", async () => {
    const { all, answer, most, msIn } = bench();
    await all(5_000, (visit) => visit.listing(() => answer(() => ANSWER_MS)));
    expect(most.asked).toBe(MOST_LOSANT_READS_AT_ONCE);
    expect(msIn()).toBeLessThan(8_500);
  });

  it.each(["losant-throttled", "losant-unavailable", "losant-unreachable"] as const)(
    "are looked at one by one where nothing but %s comes, and each has its turn",
    async (code) => {
      const { all, answer, begun } = bench();
      const atOnce: number[] = [];
      await all(100, async (visit) => {
        const list = () =>
          answer((count) => {
            atOnce.push(count);
            throw new RotationError(code, "planted");
          });
        await visit.listing(list).catch(() => {});
      });
      expect(begun).toHaveLength(100);
      expect(atOnce.slice(50).every((count) => count === 1)).toBe(true);
    },
  );

  it("are no fewer because one has an access token that does not work", async () => {
    const { all, answer, most } = bench();
    await all(400, async (visit, number) => {
      const list = async () => {
        await answer(() => ANSWER_MS);
        if (number % 2 === 0) throw new RotationError("access-token-rejected", "planted");
      };
      await visit.listing(list).catch(() => {});
    });
    expect(most.asked).toBeGreaterThan(CALLS_AT_FIRST + 5);
  });

  it("are not held up by a slow one", async () => {
    const { all, answer, msIn } = bench();
    const ends: number[] = [];
    await all(200, async (visit, number) => {
      await visit.listing(() => answer(() => (number === 0 ? MINUTE : ANSWER_MS)));
      ends.push(msIn());
    });
    expect(ends.toSorted((one, other) => one - other).at(-2)).toBeLessThan(1_200);
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

  it("begin as others are throttled for a minute, which may be due to their own limits", async () => {
    const { all, begun, clock } = bench();
    const throttled = async () => {
      throw new RotationError("losant-throttled", "planted");
    };
    const begunAfterMs: number[] = [];
    await all(CALLS_AT_FIRST + 1, async (visit, number) => {
      begunAfterMs.push(clock.now().getTime() - START.getTime());
      if (number === CALLS_AT_FIRST) return;
      await visit.listing(throttled).catch(() => {});
      await clock.sleep(MINUTE);
      await visit.listing(throttled).catch(() => {});
      await clock.sleep(HOUR);
    });
    expect(begun).toHaveLength(CALLS_AT_FIRST + 1);
    expect(begunAfterMs.at(-1)).toBe(MINUTE);
  });

  it("leave their place also where they end without a listing", async () => {
    const { all, begun } = bench();
    await all(150, async () => {});
    expect(begun).toHaveLength(150);
  });

  it("never wait for one another: those that begin read on while others want their first answer", async () => {
    const { all, answer, msIn } = bench();
    const ends: number[] = [];
    await all(1_000, async (visit, number) => {
      await visit.listing(() => answer(() => ANSWER_MS));
      await Promise.all(Array.from({ length: 5 }, () => answer(() => ANSWER_MS)));
      ends[number] = msIn();
    });
    // With the first answers of all others before it, this would be after more than a second.
    expect(ends[0]).toBeLessThanOrEqual(10 * ANSWER_MS);
    expect(ends).toHaveLength(1_000);
  });
});
