import { describe, expect, it } from "vitest";
import { applicationIdOf } from "../../bench/ground.ts";
import { CALLS_AT_FIRST, MOST_OBSERVED_AT_ONCE } from "../../lambda/limits.ts";
import { RotationError } from "../../lambda/model/errors.ts";
import type { ListingRoom } from "../../lambda/ports.ts";
import type { Call, Fate } from "../support/ports.ts";
import { MINUTE, World } from "../support/world.ts";

const LOSANT_MS = 80;
const STORE_MS = 15;

/** One run over this many applications, and how many lists Losant was asked for at once, by the time in the run. */
async function observed(
  count: number,
  fateOf: (call: Call, msIn: number) => Fate = () => ({}),
  /** How long the further pages of an application's listing take, if it has any. */
  furtherPagesMs: (id: string) => number | undefined = () => undefined,
) {
  const ids = Array.from({ length: count }, (_, number) => applicationIdOf(number));
  const world = new World({ applications: ids });
  const startedMs = world.clock.now().getTime();
  const msIn = () => world.clock.now().getTime() - startedMs;
  const listed: { readonly ms: number; readonly atOnce: number; readonly id: string }[] = [];
  let atOnce = 0;
  const intercept = (call: Call): Fate => {
    const isListing = call.operation === "list";
    if (isListing) listed.push({ ms: msIn(), atOnce: ++atOnce, id: call.subject });
    const fate = fateOf(call, msIn());
    const latencyMs = fate.latencyMs ?? (isListing ? LOSANT_MS : STORE_MS);
    return {
      latencyMs,
      get before() {
        if (isListing) atOnce -= 1;
        return fate.before;
      },
    };
  };
  const whileListing = async (id: string, room: ListingRoom) => {
    const ms = furtherPagesMs(id);
    if (ms === undefined) return;
    await room.hold({ tokens: 1_000, characters: 0 }, 2_000);
    await world.clock.sleep(ms);
  };
  const { report, failures } = await world.run({}, { intercept, whileListing });
  const most = (from = 0, to = Number.POSITIVE_INFINITY) =>
    Math.max(...listed.flatMap((one) => (one.ms >= from && one.ms < to ? [one.atOnce] : [])));
  return { listed, most, report, failures, wallMs: msIn() };
}

describe("a run over many applications", () => {
  it("lists more of them at once while Losant is quick, each once, and never more than the most", async () => {
    const { listed, most, failures, wallMs } = await observed(1_500);
    expect(failures).toEqual([]);
    expect(new Set(listed.map(({ id }) => id)).size).toBe(listed.length);
    expect(listed).toHaveLength(1_500);
    expect(most(0, LOSANT_MS)).toBe(CALLS_AT_FIRST);
    expect(most()).toBeGreaterThan(2 * CALLS_AT_FIRST);
    expect(most()).toBeLessThanOrEqual(MOST_OBSERVED_AT_ONCE);
    expect(wallMs).toBeLessThan((1_500 / CALLS_AT_FIRST / 1.5) * (LOSANT_MS + STORE_MS));
  });

  it("lists half as many at once after a 429, and all of them in the end", async () => {
    let throttledMs: number | undefined;
    const { most, failures } = await observed(600, ({ operation }, ms) => {
      if (operation !== "list" || ms < 1_500 || throttledMs !== undefined) return {};
      throttledMs = ms;
      return { before: new RotationError("losant-throttled", "planted", { retryAfterMs: 1_000 }) };
    });
    expect(failures).toEqual([]);
    const before = most(0, 1_500);
    expect(before).toBeGreaterThan(10);
    // A second after the refusal, one call tries. Then there are half as many as before, and at most two more.
    expect(most(2_500, 2_830)).toBeGreaterThan(before / 3);
    expect(most(2_500, 2_830)).toBeLessThanOrEqual(before / 2 + 2);
    expect(most()).toBeGreaterThan(before);
  });

  it("is not held up by applications that Losant does not answer for, and fails only these", async () => {
    const isDead = (id: string) => Number.parseInt(id.slice(-4), 16) % 50 === 0;
    const { report, wallMs } = await observed(500, ({ operation, subject }) =>
      operation === "list" && isDead(subject)
        ? { latencyMs: MINUTE / 2, before: new RotationError("losant-unreachable", "planted") }
        : {},
    );
    const failed = report.applications.filter(({ outcome }) => outcome === "failed");
    expect(failed).toHaveLength(10);
    expect(wallMs).toBeLessThan(3 * MINUTE);
  });

  it("goes on with the listings while the list of secrets is read, as far as its memory allows", async () => {
    const { listed, wallMs } = await observed(300, ({ operation }) =>
      operation === "listSecrets" ? { latencyMs: 10_000 } : {},
    );
    expect(listed.filter(({ ms }) => ms < 10_000)).toHaveLength(MOST_OBSERVED_AT_ONCE);
    expect(wallMs).toBeLessThan(13_000);
  });

  it("takes no listing for slow that has several pages", async () => {
    const isLong = (id: string) => Number.parseInt(id.slice(-4), 16) % 3 > 0;
    const { listed, failures, wallMs } = await observed(
      600,
      () => ({}),
      (id) => (isLong(id) ? 10 * LOSANT_MS : undefined),
    );
    expect(failures).toEqual([]);
    expect(listed).toHaveLength(600);
    // At the first limit, it would take 18 s.
    expect(wallMs).toBeLessThan(14_000);
  });
});
