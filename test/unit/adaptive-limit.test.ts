import { describe, expect, it } from "vitest";
import { AdaptiveLimit } from "../../lambda/run/adaptive-limit.ts";

const [FIRST, MOST] = [5, 20];

/** A limit and its clock. */
function bench() {
  const limit = new AdaptiveLimit(FIRST, MOST);
  let nowMs = 1_000;
  /** A round of answers that take this long. */
  const round = (...tookMs: readonly number[]) => {
    const size = Math.max(10, limit.allowed);
    for (let answer = 0; answer < size; answer += 1)
      limit.answered(nowMs, nowMs + (tookMs[answer % tookMs.length] ?? 0));
    nowMs += Math.max(...tookMs);
    return limit.allowed;
  };
  const rounds = (count: number, tookMs: number) => Array.from({ length: count }, () => round(tookMs));
  const refuse = () => {
    nowMs += 80;
    limit.refused(nowMs - 80, nowMs);
    return limit.allowed;
  };
  return { limit, round, rounds, refuse };
}

describe("how much a service may be asked at once", () => {
  it("rises by one with each round that is as quick as the best, up to the most", () => {
    const { rounds } = bench();
    expect(rounds(3, 80)).toEqual([6, 7, 8]);
    expect(Math.max(...rounds(100, 80))).toBe(MOST);
  });

  it("rises with a round, not with an answer, and more slowly the more it is", () => {
    const { limit, rounds } = bench();
    for (let answer = 0; answer < 9; answer += 1) limit.answered(0, 80);
    expect(limit.allowed).toBe(5);
    limit.answered(0, 80);
    expect(limit.allowed).toBe(6);
    rounds(9, 80);
    expect(limit.allowed).toBe(15);
    for (let answer = 0; answer < 14; answer += 1) limit.answered(9_000, 9_080);
    expect(limit.allowed).toBe(15);
    limit.answered(9_000, 9_080);
    expect(limit.allowed).toBe(16);
  });

  it.each([
    ["rises", 130, 16],
    ["stays", 131, 15],
    ["stays", 170, 15],
    ["falls by three tenths", 171, 10],
  ])("%s after a round of %i ms, where the best had 80", (_, tookMs, allowed) => {
    const { round, rounds } = bench();
    rounds(10, 80);
    expect(round(tookMs)).toBe(allowed);
  });

  it("is compared with the best round, whichever that was", () => {
    const { round, rounds } = bench();
    expect(round(400)).toBe(6);
    rounds(2, 80);
    expect(round(400)).toBe(5);
  });

  it("does not fall because of some slow answers", () => {
    const { round, rounds } = bench();
    rounds(5, 80);
    expect(round(80, 30_000)).toBe(11);
  });

  it("does not fall below what it began with because answers are slow", () => {
    const { rounds } = bench();
    rounds(10, 80);
    expect(Math.min(...rounds(20, 10_000))).toBe(FIRST);
  });

  it("halves with each refusal, to one at the least, and rises again from there", () => {
    const { refuse, rounds } = bench();
    rounds(10, 80);
    expect([refuse(), refuse(), refuse(), refuse(), refuse()]).toEqual([7, 3, 1, 1, 1]);
    expect(rounds(3, 80)).toEqual([2, 3, 4]);
  });

  it("does not rise to what it began with because answers are slow after a refusal", () => {
    const { refuse, rounds } = bench();
    rounds(1, 80);
    expect(refuse()).toBe(3);
    expect(rounds(3, 10_000)).toEqual([3, 3, 3]);
  });

  it("halves once for all that was asked together", () => {
    const { limit, rounds } = bench();
    rounds(10, 80);
    for (let call = 0; call < 15; call += 1) limit.refused(50_000, 50_080 + call);
    expect(limit.allowed).toBe(7);
    limit.refused(50_080, 50_160);
    expect(limit.allowed).toBe(3);
  });

  it("does not rise by what was asked before it fell", () => {
    const { limit } = bench();
    limit.refused(50_000, 50_080);
    for (let answer = 0; answer < 100; answer += 1) limit.answered(50_079, 50_100);
    expect(limit.allowed).toBe(2);
  });

  it("forgets in time a best that was chance", () => {
    const { round, rounds } = bench();
    round(20);
    expect(rounds(10, 80).at(-1)).toBe(5);
    expect(rounds(60, 80).at(-1)).toBeGreaterThan(10);
  });
});
