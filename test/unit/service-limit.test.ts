import { describe, expect, it } from "vitest";
import { CALLS_AT_FIRST } from "../../lambda/limits.ts";
import { type ErrorCode, RotationError } from "../../lambda/model/errors.ts";
import { after as later } from "../../lambda/model/time.ts";
import { ServiceLimit } from "../../lambda/run/service-limit.ts";
import { VirtualClock } from "../support/clock.ts";
import { HOUR, START } from "../support/world.ts";

const ANSWER_MS = 80;
const MOST = 50;

/** A service, and its reads through a limit. */
function bench(budgetMs = HOUR) {
  const clock = new VirtualClock(START);
  const limit = new ServiceLimit(clock, MOST, later(START, budgetMs));
  const sent: { readonly ms: number; readonly atOnce: number }[] = [];
  let atOnce = 0;
  const msIn = () => clock.now().getTime() - START.getTime();
  const read = (fateOf: (atOnce: number, ms: number) => number | ErrorCode = () => ANSWER_MS) =>
    limit.inTurn(async () => {
      atOnce += 1;
      sent.push({ ms: msIn(), atOnce });
      const fate = fateOf(atOnce, msIn());
      await clock.sleep(typeof fate === "number" ? fate : ANSWER_MS);
      atOnce -= 1;
      if (typeof fate !== "number") throw new RotationError(fate, "planted");
    });
  const reads = (count: number, fateOf?: Parameters<typeof read>[0]) =>
    clock.run(Promise.allSettled(Array.from({ length: count }, () => read(fateOf))));
  const mostIn = (from = 0, to = Number.POSITIVE_INFINITY) =>
    Math.max(...sent.flatMap((one) => (one.ms >= from && one.ms < to ? [one.atOnce] : [])));
  return { clock, limit, sent, msIn, read, reads, mostIn };
}

describe("the reads of a service", () => {
  it("are sent at once, as many as one application alone has", async () => {
    const { reads, msIn } = bench();
    await reads(CALLS_AT_FIRST);
    expect(msIn()).toBe(ANSWER_MS);
  });

  it("are more and more at once while it is quick, and never more than the most", async () => {
    const { reads, mostIn, msIn } = bench();
    await reads(5_000);
    expect(mostIn(0, ANSWER_MS)).toBe(CALLS_AT_FIRST);
    expect(mostIn()).toBe(MOST);
    expect(msIn()).toBeLessThan(1.15 * (5_000 / MOST) * ANSWER_MS);
  });

  it("are about as many at once as it answers without getting slower", async () => {
    const capacity = 25;
    const { reads, mostIn, msIn } = bench();
    await reads(5_000, (atOnce) => ANSWER_MS * Math.max(1, atOnce / capacity));
    expect(mostIn()).toBeGreaterThan(capacity);
    expect(mostIn()).toBeLessThan(2 * capacity);
    expect(msIn()).toBeLessThan(1.1 * (5_000 / capacity) * ANSWER_MS);
  });

  it("become fewer where it gets slow, though not fewer than at first, and more when it recovers", async () => {
    const { reads, mostIn, msIn } = bench();
    await reads(6_000, (_, ms) => (ms > 4_000 && ms < 20_000 ? 500 : ANSWER_MS));
    expect(mostIn(3_500, 4_000)).toBe(MOST);
    // Slowness that lasts has another cause, see AdaptiveLimit.
    expect(mostIn(8_000, 10_000)).toBe(CALLS_AT_FIRST);
    expect(msIn()).toBeGreaterThan(21_000);
    expect(mostIn(20_000)).toBeGreaterThan(2 * CALLS_AT_FIRST);
  });

  it.each<ErrorCode>([
    "losant-throttled",
    "losant-unavailable",
    "losant-unreachable",
    "store-throttled",
    "store-unavailable",
    "store-unreachable",
  ])("are half as many after %s, one at the least, and more when answers come again", async (code) => {
    const { reads, mostIn } = bench();
    await reads(800, (_, ms) => (ms < 900 ? code : ANSWER_MS));
    expect(mostIn(ANSWER_MS, 2 * ANSWER_MS)).toBe(CALLS_AT_FIRST / 2);
    expect(mostIn(500, 900)).toBe(1);
    expect(mostIn(5_000)).toBeGreaterThan(5);
  });

  it("are no fewer after a refusal that is about one of them", async () => {
    const { reads, mostIn } = bench();
    await reads(200, () => "store-denied");
    expect(mostIn(3 * ANSWER_MS)).toBe(CALLS_AT_FIRST);
  });

  it("are sent in the order in which they came", async () => {
    const { clock, limit } = bench();
    const order: number[] = [];
    const one = (number: number) =>
      limit.inTurn(async () => {
        order.push(number);
        await clock.sleep(number % 2 === 0 ? ANSWER_MS : 1);
      });
    await clock.run(Promise.all(Array.from({ length: 100 }, (_, number) => one(number))));
    expect(order).toEqual(Array.from({ length: 100 }, (_, number) => number));
  });

  it("don't wait for a dead service to the end of the run", async () => {
    const { reads, msIn, sent } = bench(1_000);
    const ends = await reads(200, () => 600);
    expect(msIn()).toBe(1_200);
    const failures = ends.flatMap((end) => (end.status === "rejected" ? [end.reason.code] : []));
    expect(failures).toEqual(Array(200 - sent.length).fill("out-of-time"));
    expect(sent.every(({ ms }) => ms < 1_000)).toBe(true);
  });

  it("are sent at the end of the run too, where they need not wait", async () => {
    const { clock, reads } = bench(1_000);
    clock.advance(2_000);
    const ends = await reads(CALLS_AT_FIRST + 1);
    expect(ends.filter(({ status }) => status === "fulfilled")).toHaveLength(CALLS_AT_FIRST);
  });
});
