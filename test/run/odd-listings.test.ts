import { describe, expect, it } from "vitest";
import { APP, DAY, World } from "../support/world.ts";

const HALF_DEAD = { age: 350 * DAY, lifetime: 365 * DAY };

describe("a token that Losant lists in a way that can't be read", () => {
  it("costs itself: it is reported, the run fails, and every other token is rotated", async () => {
    const world = new World();
    const odd = world.token("odd", HALF_DEAD);
    world.token("backend", HALF_DEAD);
    world.odd.set(odd.id, "has no valid name");
    const { report, failures, codes } = await world.run();
    expect(report.summary).toMatchObject({ listed: 3, rotated: 1, failed: 1 });
    expect(report.tokens).toContainEqual(
      expect.objectContaining({ tokenId: odd.id, outcome: "failed", code: "token-unreadable" }),
    );
    expect(report.tokens.find(({ tokenId }) => tokenId === odd.id)).not.toHaveProperty("name");
    expect(report.applications).toEqual([{ applicationId: APP, outcome: "ok" }]);
    expect(codes).toEqual(["token-unreadable"]);
    expect(failures.join()).toContain(odd.id);
    expect(world.losant.accepts(odd.token)).toBe(true);
  });

  it("is found where the event names it by its id, and is left alone", async () => {
    const world = new World();
    const odd = world.token("odd", HALF_DEAD);
    world.odd.set(odd.id, "has no valid name");
    const { codes } = await world.run({ tokens: [odd.id.toUpperCase()], force: true, retireNow: true });
    expect(codes).toEqual(["token-unreadable"]);
    expect(world.losant.accepts(odd.token)).toBe(true);
  });

  it("is not missed, nor replaced, where it is current: its lineage waits until it can be read again", async () => {
    const world = new World({
      policy: { retire: { unread: "ignore", deactivateAfter: "1d", deleteAfter: "2d" } },
    });
    world.token("backend", HALF_DEAD);
    await world.run();
    const [, , successor] = world.losant.tokens(APP);
    if (successor === undefined) throw new Error("nothing was rotated");
    world.odd.set(successor.id, "has no valid expirationDate");
    for (let day = 0; day < 40; day += 1) {
      world.clock.advance(DAY);
      expect((await world.run()).codes).toEqual(["token-unreadable"]);
    }
    expect(world.losant.tokens(APP)).toHaveLength(3);
    expect(world.losant.accepts(world.stringIn(world.secretOf("backend")) ?? "")).toBe(true);
    world.odd.clear();
    expect((await world.run()).codes).toEqual([]);
  });
});

describe("a listing that shows less than it counts", () => {
  it("fails its application, after everything that it shows was worked on", async () => {
    const world = new World();
    const hidden = world.token("hidden", HALF_DEAD);
    world.token("backend", HALF_DEAD);
    world.skipped.add(hidden.id);
    const { report, codes } = await world.run();
    expect(report.summary).toMatchObject({ rotated: 1, failed: 1 });
    expect(report.applications).toEqual([
      expect.objectContaining({ applicationId: APP, outcome: "failed", code: "listing-incomplete" }),
    ]);
    expect(report.applications[0]?.message).toContain("counts 1 more token of application");
    expect(codes).toEqual(["listing-incomplete"]);
  });
});
