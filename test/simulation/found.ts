import { actAt, FIRST, faultAt, runAt } from "./scenarios.ts";
import type { Script, Setting } from "./script.ts";
import { DAY, HOUR, MINUTE } from "./services.ts";

const PLAIN = {
  deployments: ["home"],
  listingLagMs: 0,
  describeLagMs: 0,
  firstVersionKeepsLabel: true,
  labelMovesTouchLastChanged: true,
} satisfies Partial<Setting>;
const LEAK = { trigger: "manual", tokens: ["backend"], force: true, retireNow: true } as const;

/** Histories that once broke a promise, made smaller. They make sure that failures found by the search don't return. */
export const FOUND: readonly { readonly says: string; readonly script: Script }[] = [
  {
    says: "a token that a lagging description hides is no superseded one",
    script: {
      setting: {
        ...PLAIN,
        seed: 1067,
        intervalMs: DAY,
        policy: {
          renewBefore: "14400m",
          orphanAfter: "1h",
          retire: { unread: "ignore", deactivateAfter: "2880m", deleteAfter: "2880m" },
          secretFormat: "json",
        },
        applications: [
          {
            access: "lasting",
            tokens: [{ name: "backend", lifetimeMs: 30 * DAY, ageMs: 468 * HOUR, isMapped: false }],
          },
        ],
        describeLagMs: 5000,
      },
      entries: [
        runAt("r3", 86461696),
        runAt("r18", 518461426),
        runAt("r19", 518460061, { event: LEAK, isEndless: true }),
      ],
    },
  },
  {
    says: "a leak response, twice at once, doesn't end the successor that a lagging description hides",
    script: {
      setting: {
        ...PLAIN,
        seed: 197,
        intervalMs: HOUR,
        policy: {
          renewBefore: "300m",
          orphanAfter: "1h",
          retire: { unread: "ignore", deactivateAfter: "120m" },
          secretFormat: "json",
        },
        applications: [
          {
            access: "managed",
            tokens: [
              { name: "backend", lifetimeMs: 20 * HOUR, ageMs: 14 * HOUR, isMapped: false },
              { name: "edge-gateway", lifetimeMs: 20 * HOUR, ageMs: 14 * HOUR, isMapped: false },
              { name: "my server #3", lifetimeMs: 20 * HOUR, ageMs: 12 * HOUR, isMapped: false },
            ],
          },
        ],
        describeLagMs: 5000,
      },
      entries: [
        runAt("r4", 3662535),
        runAt("r6", 7261227, { event: LEAK }),
        runAt("r7", 7260198, { event: LEAK }),
      ],
    },
  },
  {
    says: "a secret that can't be read just now gets no second lineage",
    script: {
      setting: {
        ...PLAIN,
        seed: 700415,
        intervalMs: 15 * MINUTE,
        policy: { renewBefore: "225m", orphanAfter: "1h", retire: "never", secretFormat: "plain" },
        applications: [
          {
            access: "lasting",
            tokens: [{ name: "backend", lifetimeMs: 675 * MINUTE, ageMs: 29475000, isMapped: false }],
          },
        ],
      },
      entries: [
        runAt("r4", 964805),
        runAt("r5", 1860684, { event: LEAK }),
        faultAt("r5", 2, "answer-lost"),
        actAt({ atMs: 1241645 }, { do: "wipe-marker", role: FIRST, whose: "newest" }),
      ],
    },
  },
  {
    says: "a leak response by name takes over no token of another account",
    script: {
      setting: {
        ...PLAIN,
        seed: 3532,
        intervalMs: DAY,
        policy: {
          renewBefore: "9600m",
          orphanAfter: "1h",
          retire: { unread: "ignore", deleteAfter: "4320m" },
          secretFormat: "json",
        },
        applications: [
          {
            access: "managed",
            tokens: [
              { name: "backend", lifetimeMs: 20 * DAY, ageMs: 15 * DAY, isMapped: false },
              { name: "edge-gateway", lifetimeMs: 20 * DAY, ageMs: 11 * DAY, isMapped: false },
            ],
          },
        ],
        deployments: ["home", "other-account"],
      },
      entries: [
        runAt("r2", 62739, { deployment: 1 }),
        runAt("r3", 86461632, { event: LEAK }),
        runAt("r4", 86460317, { deployment: 1 }),
        actAt(
          { run: "r4", call: 3 },
          { do: "rename", role: { application: 0, token: 0, deployment: 1 }, whose: "root" },
        ),
      ],
    },
  },
  {
    says: "a run that lost its place to a person deletes nothing that another run is about to promote",
    script: {
      setting: {
        ...PLAIN,
        seed: 902090,
        intervalMs: 6 * HOUR,
        policy: { renewBefore: "2400m", orphanAfter: "1h", retire: "never", secretFormat: "plain" },
        applications: [
          {
            access: "lasting",
            tokens: [{ name: "backend", lifetimeMs: 5 * DAY, ageMs: 3 * DAY, isMapped: true }],
          },
        ],
      },
      entries: [
        runAt("r6", 43260864),
        runAt("r7", 43260383),
        actAt({ run: "r7", call: 6 }, { do: "set-by-hand", role: FIRST }),
      ],
    },
  },
  {
    says: "a value set by hand holds although only the history tells that one of ours was current before",
    script: {
      setting: {
        ...PLAIN,
        seed: 2014053,
        intervalMs: 15 * MINUTE,
        policy: { renewBefore: "113m", orphanAfter: "1h", retire: "never", secretFormat: "json" },
        applications: [
          {
            access: "lasting",
            tokens: [{ name: "backend", lifetimeMs: 450 * MINUTE, ageMs: 20250000, isMapped: true }],
          },
        ],
        listingLagMs: 2000,
      },
      entries: [
        runAt("r1", 60368, { event: LEAK, isEndless: true }),
        runAt("r2", 960986, { event: LEAK, isEndless: true }),
        actAt({ run: "r2", call: 9 }, { do: "roll-back", role: FIRST }),
        actAt({ atMs: 1753912 }, { do: "set-by-hand", role: FIRST }),
        actAt({ run: "r1", call: 16 }, { do: "damage-marker", role: FIRST, whose: "newest" }),
      ],
    },
  },
  {
    says: "a leak response goes on with nothing that another has made a moment ago",
    script: {
      setting: {
        ...PLAIN,
        seed: 2024335,
        intervalMs: 15 * MINUTE,
        policy: {
          renewBefore: "150m",
          orphanAfter: "1h",
          retire: { unread: "ignore", deactivateAfter: "30m", deleteAfter: "30m" },
          secretFormat: "plain",
        },
        applications: [
          {
            access: "lasting",
            tokens: [{ name: "backend", lifetimeMs: 450 * MINUTE, ageMs: 20250000, isMapped: false }],
          },
          {
            access: "lasting",
            tokens: [
              { name: "backend", lifetimeMs: 450 * MINUTE, ageMs: 18450000, isMapped: false },
              { name: "edge-gateway", lifetimeMs: 450 * MINUTE, ageMs: 19350000, isMapped: false },
            ],
          },
        ],
        describeLagMs: 1000,
      },
      entries: [
        runAt("r2", 964373),
        runAt("r6", 12660242, { event: LEAK }),
        runAt("r7", 12729241, { event: LEAK, requestId: "r6" }),
        runAt("r8", 12661796, { event: LEAK }),
      ],
    },
  },
  {
    says: "a process that slept between verifying and storing stores nothing any more",
    script: {
      setting: {
        ...PLAIN,
        seed: 2026345,
        intervalMs: HOUR,
        policy: {
          renewBefore: "600m",
          orphanAfter: "1h",
          retire: { unread: "ignore", deleteAfter: "180m" },
          secretFormat: "plain",
        },
        applications: [
          {
            access: "lasting",
            tokens: [
              { name: "backend", lifetimeMs: 30 * HOUR, ageMs: 1230 * MINUTE, isMapped: false },
              { name: "edge-gateway", lifetimeMs: 30 * HOUR, ageMs: 1290 * MINUTE, isMapped: false },
            ],
          },
        ],
        listingLagMs: MINUTE,
      },
      entries: [
        runAt("r2", 60002),
        runAt("r6", 10933693, { isEndless: true, requestId: "r5" }),
        runAt("r8", 14637408),
        faultAt("r2", 4, "answer-lost"),
        faultAt("r2", 10, "unavailable"),
        { ...faultAt("r6", 11, "pause-after"), ms: 70 * MINUTE },
        faultAt("r8", 8, "crash-after"),
      ],
    },
  },
  {
    says: "what one run promotes for a token that was then deleted, another doesn't discard",
    script: {
      setting: {
        ...PLAIN,
        seed: 2099922,
        intervalMs: 6 * HOUR,
        policy: {
          renewBefore: "5400m",
          orphanAfter: "1h",
          retire: { unread: "ignore", deleteAfter: "1080m" },
          secretFormat: "plain",
        },
        applications: [
          {
            access: "managed",
            tokens: [
              { name: "backend", lifetimeMs: 270 * HOUR, ageMs: 11790 * MINUTE, isMapped: false },
              { name: "edge-gateway", lifetimeMs: 270 * HOUR, ageMs: 11790 * MINUTE, isMapped: false },
              { name: "my server #3", lifetimeMs: 270 * HOUR, ageMs: 11070 * MINUTE, isMapped: true },
            ],
          },
          {
            access: "managed",
            tokens: [{ name: "backend", lifetimeMs: 270 * HOUR, ageMs: 11790 * MINUTE, isMapped: true }],
          },
        ],
        describeLagMs: 5000,
      },
      entries: [
        runAt("r2", 21663638),
        runAt("r3", 43261346, { skewMs: -2 * MINUTE }),
        runAt("r5", 43261757),
        faultAt("r2", 35, "crash-after"),
        actAt(
          { run: "r3", call: 4 },
          { do: "delete", role: { application: 1, token: 0, deployment: 0 }, whose: "current" },
        ),
      ],
    },
  },
  {
    says: "a retry leaves alone what its first try has made with an access token that was replaced since",
    script: {
      setting: {
        ...PLAIN,
        seed: 40010400,
        intervalMs: 15 * MINUTE,
        policy: { renewBefore: "150m", orphanAfter: "1h", retire: "never", secretFormat: "json" },
        applications: [
          {
            access: "managed",
            tokens: [{ name: "backend", lifetimeMs: 450 * MINUTE, ageMs: 19350000, isMapped: false }],
          },
        ],
      },
      entries: [
        runAt("r3", 960143),
        runAt("r4", 1611104, {
          event: { trigger: "manual", tokens: ["backend"], force: true },
          requestId: "r3",
        }),
      ],
    },
  },
  {
    says: "a run that was stopped while Losant's limit held up its requests orders nothing after its time, as nobody could prove whose that is",
    script: {
      setting: {
        ...PLAIN,
        seed: 600212640,
        intervalMs: HOUR,
        policy: {
          renewBefore: "900m",
          orphanAfter: "1h",
          retire: { unread: "ignore", deleteAfter: "180m" },
          secretFormat: "json",
        },
        applications: [
          {
            access: "managed",
            tokens: [
              { name: "backend", lifetimeMs: 45 * HOUR, ageMs: 107100000, isMapped: false },
              { name: "edge-gateway", lifetimeMs: 45 * HOUR, ageMs: 107100000, isMapped: false },
              { name: "my server #3", lifetimeMs: 45 * HOUR, ageMs: 110700000, isMapped: false },
            ],
          },
          {
            access: "managed",
            tokens: [{ name: "backend", lifetimeMs: 45 * HOUR, ageMs: 121500000, isMapped: false }],
          },
        ],
      },
      entries: [
        runAt("r6", 10860376, { isEndless: true }),
        { kind: "fault", run: "r6", call: 30, fault: "pause-after", ms: 130 * MINUTE },
        faultAt("r6", 33, "throttled"),
        faultAt("r6", 37, "crash-after"),
      ],
    },
  },
  {
    says: "a successor of the worker's own access token, which Losant's limit left no time to try, waits for the next run",
    script: {
      setting: {
        ...PLAIN,
        seed: 600475569,
        intervalMs: HOUR,
        policy: {
          renewBefore: "675m",
          orphanAfter: "1h",
          retire: { unread: "ignore", deactivateAfter: "120m", deleteAfter: "120m" },
          secretFormat: "plain",
        },
        applications: [
          {
            access: "managed",
            tokens: [{ name: "backend", lifetimeMs: 45 * HOUR, ageMs: 110700000, isMapped: false }],
          },
          {
            access: "lasting",
            tokens: [
              { name: "backend", lifetimeMs: 45 * HOUR, ageMs: 107100000, isMapped: false },
              { name: "edge-gateway", lifetimeMs: 45 * HOUR, ageMs: 121500000, isMapped: false },
              { name: "my server #3", lifetimeMs: 45 * HOUR, ageMs: 121500000, isMapped: false },
            ],
          },
        ],
        deployments: ["home", "other-account", "other-namespace"],
        listingLagMs: MINUTE,
        creatorIds: "accessToken",
      },
      entries: [
        actAt({ atMs: 12838963 }, { do: "allow-writes", role: FIRST }),
        { kind: "rate", most: 3, isSaid: true, fromMs: 0, toMs: 20 * HOUR },
      ],
    },
  },
  {
    says: "a lineage that went into another secret, and is mapped back, continues where it is",
    script: {
      setting: {
        ...PLAIN,
        seed: 600335635,
        intervalMs: DAY,
        policy: {
          renewBefore: "10800m",
          orphanAfter: "1h",
          retire: { unread: "ignore", deactivateAfter: "2880m", deleteAfter: "2880m" },
          secretFormat: "plain",
        },
        applications: [
          {
            access: "lasting",
            tokens: [{ name: "edge-gateway", lifetimeMs: 30 * DAY, ageMs: 1944000000, isMapped: true }],
          },
        ],
        deployments: ["home", "other-account"],
      },
      entries: [
        runAt("r4", 60627, { deployment: 1 }),
        runAt("r9", 172861140, { deployment: 1 }),
        actAt({ atMs: 198882656 }, { do: "map", role: { ...FIRST, deployment: 1 } }),
        actAt({ atMs: 141535321 }, { do: "map-elsewhere", role: { ...FIRST, deployment: 1 } }),
      ],
    },
  },
];
