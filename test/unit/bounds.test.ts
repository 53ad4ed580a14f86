import { describe, expect, it } from "vitest";
import { IssueGate } from "../../lambda/apply/issue-gate.ts";
import { retry } from "../../lambda/apply/retry.ts";
import { ISSUE_TO_STAGE_MS } from "../../lambda/limits.ts";
import { RotationError } from "../../lambda/model/errors.ts";
import { NO_DEMANDS } from "../../lambda/model/new-secrets.ts";
import { Redacted } from "../../lambda/model/redacted.ts";
import { after as later } from "../../lambda/model/time.ts";
import type { InTurn } from "../../lambda/ports.ts";
import { rateLimited } from "../../lambda/run/guarded-ports.ts";
import { STORE_CALLS, type Store } from "../adapters/store-calls.ts";
import { VirtualClock } from "../support/clock.ts";
import { DAY, HOUR, START, World } from "../support/world.ts";

const AT_ONCE: InTurn = (read) => read();

describe("a write that is tried again", () => {
  it("remembers that an earlier attempt may have had its effect", async () => {
    const clock = new VirtualClock(START);
    let attempts = 0;
    const write = async () => {
      attempts += 1;
      if (attempts === 1) throw new RotationError("store-unreachable", "lost", { effect: "unknown" });
      throw new RotationError("store-throttled", "slow down");
    };
    const failure = clock.run(retry(clock, later(START, 10_000), write));
    await expect(failure).rejects.toMatchObject({ code: "store-throttled", effect: "unknown" });
    expect(attempts).toBeGreaterThan(3);
    expect(clock.now().getTime()).toBeLessThanOrEqual(START.getTime() + 10_000);
  });

  it("is not tried again once it was refused for good", async () => {
    const clock = new VirtualClock(START);
    let attempts = 0;
    const write = async () => {
      attempts += 1;
      throw new RotationError("store-denied", "no");
    };
    await expect(clock.run(retry(clock, later(START, 10_000), write))).rejects.toMatchObject({
      effect: "none",
    });
    expect(attempts).toBe(1);
  });
});

describe("the gate", () => {
  it("lets one rotation through alone until the store is proven, then all", async () => {
    const clock = new VirtualClock(START);
    const gate = new IssueGate(clock, later(START, HOUR));
    let inside = 0;
    const seen: number[] = [];
    const rotation = async () => {
      inside += 1;
      seen.push(inside);
      await clock.sleep(10);
      gate.storeProved();
      await clock.sleep(10);
      inside -= 1;
    };
    await clock.run(Promise.all([1, 2, 3, 4].map(() => gate.admit(rotation))));
    expect(seen[0]).toBe(1);
    expect(Math.max(...seen)).toBe(4);
  });

  it("issues nothing that could not be stored before the deadline, to the millisecond", () => {
    const clock = new VirtualClock(START);
    expect(new IssueGate(clock, later(START, ISSUE_TO_STAGE_MS)).mayIssue).toBe(true);
    expect(new IssueGate(clock, later(START, ISSUE_TO_STAGE_MS - 1)).mayIssue).toBe(false);
  });

  it.each(["store-denied", "store-refused", "store-quota"] as const)(
    "closes for the run when a store that is not proven refuses three in a row (%s)",
    (code) => {
      const gate = new IssueGate(new VirtualClock(START), later(START, HOUR));
      const refused = () => gate.storeFailed(new RotationError(code, "no"));
      refused();
      refused();
      expect(gate.mayIssue).toBe(true);
      refused();
      expect(gate.mayIssue).toBe(false);
    },
  );

  it("closes for the run at once when the store does not answer, proven or not", () => {
    for (const isProven of [false, true]) {
      const gate = new IssueGate(new VirtualClock(START), later(START, HOUR));
      if (isProven) gate.storeProved();
      gate.storeFailed(new RotationError("store-unavailable", "no"));
      expect(gate.mayIssue).toBe(false);
    }
  });

  it("goes on one by one after a refusal, until one is stored", async () => {
    const clock = new VirtualClock(START);
    const gate = new IssueGate(clock, later(START, HOUR));
    let inside = 0;
    const seen: number[] = [];
    const rotation = (isStored: boolean) => async () => {
      inside += 1;
      seen.push(inside);
      await clock.sleep(10);
      if (isStored) gate.storeProved();
      else gate.storeFailed(new RotationError("store-denied", "no"));
      await clock.sleep(10);
      inside -= 1;
    };
    const all = [false, false, true, true, true].map((isStored) => gate.admit(rotation(isStored)));
    await clock.run(Promise.all(all));
    expect(seen.slice(0, 3)).toEqual([1, 1, 1]);
    expect(gate.mayIssue).toBe(true);
  });

  it("blames one secret, not the store, for a refusal after the store was proven", () => {
    const gate = new IssueGate(new VirtualClock(START), later(START, HOUR));
    gate.storeProved();
    gate.storeFailed(new RotationError("store-denied", "no"));
    expect(gate.mayIssue).toBe(true);
  });
});

