import { describe, expect, it } from "vitest";
import { applicationIdOf } from "../../bench/ground.ts";
import { CHARACTERS_LIKE_A_TOKEN, LONG_LISTINGS, SHORT_LISTING } from "../../lambda/limits.ts";
import { RotationError } from "../../lambda/model/errors.ts";
import { after as later } from "../../lambda/model/time.ts";
import { answering, LosantPause } from "../../lambda/run/guarded-ports.ts";
import { ListingSpace } from "../../lambda/run/listing-space.ts";
import { VirtualClock } from "../support/clock.ts";
import { DAY, MINUTE, START, World } from "../support/world.ts";

const MOST = 100;
const SHORT = 10;

/** This many tokens with short texts. */
const of = (tokens: number) => ({ tokens, characters: 0 });

/** The result once nothing else is in progress; "waits" if there is none. */
async function soon(answer: Promise<boolean>): Promise<boolean | "waits"> {
  const rest = new Promise<"waits">((resolve) => setImmediate(() => resolve("waits")));
  return Promise.race([answer, rest]);
}

describe("the room for the listings of a run", () => {
  it("is there for a short listing in any case", async () => {
    const space = new ListingSpace(MOST, SHORT);
    await space.enter().hold(of(11), undefined);
    expect(await soon(space.enter().hold(of(SHORT), 1_000_000))).toBe(true);
  });

  it("is enough for several long lists at once if together they aren't too long", async () => {
    const space = new ListingSpace(MOST, SHORT);
    expect(await soon(space.enter().hold(of(20), 40))).toBe(true);
    expect(await soon(space.enter().hold(of(20), 40))).toBe(true);
    expect(await soon(space.enter().hold(of(20), 40))).toBe("waits");
  });

  it("comes free when an application is planned, for who has waited longest", async () => {
    const space = new ListingSpace(MOST, SHORT);
    const [first, second, third] = [space.enter(), space.enter(), space.enter()];
    await first.hold(of(20), 80);
    const [long, lessLong] = [second.hold(of(20), 80), third.hold(of(20), 30)];
    first.leave();
    expect(await soon(long)).toBe(true);
    expect(await soon(lessLong)).toBe("waits");
    second.leave();
    expect(await soon(lessLong)).toBe(true);
  });

  it("is not taken twice by a listing that begins once more", async () => {
    const space = new ListingSpace(MOST, SHORT);
    const room = space.enter();
    await room.hold(of(40), 80);
    expect(await soon(room.hold(of(20), 80))).toBe(true);
    expect(await soon(room.hold(of(40), 80))).toBe(true);
    room.leave();
    expect(await soon(space.enter().hold(of(11), undefined))).toBe(true);
  });

  it("refuses more room to a list that is longer than it said if another one waits", async () => {
    const space = new ListingSpace(MOST, SHORT);
    const [longer, waiting] = [space.enter(), space.enter()];
    await longer.hold(of(20), 20);
    expect(await soon(longer.hold(of(60), 20))).toBe(true);
    const turn = waiting.hold(of(20), 80);
    expect(await soon(longer.hold(of(70), 20))).toBe(false);
    longer.leave();
    expect(await soon(turn)).toBe(true);
    expect(await soon(waiting.hold(of(80), 80))).toBe(true);
  });

  it("refuses more room to a list that is longer than it said if nothing is left", async () => {
    const space = new ListingSpace(MOST, SHORT);
    const [longer, honest] = [space.enter(), space.enter()];
    await longer.hold(of(20), 20);
    await honest.hold(of(20), 40);
    expect(await soon(longer.hold(of(60), 20))).toBe(false);
    expect(await soon(honest.hold(of(40), 40))).toBe(true);
    honest.leave();
    expect(await soon(longer.hold(of(60), 20))).toBe(true);
  });

  it("goes to one alone for as long as it may be, and a long text counts", async () => {
    const space = new ListingSpace(MOST, SHORT);
    const room = space.enter();
    expect(await soon(room.hold({ tokens: 1, characters: 50 * CHARACTERS_LIKE_A_TOKEN }, 2))).toBe(true);
    expect(await soon(room.hold(of(10 * MOST), 2))).toBe(true);
    expect(await soon(space.enter().hold(of(11), 11))).toBe("waits");
  });
});

describe("a listing that waits for room", () => {
  it("holds up no call of others, also where it is the one that tries after a pause", async () => {
    const clock = new VirtualClock(START);
    const pause = new LosantPause(clock);
    const space = new ListingSpace(MOST, SHORT);
    const other = space.enter();
    await other.hold(of(11), undefined);
    const room = answering(space.enter(), pause);
    const end = later(START, 15 * MINUTE);
    let isFirst = true;
    const list = async () => {
      if (!isFirst) return room.hold(of(11), undefined);
      isFirst = false;
      throw new RotationError("losant-throttled", "planted");
    };
    const planOther = async () => {
      await clock.sleep(MINUTE);
      await pause.outlasting(end, async () => {});
      other.leave();
    };
    const both = await clock.run(Promise.all([pause.outlasting(end, list), planOther()]));
    expect(both).toEqual([true, undefined]);
  });
});

describe("a run over applications whose listings don't end", () => {
  const EACH_KIND = 5;
  const IDS = Array.from({ length: 2 * EACH_KIND }, (_, number) => applicationIdOf(number));
  const isEndless = (id: string) => IDS.indexOf(id) % 2 === 0;

  it("holds one of them at a time, and works on all others meanwhile", async () => {
    const world = new World({ applications: IDS });
    for (const id of IDS) world.token("backend", { age: 350 * DAY, lifetime: 365 * DAY }, id);
    const held = new Set<string>();
    let most = 0;
    const { report } = await world.run(
      {},
      {
        intercept: () => ({ latencyMs: 10 }),
        whileListing: async (id, room) => {
          if (!isEndless(id)) {
            expect(await soon(room.hold(of(SHORT_LISTING), SHORT_LISTING))).toBe(true);
            return;
          }
          await room.hold(of(SHORT_LISTING + 1), undefined);
          held.add(id);
          most = Math.max(most, held.size);
          await world.clock.sleep(1_000);
          await room.hold(of(2 * LONG_LISTINGS), undefined);
          held.delete(id);
          throw new RotationError("losant-answer-invalid", "planted");
        },
      },
    );
    expect(most).toBe(1);
    expect(report.summary).toMatchObject({ rotated: EACH_KIND, failed: EACH_KIND });
  });

  it("holds a long one until its application is planned", async () => {
    const world = new World({ applications: IDS });
    for (const id of IDS) world.token("backend", { age: 350 * DAY, lifetime: 365 * DAY }, id);
    const listed: string[] = [];
    const described: string[] = [];
    await world.run(
      { dryRun: true },
      {
        intercept: ({ operation, subject }) => {
          if (operation === "describe") described.push(subject);
          return { latencyMs: 10 };
        },
        whileListing: async (id, room) => {
          await room.hold(of(SHORT_LISTING + 1), undefined);
          expect(described).toEqual(listed.map((earlier) => world.secretOf("backend", earlier)));
          listed.push(id);
        },
      },
    );
    expect(listed.toSorted()).toEqual(IDS.toSorted());
  });
});
