import { actAt, FIRST, runAt } from "./scenarios.ts";
import type { Entry, Script, Setting } from "./script.ts";
import { DAY, HOUR, MINUTE } from "./services.ts";

const INTERVAL = 6 * HOUR;
const POLICY = { renewBefore: "9d", orphanAfter: "1h", retire: "never", secretFormat: "json" } as const;
export const RETIRING = { ...POLICY, retire: { unread: "ignore", deactivateAfter: "12h" } } as const;

export const setting = (
  tokens: Setting["applications"][number]["tokens"],
  more: Partial<Setting> = {},
): Setting => ({
  seed: 1,
  intervalMs: INTERVAL,
  policy: POLICY,
  applications: [{ access: "lasting", tokens }],
  deployments: ["home"],
  listingLagMs: 0,
  describeLagMs: 0,
  firstVersionKeepsLabel: true,
  labelMovesTouchLastChanged: true,
  ...more,
});

/** Its users already read it from a secret, so they notice when it dies. */
export const token = (name: string, daysLeft: number) => ({
  name,
  lifetimeMs: 30 * DAY,
  ageMs: (30 - daysLeft) * DAY,
  isMapped: true,
});

/** One run in every interval, from the first to the last of these days. */
export const runs = (fromDay: number, toDay: number): readonly Entry[] =>
  Array.from({ length: ((toDay - fromDay) * DAY) / INTERVAL }, (_, index) =>
    runAt(`r${fromDay}0${index}`, fromDay * DAY + index * INTERVAL + MINUTE),
  );

const start = { atMs: 0 };

/** Five tokens that are due at the same moment. */
const FIVE = Array.from({ length: 5 }, (_, place) => token(`token ${place}`, 10));
/** The places that the first pilots come from. If each run chose the same places, all pilots would come from these. */
const REFUSING = [0, 1, 3];

/** Histories in which one thing stays broken for a long time. */
export const LASTING: readonly { readonly says: string; readonly script: Script }[] = [
  {
    says: "a secret that takes no string, and is always the first, holds up nothing else",
    script: {
      setting: setting([token("backend", 10), token("edge-gateway", 10), token("my server #3", 10)]),
      entries: [
        actAt(start, { do: "deny-writes", role: FIRST }),
        actAt({ atMs: 8 * DAY }, { do: "allow-writes", role: FIRST }),
        ...runs(0, 9),
      ],
    },
  },
  {
    says: "as many secrets that take no string as a run tries hold up no other, wherever they are among those that are due",
    script: {
      setting: setting(FIVE),
      entries: [
        ...REFUSING.map((place) => actAt(start, { do: "deny-writes", role: { ...FIRST, token: place } })),
        ...runs(0, 9),
      ],
    },
  },
  {
    says: "what Losant refuses to make a successor of uses up nobody's place in a run",
    script: {
      setting: setting(
        [
          { ...token("backend", 10), isUngrantable: true },
          { ...token("edge-gateway", 10.01), isUngrantable: true },
          token("my server #3", 10.02),
        ],
        {
          policy: {
            renewBefore: "9d",
            orphanAfter: "1h",
            retire: "never",
            secretFormat: "json",
            maxRotationsPerRun: 1,
          },
        },
      ),
      entries: runs(0, 9),
    },
  },
  {
    says: "where nothing can be deleted, a secret that takes no string costs one token while there is time",
    script: {
      setting: setting([token("backend", 8)]),
      entries: [
        actAt(start, { do: "deny-writes", role: FIRST }),
        actAt(start, { do: "forbid-deletes", role: FIRST }),
        ...runs(0, 6),
      ],
    },
  },
  {
    says: "and at the end of a life, and after it, no more than a few",
    script: {
      setting: setting([token("backend", 5)]),
      entries: [
        ...runs(0, 1),
        actAt({ atMs: 2 * DAY }, { do: "deny-writes", role: FIRST }),
        actAt({ atMs: 2 * DAY }, { do: "forbid-deletes", role: FIRST }),
        ...runs(20, 36),
      ],
    },
  },
];
