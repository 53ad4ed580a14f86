import { loadavg } from "node:os";
import { SLOT_MS } from "../../lambda/policy/slots.ts";
import { HEAP_MEGABYTES } from "../cold/run.ts";
import type { FleetStorm, RealSlot, SharedQuota, Slot } from "../fleet/section.ts";
import { type FleetSize, SHARDS } from "../fleet/shard.ts";
import { FLEET_STACK, monthlyCosts } from "../idle/costs.ts";
import { aim, bullets, dollars, megabytes, prose, ratio, seconds, table, whole } from "./markdown.ts";

export interface FleetMeasured {
  readonly size: FleetSize;
  readonly slots: readonly Slot[];
  readonly real: RealSlot;
  readonly storms: readonly FleetStorm[];
  readonly shared: readonly SharedQuota[];
  /** The load of the machine before the measurement. */
  readonly loadBefore: number;
}

export const FLEET_HEADING = "## 8. A fleet";

/** The aims of this chapter. */
const AIM = { partOfSlot: 0.25, peakBytes: 300_000_000, ofBound: 1.15, refused: 0.4, dollars: 30 };

export function fleetSection({ size, slots, real, storms, shared, loadBefore }: FleetMeasured): string {
  const { applications, tokensEach, managedEach } = size;
  const slowest = Math.max(...slots.map(({ wallMs }) => wallMs));
  const largest = Math.max(...slots.map((slot) => slot.applications));
  const costs = costsOf(size, slots, real);
  const beside = sum(costs) - (costs.get("secrets") ?? 0);
  return [
    FLEET_HEADING,
    prose(
      `${whole(applications)} applications of one organization, which one access token discovers, with
      ${whole(applications * tokensEach)} tokens. The worker manages ${whole(applications * managedEach)} of them. With
      \`"fleet": true\` and a schedule of 6 hours, ${SHARDS} slots of 15 minutes follow each other, and each takes one shard.
      Times are virtual, except where the text says otherwise. The machine had a load of ${loadBefore.toFixed(1)} when this
      chapter was begun and of ${(loadavg()[0] ?? 0).toFixed(1)} when it was written, because of other programs.`,
    ),
    prose(
      `**Nothing is due.** ${slots.length} of the ${SHARDS} slots of an interval, one after the other. Each reads Losant's whole list of
      applications, the tokens of its own applications, and their secrets, ten applications at a time. One slot also ran in
      real time: the deployed bundle in a separate process with the heap that Lambda gives it (${HEAP_MEGABYTES.old} MB for
      old objects, twice ${HEAP_MEGABYTES.young} MB for new ones), with services on the same machine that are as
      slow as in virtual time.`,
    ),
    table(
      ["", "applications", "calls", "wall time", "of the slot", "processor time", "peak memory", "log"],
      [
        [
          "the slowest slot",
          whole(largest),
          whole(Math.max(...slots.map((slot) => slot.calls))),
          seconds(slowest),
          ratio(slowest / SLOT_MS),
          "",
          "",
          "",
        ],
        [
          "one slot, real time",
          whole(real.applications),
          whole(real.calls),
          seconds(real.wallMs),
          ratio(real.wallMs / SLOT_MS),
          seconds(real.cpuMs),
          megabytes(real.peakBytes),
          `${(real.logBytes / 1e6).toFixed(1)} MB`,
        ],
      ],
    ),
    bullets(
      aim("The slowest slot, as a part of its time", slowest / SLOT_MS, AIM.partOfSlot),
      aim("The slot in real time, as a part of its time", real.wallMs / SLOT_MS, AIM.partOfSlot),
      aim("Its peak memory", real.peakBytes, AIM.peakBytes, megabytes),
    ),
    prose(
      `**All managed tokens are due at once.** The slots of one shard in consecutive intervals. All shards have about as many
      tokens, and their slots don't overlap, so the others take the same time. “Of the bound” is the time until the last
      shard's last slot, divided by the time in which 50 writes per second could rotate all tokens without a pause.`,
    ),
    table(
      [
        "managed tokens",
        "in the shard",
        "rotated in each slot",
        "longest slot",
        "intervals",
        "of the bound",
        "too early",
        "throttled",
        "failed",
        "unseen",
        "orphans",
      ],
      storms.map((storm) => [
        whole(storm.tokens),
        whole(storm.inShard),
        storm.rotated.map(whole).join(" + "),
        seconds(storm.longestMs),
        whole(storm.rotated.length),
        ratio(ofTheBound(storm)),
        whole(storm.tooEarly),
        whole(storm.throttled),
        whole(storm.failed),
        whole(storm.unseen),
        whole(storm.orphans),
      ]),
    ),
    bullets(
      aim("Orphans", Math.max(...storms.map(({ orphans }) => orphans)), 0, String),
      aim("Applications without their turn", Math.max(...storms.map(({ unseen }) => unseen)), 0, String),
      `“Too early” are tokens that were rotated in a slot although others of the shard expire sooner: the first rotations of a
      run come from different places.`,
    ),
    prose(
      `**Several runs at the same time, and another program.** Late slots can overlap, and other programs may write too. The
      runs know nothing of each other. Each yields when Secrets Manager throttles it. “Of the bound” is compared with what the
      other program leaves of 50 writes per second.`,
    ),
    table(
      [
        "runs",
        "writes of others per second",
        "rotated",
        "wall time",
        "of the bound",
        "refused per rotation",
        "failed",
        "orphans",
      ],
      shared.map((one) => [
        whole(one.runs),
        whole(one.foreign),
        `${whole(one.rotated)} of ${whole(one.tokens)}`,
        seconds(one.wallMs),
        ratio(one.wallMs / one.boundMs),
        ratio(one.throttled / Math.max(1, one.rotated)),
        whole(one.failed),
        whole(one.orphans),
      ]),
    ),
    bullets(
      aim("The worst of the bound", Math.max(...shared.map((one) => one.wallMs / one.boundMs)), AIM.ofBound),
      aim(
        "Refused writes per rotation",
        Math.max(...shared.map((one) => one.throttled / Math.max(1, one.rotated))),
        AIM.refused,
      ),
      aim("Failures", Math.max(...shared.map(({ failed }) => failed)), 0, String),
    ),
    prose(
      `**What it costs** in US dollars per month, as in chapter 2, for tokens that live for a year, with ${FLEET_STACK.metrics}
      metrics, ${FLEET_STACK.alarms} alarms and one composite alarm.`,
    ),
    table(
      ["", "dollars"],
      [...costs].map(([what, cost]) => [what, dollars(cost)]),
    ),
    bullets(aim("Without the secrets", beside, AIM.dollars, dollars)),
  ].join("\n\n");
}

/** From the first slot of the first shard to the last slot of the last shard. */
function ofTheBound({ rotated, longestMs, boundMs }: FleetStorm): number {
  const wholeMs = (rotated.length - 1) * SHARDS * SLOT_MS + (SHARDS - 1) * SLOT_MS + longestMs;
  return wholeMs / boundMs;
}

function costsOf(size: FleetSize, slots: readonly Slot[], real: RealSlot): ReadonlyMap<string, number> {
  const managed = size.applications * size.managedEach;
  return monthlyCosts(
    {
      applications: size.applications,
      secrets: managed + 1,
      storeCallsPerRun: slots.reduce((total, slot) => total + slot.storeCalls, 0) / slots.length,
      secondsPerRun: 1 + real.wallMs / 1_000,
      logBytesPerRun: real.logBytes,
      // Twelve months less the renewal window of one.
      rotationsPerMonth: managed / 11,
    },
    FLEET_STACK,
  );
}

const sum = (costs: ReadonlyMap<string, number>) => costs.values().reduce((total, cost) => total + cost, 0);
