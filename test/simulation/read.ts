import { RETIRING, runs, setting, token } from "./lasting.ts";
import { actAt, FIRST, runAt } from "./scenarios.ts";
import type { Entry, RoutineEntry, Script, Setting } from "./script.ts";
import { DAY, HOUR, MINUTE } from "./services.ts";

const HOLDING = { ...RETIRING, retire: { ...RETIRING.retire, unread: "hold" } } as const;

/** Its policy ends no token that its consumers may need. */
const holding = (more: Partial<Setting> = {}): Setting =>
  setting([token("backend", 8)], { policy: HOLDING, ...more });

const does = (routine: RoutineEntry["does"], everyMs = 6 * HOUR, fromMs = HOUR): RoutineEntry => ({
  kind: "routine",
  does: routine,
  role: FIRST,
  fromMs,
  everyMs,
});

/** The first token that the worker made is replaced on the 21st day, and its grace period ends on the next one. */
const twoRotations: readonly Entry[] = [...runs(0, 1), ...runs(21, 24)];

/** Histories with consumers that read late, never, or what was current before, and with bots that edit tags. */
export const READ: readonly { readonly says: string; readonly script: Script }[] = [
  {
    says: "a token whose successor nobody reads is kept until it expires, and somebody is told",
    script: { setting: holding(), entries: twoRotations },
  },
  {
    says: "a token is kept while its consumer reads what was current before, and nothing else",
    script: { setting: holding(), entries: [...twoRotations, does("read-previous")] },
  },
  {
    says: "a read of the old string on the day of its replacement proves nothing about the new one",
    script: {
      setting: holding(),
      entries: [...twoRotations, { ...does("read-current", 6 * HOUR, MINUTE / 2), toMs: 21 * DAY + MINUTE }],
    },
  },
  {
    says: "a token that somebody still reads is kept, also if another consumer reads its successor",
    script: {
      setting: holding(),
      entries: [...twoRotations, does("read-previous"), does("read-current", DAY)],
    },
  },
  {
    says: "a token is ended as soon as its consumer reads the successor, also if AWS shows that a day later",
    script: {
      setting: holding({ readLagMs: DAY }),
      entries: [...twoRotations, does("read-current", 4 * DAY, 23 * DAY)],
    },
  },
  {
    says: "a bot that edits tags every hour keeps no token whose successor is read",
    script: { setting: holding(), entries: [...twoRotations, does("read-current"), does("edit-tags", HOUR)] },
  },
  {
    says: "a read of the value to which a person rolled back is none of the successor that follows it",
    script: {
      setting: holding(),
      entries: [
        runAt("r3", 6 * HOUR),
        actAt({ atMs: 11 * HOUR }, { do: "roll-back", role: FIRST }),
        runAt("r4", 12 * HOUR, { event: { trigger: "manual", tokens: ["backend"], force: true } }),
        does("read-previous", 6 * HOUR, 4 * HOUR),
      ],
    },
  },
  {
    says: "a token that was read after the day of its replacement is kept, also once the token that replaced it is gone",
    script: {
      setting: setting(
        [{ ...token("backend", 11), lifetimeMs: 45 * HOUR, ageMs: 33.75 * HOUR, isMapped: false }],
        {
          intervalMs: HOUR,
          policy: { ...HOLDING, renewBefore: "900m", retire: { unread: "hold", deleteAfter: "180m" } },
        },
      ),
      entries: [
        runAt("r7", 2 * HOUR),
        runAt("r9", 3 * HOUR, { event: { trigger: "manual", tokens: ["backend"], force: true } }),
        runAt("r330", 36 * HOUR - 9 * MINUTE),
        does("read-previous", HOUR, MINUTE),
        does("read-current", HOUR, MINUTE),
      ],
    },
  },
  {
    says: "a token that somebody still reads doesn't expire in silence while its retirement waits for a maintenance window",
    script: {
      setting: setting(
        [{ ...token("edge-gateway", 7), lifetimeMs: 180 * HOUR, ageMs: 129 * HOUR, isMapped: true }],
        {
          intervalMs: 6 * HOUR,
          policy: {
            ...HOLDING,
            renewBefore: "3600m",
            retire: { unread: "hold", deactivateAfter: "720m" },
            windows: [
              { from: "20:31", to: "03:04", zone: "Asia/Kolkata" },
              { from: "08:31", to: "15:04", zone: "Asia/Kolkata" },
            ],
          },
        },
      ),
      entries: [
        runAt("r2", 6 * HOUR),
        runAt("r330", 149 * HOUR + 24 * MINUTE),
        runAt("r361", 168 * HOUR, { event: { trigger: "manual" } }),
        does("read-previous", 6 * HOUR, 4 * HOUR),
      ],
    },
  },
];
