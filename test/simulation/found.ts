import type { Script } from "./script.ts";

/** Histories in which a promise was once broken, made smaller: what the search has found stays found. */
export const FOUND: readonly { readonly says: string; readonly script: Script }[] = [
  {
    says: "a token that a lagging description hides is no superseded one",
    script: {
      setting: {
        seed: 1067,
        intervalMs: 86400000,
        policy: {
          renewBefore: "14400m",
          orphanAfter: "1h",
          retire: { deactivateAfter: "2880m", deleteAfter: "2880m" },
          secretFormat: "json",
        },
        applications: [
          {
            access: "lasting",
            tokens: [{ name: "backend", lifetimeMs: 2592000000, ageMs: 1684800000, isMapped: false }],
          },
        ],
        deployments: ["home"],
        listingLagMs: 0,
        describeLagMs: 5000,
        firstVersionKeepsLabel: true,
        labelMovesTouchLastChanged: true,
      },
      entries: [
        {
          kind: "run",
          id: "r3",
          atMs: 86461696,
          deployment: 0,
          event: { trigger: "schedule" },
          skewMs: 0,
          isEndless: false,
        },
        {
          kind: "run",
          id: "r18",
          atMs: 518461426,
          deployment: 0,
          event: { trigger: "schedule" },
          skewMs: 0,
          isEndless: false,
        },
        {
          kind: "run",
          id: "r19",
          atMs: 518460061,
          deployment: 0,
          event: { trigger: "manual", tokens: ["backend"], force: true, retireNow: true },
          skewMs: 0,
          isEndless: true,
        },
      ],
    },
  },
  {
    says: "a leak response, twice at once, doesn't end the successor that a lagging description hides",
    script: {
      setting: {
        seed: 197,
        intervalMs: 3600000,
        policy: {
          renewBefore: "300m",
          orphanAfter: "1h",
          retire: { deactivateAfter: "120m" },
          secretFormat: "json",
        },
        applications: [
          {
            access: "managed",
            tokens: [
              { name: "backend", lifetimeMs: 72000000, ageMs: 50400000, isMapped: false },
              { name: "edge-gateway", lifetimeMs: 72000000, ageMs: 50400000, isMapped: false },
              { name: "my server #3", lifetimeMs: 72000000, ageMs: 43200000, isMapped: false },
            ],
          },
        ],
        deployments: ["home"],
        listingLagMs: 0,
        describeLagMs: 5000,
        firstVersionKeepsLabel: true,
        labelMovesTouchLastChanged: true,
      },
      entries: [
        {
          kind: "run",
          id: "r4",
          atMs: 3662535,
          deployment: 0,
          event: { trigger: "schedule" },
          skewMs: 0,
          isEndless: false,
        },
        {
          kind: "run",
          id: "r6",
          atMs: 7261227,
          deployment: 0,
          event: { trigger: "manual", tokens: ["backend"], force: true, retireNow: true },
          skewMs: 0,
          isEndless: false,
        },
        {
          kind: "run",
          id: "r7",
          atMs: 7260198,
          deployment: 0,
          event: { trigger: "manual", tokens: ["backend"], force: true, retireNow: true },
          skewMs: 0,
          isEndless: false,
        },
      ],
    },
  },
  {
    says: "a secret that can't be read just now gets no second lineage",
    script: {
      setting: {
        seed: 700415,
        intervalMs: 900000,
        policy: { renewBefore: "225m", orphanAfter: "1h", retire: "never", secretFormat: "plain" },
        applications: [
          {
            access: "lasting",
            tokens: [{ name: "backend", lifetimeMs: 40500000, ageMs: 29475000, isMapped: false }],
          },
        ],
        deployments: ["home"],
        listingLagMs: 0,
        describeLagMs: 0,
        firstVersionKeepsLabel: true,
        labelMovesTouchLastChanged: true,
      },
      entries: [
        {
          kind: "run",
          id: "r4",
          atMs: 964805,
          deployment: 0,
          event: { trigger: "schedule" },
          skewMs: 0,
          isEndless: false,
        },
        {
          kind: "run",
          id: "r5",
          atMs: 1860684,
          deployment: 0,
          event: { trigger: "manual", tokens: ["backend"], force: true, retireNow: true },
          skewMs: 0,
          isEndless: false,
        },
        { kind: "fault", run: "r5", call: 2, fault: "answer-lost" },
        {
          kind: "act",
          when: { atMs: 1241645 },
          act: { do: "wipe-marker", role: { application: 0, token: 0, deployment: 0 }, whose: "newest" },
        },
      ],
    },
  },
  {
    says: "a leak response by name takes over no token of another account",
    script: {
      setting: {
        seed: 3532,
        intervalMs: 86400000,
        policy: {
          renewBefore: "9600m",
          orphanAfter: "1h",
          retire: { deleteAfter: "4320m" },
          secretFormat: "json",
        },
        applications: [
          {
            access: "managed",
            tokens: [
              { name: "backend", lifetimeMs: 1728000000, ageMs: 1296000000, isMapped: false },
              { name: "edge-gateway", lifetimeMs: 1728000000, ageMs: 950400000, isMapped: false },
            ],
          },
        ],
        deployments: ["home", "other-account"],
        listingLagMs: 0,
        describeLagMs: 0,
        firstVersionKeepsLabel: true,
        labelMovesTouchLastChanged: true,
      },
      entries: [
        {
          kind: "run",
          id: "r2",
          atMs: 62739,
          deployment: 1,
          event: { trigger: "schedule" },
          skewMs: 0,
          isEndless: false,
        },
        {
          kind: "run",
          id: "r3",
          atMs: 86461632,
          deployment: 0,
          event: { trigger: "manual", tokens: ["backend"], force: true, retireNow: true },
          skewMs: 0,
          isEndless: false,
        },
        {
          kind: "run",
          id: "r4",
          atMs: 86460317,
          deployment: 1,
          event: { trigger: "schedule" },
          skewMs: 0,
          isEndless: false,
        },
        {
          kind: "act",
          when: { run: "r4", call: 3 },
          act: { do: "rename", role: { application: 0, token: 0, deployment: 1 }, whose: "root" },
        },
      ],
    },
  },
  {
    says: "a run that lost its place to a person deletes nothing that another run is about to promote",
    script: {
      setting: {
        seed: 902090,
        intervalMs: 21600000,
        policy: { renewBefore: "2400m", orphanAfter: "1h", retire: "never", secretFormat: "plain" },
        applications: [
          {
            tokens: [{ name: "backend", lifetimeMs: 432000000, ageMs: 259200000, isMapped: true }],
            access: "lasting",
          },
        ],
        deployments: ["home"],
        listingLagMs: 0,
        describeLagMs: 0,
        firstVersionKeepsLabel: true,
        labelMovesTouchLastChanged: true,
      },
      entries: [
        {
          kind: "run",
          id: "r6",
          atMs: 43260864,
          deployment: 0,
          event: { trigger: "schedule" },
          skewMs: 0,
          isEndless: false,
        },
        {
          kind: "run",
          id: "r7",
          atMs: 43260383,
          deployment: 0,
          event: { trigger: "schedule" },
          skewMs: 0,
          isEndless: false,
        },
        {
          kind: "act",
          when: { run: "r7", call: 6 },
          act: { do: "set-by-hand", role: { application: 0, token: 0, deployment: 0 } },
        },
      ],
    },
  },
];
