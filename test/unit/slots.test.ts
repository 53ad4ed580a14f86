import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ApplicationId } from "../../lambda/model/token.ts";
import { isInPart, SLOT_MS, shardAt, shardOf, shardsIn } from "../../lambda/policy/slots.ts";

const HOUR = 3_600_000;

/** Losant's ids are those of MongoDB: four bytes of time, five of the machine, and a counter. */
const IDS: readonly ApplicationId[] = Array.from(
  { length: 100_000 },
  (_, at) =>
    `${(0x575ec868 + 37 * at).toString(16)}7ae143cd83${at.toString(16).padStart(6, "0")}` as ApplicationId,
);

const id = fc.stringMatching(/^[a-f\d]{24}$/).map((text) => text as ApplicationId);
const shards = fc.integer({ min: 2, max: 96 });

/** Shares of all numbers that have 32 bits, from which those of fewer shares follow. */
const ALL_SHARES = 2 ** 32;

/** How many of the numbers are in each share. */
function sizes(numbers: readonly number[], of: number): readonly number[] {
  const counts = new Array<number>(of).fill(0);
  for (const number of numbers) counts[number % of] = (counts[number % of] ?? 0) + 1;
  return counts;
}

/** The standard deviation of a share is the square root of its size. None of a few thousand is five of them off. */
function expectEven(counts: readonly number[]): void {
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  for (const count of counts) expect(Math.abs(count - mean)).toBeLessThan(5 * Math.sqrt(mean));
}

describe("the shards of a fleet", () => {
  const numbers = IDS.map((id) => shardOf(id, ALL_SHARES));

  it("are as many as there are quarter hours in the interval", () => {
    expect(shardsIn(HOUR / 2)).toBe(2);
    expect(shardsIn(6 * HOUR)).toBe(24);
    expect(shardsIn(24 * HOUR)).toBe(96);
  });

  it("have each application in exactly one of them, and always in the same one", () => {
    fc.assert(
      fc.property(id, shards, (id, of) => {
        const shard = shardOf(id, of);
        expect(Number.isInteger(shard) && shard >= 0 && shard < of).toBe(true);
        expect(shardOf(id, of)).toBe(shard);
        expect(shardOf(id, ALL_SHARES) % of).toBe(shard);
      }),
    );
  });

  it("are the same in every version, so that a deployment never moves an application", () => {
    const ids = ["575ec8687ae143cd83dc4a97", "575ec8687ae143cd83dc4a98"] as ApplicationId[];
    expect(ids.map((id) => shardOf(id, 24))).toEqual([8, 0]);
    expect(ids.map((id) => isInPart(id, { index: 0, of: 2 }))).toEqual([false, true]);
  });

  it("are of about the same size, however many there are", () => {
    for (let of = 2; of <= 96; of += 1) expectEven(sizes(numbers, of));
  });

  it("have 4,167 of 100,000 applications each, within five per cent, at six hours", () => {
    for (const size of sizes(numbers, 24)) expect(Math.abs(size - 4_167)).toBeLessThan(0.05 * 4_167);
  });
});

describe("the slots of an interval", () => {
  const when = fc.date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true });

  it("give each moment to exactly one shard, and each shard one slot in every interval", () => {
    fc.assert(
      fc.property(when, shards, (at, of) => {
        const slots = Array.from({ length: of }, (_, slot) =>
          shardAt(new Date(at.getTime() + slot * SLOT_MS), of),
        );
        expect(slots.toSorted((one, other) => one - other)).toEqual(slots.map((_, index) => index));
        expect(shardAt(new Date(at.getTime() + of * SLOT_MS), of)).toBe(slots[0]);
      }),
    );
  });

  it("begin at the quarter hours", () => {
    fc.assert(
      fc.property(when, shards, (at, of) => {
        const begin = new Date(Math.floor(at.getTime() / SLOT_MS) * SLOT_MS);
        expect(begin.getUTCMinutes() % 15).toBe(0);
        expect(shardAt(begin, of)).toBe(shardAt(at, of));
        expect(shardAt(new Date(begin.getTime() + SLOT_MS - 1), of)).toBe(shardAt(at, of));
        expect(shardAt(new Date(begin.getTime() + SLOT_MS), of)).toBe((shardAt(at, of) + 1) % of);
      }),
    );
  });
});

describe("the parts of a fleet", () => {
  it("have each application in exactly one of them", () => {
    fc.assert(
      fc.property(id, fc.integer({ min: 2, max: 99 }), (id, of) => {
        const parts = Array.from({ length: of }, (_, index) => isInPart(id, { index, of }));
        expect(parts.filter((isIn) => isIn)).toHaveLength(1);
      }),
    );
  });

  it.each([2, 3, 12])("divide each shard evenly, if there are %d", (of) => {
    const inPart = IDS.filter((id) => isInPart(id, { index: 0, of }));
    expectEven([inPart.length, ...Array(of - 1).fill((IDS.length - inPart.length) / (of - 1))]);
    expectEven(
      sizes(
        inPart.map((id) => shardOf(id, ALL_SHARES)),
        24,
      ),
    );
  });
});