describe("the pace", () => {
  it("starts no more writes in a second than it allows and a short burst", async () => {
    const clock = new VirtualClock(START);
    const at: number[] = [];
    const store = {
      create: async () => void at.push(clock.now().getTime()),
    } as Partial<Store> as Store;
    const paced = rateLimited(store, clock, 45, AT_ONCE);
    await clock.run(
      Promise.all(Array.from({ length: 200 }, () => paced.create("x" as never, "", NO_DEMANDS))),
    );
    for (const start of at)
      expect(at.filter((one) => one >= start && one < start + 1_000).length).toBeLessThanOrEqual(49);
  });
});

describe("the pace, where the store is throttled by what others write", () => {
  /** How many writes start in each second, while other programs use `others` of the 50 writes per second. */
  async function startsBySecond(seconds: number, isThrottled: (atMs: number) => boolean) {
    const clock = new VirtualClock(START);
    const starts = Array.from({ length: seconds }, () => 0);
    const store = {
      create: async () => {
        const atMs = clock.now().getTime() - START.getTime();
        const second = Math.floor(atMs / 1_000);
        starts[second] = (starts[second] ?? 0) + 1;
        if (isThrottled(atMs)) throw new RotationError("store-throttled", "planted");
      },
    } as Partial<Store> as Store;
    const paced = rateLimited(store, clock, 46, AT_ONCE);
    const until = seconds * 1_000;
    const writer = async () => {
      while (clock.now().getTime() - START.getTime() < until)
        await paced.create("x" as never, "", NO_DEMANDS).catch(() => {});
    };
    await clock.run(Promise.all(Array.from({ length: 10 }, writer)));
    // The last turns were assigned before the end, and begin after it.
    return starts.slice(0, seconds);
  }

  it("yields once a second while it lasts, never stops, and comes back slowly", async () => {
    const starts = await startsBySecond(70, (atMs) => atMs < 20_000);
    expect(starts[0]).toBeGreaterThan(30);
    expect(starts.slice(12, 20).every((count) => count >= 2 && count <= 6)).toBe(true);
    expect(starts[25]).toBeLessThan(15);
    expect(starts.at(-1)).toBeGreaterThan(44);
  });

  it("keeps its rate where other things go wrong", async () => {
    expect((await startsBySecond(5, () => false)).every((count) => count >= 46 && count <= 48)).toBe(true);
  });
});

describe.each(Object.entries(STORE_CALLS))("the call %s", (_, { isWrite, call }) => {
  it(isWrite ? "is paced, for it writes" : "waits for no turn, for it reads", async () => {
    const clock = new VirtualClock(START);
    const store = Object.fromEntries(
      Object.keys(STORE_CALLS).map((name) => [name, async () => {}]),
    ) as unknown as Store;
    const paced = rateLimited(store, clock, 45, AT_ONCE);
    const value = new Redacted("a string");
    await clock.run(Promise.all(Array.from({ length: 100 }, () => call(paced, value))));
    expect(clock.now() > START).toBe(isWrite);
  });
});

describe("a run's bounds", () => {
  it("puts off what a run may not do any more, soonest expiry first, and the next run goes on", async () => {
    const world = new World({ policy: { maxRotationsPerRun: 2 } });
    for (const daysLeft of [20, 5, 10, 15])
      world.token(`in ${daysLeft}`, { age: (365 - daysLeft) * DAY, lifetime: 365 * DAY });
    const first = await world.run({});
    expect(first.report.summary).toMatchObject({ rotated: 2, deferred: 2 });
    expect(
      first.report.tokens.filter(({ outcome }) => outcome === "rotated").map(({ name }) => name),
    ).toEqual(["in 5", "in 10"]);
    expect((await world.run({})).report.summary).toMatchObject({ rotated: 2, deferred: 0 });
  });

  it("defers everything, and fails nothing, when there is no time left", async () => {
    const world = new World();
    world.token("backend", { age: 350 * DAY, lifetime: 365 * DAY });
    const { report, failures } = await world.run({}, { budgetMs: 30_000 });
    expect(report.summary).toMatchObject({ rotated: 0, deferred: 1 });
    expect(failures).toEqual([]);
  });
});
