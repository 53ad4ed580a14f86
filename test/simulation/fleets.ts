import { fleetScriptOf, fleetSetting, SLOT, slotRun } from "./generate-fleet.ts";
import { faultAt } from "./scenarios.ts";
import type { Entry, Script, Setting } from "./script.ts";
import { DAY, HOUR, MINUTE } from "./services.ts";
import { shardOfApplication } from "./shards.ts";

const SMALL = 12;
const SLOTS = (2 * DAY) / SLOT;
const slots = (runsOf: (slot: number) => readonly Entry[]): readonly Entry[] =>
  Array.from({ length: SLOTS }, (_, slot) => runsOf(slot)).flat();

/** A small fleet, which is quick. */
function fleetOf(change: (application: Setting["applications"][number], index: number) => object): Setting {
  const setting = fleetSetting(1);
  const applications = setting.applications.slice(0, SMALL).map((application, index) => {
    const { isLater: _, ...found } = { name: "Application", owner: 0, ...application.found };
    return { ...application, found, ...change(application, index) };
  });
  return { ...setting, applications };
}

/** The third slot of each application comes five hours after the moment of its last warning, and an hour before that of the next. */
const WARNED = fleetOf((application, index) => {
  const thirdSlot = (shardOfApplication(index, fleetSetting(1)) ?? 0) * SLOT + 12 * HOUR;
  const leftMs = thirdSlot - 5 * HOUR - 10 * MINUTE + DAY;
  const tokens = application.tokens.map((token) => ({
    ...token,
    isUngrantable: true,
    ageMs: token.lifetimeMs - leftMs,
  }));
  return { tokens };
});
const DUE = fleetOf(({ tokens }) => ({ tokens: tokens.map((token) => ({ ...token, ageMs: 9 * DAY })) }));

/** Histories of fleets, each of two days. */
export const FLEETS: readonly { readonly says: string; readonly script: Script }[] = [
  {
    says: "a slot of a fleet that starts an hour late takes its own shard, and tells what it would have told",
    script: { setting: WARNED, entries: slots((slot) => [slotRun(slot, 69 * MINUTE)]) },
  },
  {
    says: "two runs of one slot of a fleet replace nothing twice, and tell the same",
    script: {
      setting: WARNED,
      entries: slots((slot) => [
        slotRun(slot, 2_000),
        slotRun(slot, slot % 3 === 0 ? 2_200 : 70 * MINUTE, { id: `r${slot * 10 + 1}` }),
      ]),
    },
  },
  {
    says: "slots of a fleet that are killed at each call are repeated for their own shards",
    script: {
      setting: DUE,
      entries: slots((slot) => [
        slotRun(slot, 0),
        faultAt(`r${slot * 10}`, slot % 16, slot % 2 === 0 ? "crash-after" : "crash-before"),
        slotRun(slot, 16 * MINUTE, { id: `r${slot * 10 + 1}`, requestId: `r${slot * 10}` }),
      ]),
    },
  },
  {
    says: "slots of a fleet that are lost cost their shards an interval, and no other",
    script: {
      setting: DUE,
      entries: slots((slot) => (slot % 7 === 3 ? [] : [slotRun(slot, 20_000)])),
    },
  },
  {
    says: "a fleet whose applications come and go works on those that are there",
    script: fleetScriptOf(1, 2),
  },
];
