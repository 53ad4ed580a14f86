import { describe, expect, it } from "vitest";
import { parseRequest } from "../../lambda/policy/request.ts";
import { SLOT_MS, shardAt } from "../../lambda/policy/slots.ts";
import { orderAt, slotOf } from "../../lambda/run/slot.ts";
import { HOUR } from "../support/world.ts";

describe("the slot of a run", () => {
  const NOW = new Date("2026-01-01T07:03:10Z");
  const later = (ms: number) => new Date(NOW.getTime() + ms);
  const slot = (event: object, now = NOW) => slotOf(parseRequest(event), { shards: 24 }, now);
  const scheduledAt = (at: Date) => ({ trigger: "schedule", at: at.toISOString() });

  it("is that of the scheduled time, up to two hours later, and a minute before it if clocks differ", () => {
    for (const ms of [0, -1, -7 * SLOT_MS, -2 * HOUR, 60_000])
      expect(slot(scheduledAt(later(ms)))).toEqual({
        at: later(ms),
        shard: { index: shardAt(later(ms), 24), of: 24 },
      });
  });

  it("is that of the clock, if the scheduled time can't be that of this start", () => {
    for (const ms of [-2 * HOUR - 1, -24 * HOUR, 60_001, 24 * HOUR])
      expect(slot(scheduledAt(later(ms)))).toEqual({ at: NOW, shard: { index: shardAt(NOW, 24), of: 24 } });
    // A day that no month has.
    expect(slot({ trigger: "schedule", at: "2026-02-31T07:00:00Z" }).at).toEqual(NOW);
  });

  it("is refused if a schedule sends no time, because it may start every run in the slot of the same shard", () => {
    expect(() => slot({ trigger: "schedule" })).toThrow("at: the schedule doesn't send it");
  });

  it("has no shard if the event names an application, and that of the event by hand", () => {
    const applicationId = "575ec8687ae143cd83dc4a97";
    expect(slot({ applicationId })).toEqual({ at: NOW, shard: undefined });
    expect(slot({ ...scheduledAt(later(-HOUR)), applicationId })).toEqual({
      at: later(-HOUR),
      shard: undefined,
    });
    expect(slot({ shard: 23 })).toEqual({ at: NOW, shard: { index: 23, of: 24 } });
  });

  it("is its start without a fleet, whatever the schedule says", () => {
    const request = parseRequest(scheduledAt(later(-HOUR)));
    expect(slotOf(request, undefined, NOW)).toEqual({ at: NOW, shard: undefined });
  });

  it("decides the order: the same within a slot, and that of a later interval with each slot that it is late", () => {
    const at = new Date("2026-01-01T07:00:00Z");
    const orderAfter = (ms: number) =>
      orderAt(at, new Date(at.getTime() + ms), 6 * HOUR).getTime() - at.getTime();
    expect([-60_000, 0, SLOT_MS - 1].map(orderAfter)).toEqual([0, 0, 0]);
    expect([SLOT_MS, 2 * SLOT_MS, 7 * SLOT_MS].map(orderAfter)).toEqual([6 * HOUR, 12 * HOUR, 42 * HOUR]);
  });
});
