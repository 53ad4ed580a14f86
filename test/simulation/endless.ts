import { RETIRING, runs, setting, token } from "./lasting.ts";
import { actAt, FIRST } from "./scenarios.ts";
import type { Entry, PolicySetting, Script, Setting } from "./script.ts";
import { DAY, HOUR } from "./services.ts";

const ROOTS = { unread: "hold", deactivateAfter: "12h", deleteAfter: "13h", roots: true } as const;

/** A token that never expires is replaced on the second day, when it is 21 days old. */
const endless = (policy: Partial<PolicySetting> = {}): Setting =>
  setting([{ ...token("backend", 10), isEndless: true }], {
    policy: { ...RETIRING, retire: "never", neverExpiring: "21d", ...policy },
  });

const reads: Entry = { kind: "routine", does: "read-current", role: FIRST, fromMs: HOUR, everyMs: 6 * HOUR };

/** Histories with tokens that never expire, and are replaced at an age. */
export const ENDLESS: readonly { readonly says: string; readonly script: Script }[] = [
  {
    says: "what never expires and was replaced is told of, and lives",
    script: { setting: endless(), entries: [...runs(0, 4), reads] },
  },
  {
    says: "the successor of a token that never expires gets the lifetime of the policy",
    script: { setting: endless({ lifetime: "30d" }), entries: runs(0, 4) },
  },
  {
    says: "the successor of a token that never expires is replaced at the same age, and ended once its own is read",
    script: {
      setting: endless({ retire: { unread: "hold", deactivateAfter: "12h" } }),
      entries: [...runs(0, 3), ...runs(21, 26), reads],
    },
  },
  {
    says: "a policy that doesn't name roots ends none",
    script: {
      setting: endless({ retire: { unread: "hold", deactivateAfter: "12h" } }),
      entries: [...runs(0, 5), reads],
    },
  },
  {
    says: "a root whose successor is read is deactivated, and deleted a week later",
    script: { setting: endless({ retire: ROOTS }), entries: [...runs(0, 12), reads] },
  },
  {
    says: "a root whose successor nobody reads stays",
    script: { setting: endless({ retire: ROOTS }), entries: runs(0, 5) },
  },
  {
    says: "a root of which only a version that somebody planted says that it was replaced stays",
    script: {
      setting: setting([token("backend", 29), token("edge-gateway", 29)], {
        policy: { ...RETIRING, retire: ROOTS },
      }),
      entries: [
        actAt(
          { atMs: HOUR },
          {
            do: "plant-version",
            role: FIRST,
            victim: { role: { ...FIRST, token: 1 }, whose: "root" },
            isCurrent: true,
          },
        ),
        ...runs(0, 6),
        { ...reads, fromMs: 2 * HOUR },
      ],
    },
  },
  {
    says: "a root that somebody still reads stays, also if somebody reads its successor",
    script: {
      setting: endless({ retire: ROOTS }),
      entries: [...runs(0, 5), reads, { ...reads, does: "read-previous", fromMs: 0, everyMs: DAY / 2 }],
    },
  },
];
