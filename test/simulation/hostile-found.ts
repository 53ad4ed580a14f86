import { RETIRING, runs, setting, token } from "./lasting.ts";
import { actAt, FIRST, faultAt, runAt } from "./scenarios.ts";
import type { Role, Script } from "./script.ts";
import { DAY, HOUR, MINUTE } from "./services.ts";

const SECOND: Role = { ...FIRST, token: 1 };
const ACCESS: Role = { ...FIRST, token: "access" };
const FORCED = { trigger: "manual", tokens: ["backend"], force: true } as const;

/** The worker names its secret. */
const unmapped = (name: string, daysLeft: number) => ({ ...token(name, daysLeft), isMapped: false });

/**
 * Histories in which people overwrite, copy and move tokens and destroy secrets, or in which clocks are hours apart.
 */
export const HOSTILE: readonly { readonly says: string; readonly script: Script }[] = [
  {
    says: "the marker of another token, written onto the access token, ends no life",
    script: {
      setting: setting([token("backend", 8), token("edge-gateway", 8)], { policy: RETIRING }),
      entries: [
        runAt("r1", MINUTE),
        actAt(
          { atMs: HOUR },
          { do: "copy-text", role: FIRST, whose: "current", onto: { role: ACCESS, whose: "root" } },
        ),
        actAt({ atMs: HOUR }, { do: "renew-access", role: FIRST }),
        ...runs(1, 3),
      ],
    },
  },
  {
    says: "what another access token copies within a minute is not taken for what the worker made",
    script: {
      setting: setting([token("backend", 8)], { policy: RETIRING, creatorIds: "none" }),
      entries: [
        runAt("r1", MINUTE),
        actAt({ atMs: 2 * MINUTE }, { do: "clone", role: FIRST, whose: "current" }),
        ...runs(1, 3),
      ],
    },
  },
  {
    says: "a token that a worker elsewhere is said to have made doesn't expire in silence",
    script: {
      setting: setting([token("backend", 8)]),
      entries: [actAt({ atMs: HOUR }, { do: "make-elsewhere", role: FIRST, whose: "root" }), ...runs(0, 31)],
    },
  },
  {
    says: "a version that an administrator made for somebody's token is no proof that the worker made that",
    script: {
      setting: setting(
        [unmapped("backend", 9.5), { ...unmapped("edge-gateway", 80), lifetimeMs: 90 * DAY, ageMs: DAY }],
        {
          policy: RETIRING,
        },
      ),
      entries: [
        ...runs(0, 3),
        actAt(
          { atMs: 20 * DAY },
          {
            do: "plant-version",
            role: FIRST,
            victim: { role: SECOND, whose: "root" },
            isCurrent: false,
          },
        ),
        ...runs(21, 28),
      ],
    },
  },
  {
    says: "what was made by a worker whose clock is a day ahead is known by its marker",
    script: {
      setting: setting([token("backend", 5)]),
      entries: [
        runAt("r1", MINUTE, { skewMs: 26 * HOUR }),
        faultAt("r1", "create", "crash-after"),
        ...runs(1, 3),
      ],
    },
  },
  {
    says: "what was made by a worker whose clock is more than an hour ahead is no older than it is",
    script: {
      setting: setting([token("backend", 5)]),
      entries: [
        runAt("r1", MINUTE, { skewMs: 75 * MINUTE }),
        faultAt("r1", "create", "crash-after"),
        ...runs(1, 3),
      ],
    },
  },
  {
    says: "a secret that can't be described keeps its tokens, whatever their descriptions say",
    script: {
      setting: setting([unmapped("backend", 8)], { creatorIds: "none" }),
      entries: [
        runAt("r1", MINUTE),
        actAt({ atMs: HOUR }, { do: "wipe-marker", role: FIRST, whose: "current" }),
        runAt("r2", DAY, { event: FORCED }),
        faultAt("r2", "describe", "unavailable"),
        ...runs(2, 3),
      ],
    },
  },
  {
    says: "a token that is called like another's secret stays where it is",
    script: {
      setting: setting([token("backend", 8), token("edge-gateway", 8)]),
      entries: [
        runAt("r1", MINUTE),
        actAt(
          { atMs: DAY },
          { do: "swap-names", role: FIRST, whose: "current", onto: { role: SECOND, whose: "current" } },
        ),
        ...runs(20, 26),
      ],
    },
  },
  {
    says: "what somebody rolls back to right before its life is to end stays alive",
    script: {
      setting: setting([unmapped("backend", 5)]),
      entries: [
        runAt("r1", 0),
        runAt("r9", 2 * DAY, { event: { ...FORCED, retireNow: true } }),
        actAt({ run: "r9", call: 9 }, { do: "roll-back", role: FIRST }),
      ],
    },
  },
  {
    says: "what the configuration moves to another secret moves once",
    script: {
      setting: setting([token("backend", 8)]),
      entries: [
        runAt("r1", MINUTE),
        actAt({ atMs: DAY }, { do: "map-elsewhere", role: FIRST }),
        ...runs(2, 9),
      ],
    },
  },
  {
    says: "a secret that is destroyed gets a successor of what it held",
    script: {
      setting: setting([unmapped("backend", 8)]),
      entries: [
        runAt("r1", MINUTE),
        actAt({ atMs: 2 * DAY }, { do: "destroy-secret", role: FIRST }),
        ...runs(3, 32),
      ],
    },
  },
  {
    says: "what becomes another deployment's within its last day doesn't expire in silence",
    script: {
      setting: setting([{ name: "backend", lifetimeMs: 5 * HOUR, ageMs: 225 * MINUTE, isMapped: false }], {
        intervalMs: 15 * MINUTE,
        policy: {
          renewBefore: "100m",
          orphanAfter: "1h",
          retire: { unread: "ignore" },
          secretFormat: "json",
        },
      }),
      entries: [
        runAt("r1", 10 * MINUTE),
        actAt({ atMs: 20 * MINUTE }, { do: "change-prefix", role: FIRST }),
        ...[256, 271, 286, 301].map((minutes, index) => runAt(`r${index + 2}`, minutes * MINUTE)),
      ],
    },
  },
  {
    says: "a version in the access token's secret that names another token doesn't bring that one there",
    script: {
      setting: setting([], {
        seed: 8006534,
        intervalMs: 15 * MINUTE,
        policy: { renewBefore: "75m", orphanAfter: "1h", retire: "never", secretFormat: "plain" },
        applications: [
          {
            access: "managed",
            tokens: [
              { name: "backend", lifetimeMs: 5 * HOUR, ageMs: 195 * MINUTE, isMapped: false },
              { name: "edge-gateway", lifetimeMs: 5 * HOUR, ageMs: 3 * HOUR, isMapped: false },
            ],
          },
        ],
      }),
      entries: [
        runAt("r1", MINUTE),
        actAt(
          { run: "r1", call: 2 },
          {
            do: "plant-version",
            role: ACCESS,
            victim: { role: FIRST, whose: "root" },
            isCurrent: false,
          },
        ),
        actAt(
          { atMs: 49 * MINUTE },
          { do: "steal-text", role: SECOND, whose: "current", onto: { role: FIRST, whose: "root" } },
        ),
      ],
    },
  },
  {
    says: "an access token that a person stores over a renewed one is renewed in its secret",
    script: {
      setting: setting([], {
        intervalMs: 15 * MINUTE,
        policy: { renewBefore: "100m", orphanAfter: "1h", retire: "never", secretFormat: "json" },
        applications: [
          {
            access: "managed",
            tokens: [{ name: "backend", lifetimeMs: 5 * HOUR, ageMs: 225 * MINUTE, isMapped: false }],
          },
        ],
      }),
      entries: [
        runAt("r0", MINUTE),
        actAt({ atMs: 20 * MINUTE }, { do: "replace-access", role: FIRST, old: "left" }),
        ...Array.from({ length: 18 }, (_, index) => runAt(`r${index + 1}`, (30 + 15 * index) * MINUTE)),
      ],
    },
  },
  {
    says: "what could not move, since another token is in its place, doesn't take that when it has expired",
    script: {
      setting: setting([unmapped("backend", 5)], { indexLagMs: 30_000 }),
      entries: [
        runAt("r1", MINUTE),
        actAt({ run: "r1", call: 8 }, { do: "move-prefix", role: FIRST }),
        runAt("r2", MINUTE + 2_000),
        ...runs(22, 23),
        ...runs(30, 32),
      ],
    },
  },
  {
    says: "a version that an administrator made for an older token ends no grace period",
    script: {
      setting: setting([unmapped("backend", 8)], { policy: RETIRING }),
      entries: [
        runAt("r1", MINUTE),
        runAt("r2", 22 * DAY),
        actAt(
          { atMs: 22 * DAY + HOUR },
          { do: "plant-version", role: FIRST, victim: { role: ACCESS, whose: "current" }, isCurrent: true },
        ),
        // Time passes until another version has the label of the previous one.
        runAt("r3", 22 * DAY + 2 * HOUR),
      ],
    },
  },
  {
    says: "a marker that somebody writes onto the access token moves its successor into no other secret",
    script: {
      setting: setting([], {
        intervalMs: HOUR,
        policy: { renewBefore: "400m", orphanAfter: "1h", retire: "never", secretFormat: "plain" },
        applications: [
          {
            access: "managed",
            tokens: [{ name: "backend", lifetimeMs: 20 * HOUR, ageMs: 13 * HOUR, isMapped: false }],
          },
        ],
      }),
      entries: [
        actAt({ atMs: 34 * MINUTE }, { do: "forge-text", role: ACCESS, whose: "current", how: "doubled" }),
        ...Array.from({ length: 7 }, (_, index) => runAt(`r${index}`, (index + 1) * HOUR)),
      ],
    },
  },
  {
    says: "what an administrator wrote under the id of a rotation in progress doesn't become current",
    script: {
      setting: setting([token("backend", 8)]),
      entries: [
        runAt("r1", MINUTE),
        actAt(
          { run: "r1", call: 7 },
          {
            do: "plant-version",
            role: FIRST,
            victim: { role: FIRST, whose: "newest" },
            isCurrent: false,
          },
        ),
      ],
    },
  },
  {
    says: "a version without labels that names the access token doesn't take the place of what consumers read",
    script: {
      setting: setting([], {
        intervalMs: DAY,
        policy: {
          renewBefore: "16200m",
          orphanAfter: "1h",
          retire: { unread: "ignore", deactivateAfter: "2880m", deleteAfter: "2880m" },
          secretFormat: "json",
        },
        applications: [
          {
            access: "lasting",
            tokens: [
              { name: "backend", lifetimeMs: 45 * DAY, ageMs: 810 * HOUR, isMapped: false },
              { name: "edge-gateway", lifetimeMs: 45 * DAY, ageMs: 714 * HOUR, isMapped: true },
            ],
          },
          {
            access: "lasting",
            tokens: [{ name: "backend", lifetimeMs: 45 * DAY, ageMs: 714 * HOUR, isMapped: false }],
          },
        ],
      }),
      entries: [
        runAt("r5", 3 * DAY + 60_171),
        { kind: "outage", of: "bus", fromMs: 255409078, toMs: 1119409078 },
        actAt(
          { run: "r5", call: 6 },
          {
            do: "plant-version",
            role: { application: 0, token: 1, deployment: 0 },
            victim: { role: { application: 0, token: "access", deployment: 0 }, whose: "current" },
            isCurrent: false,
          },
        ),
      ],
    },
  },
  {
    says: "a token that an administrator made current in a mapped secret as well is not deactivated there",
    script: {
      setting: setting([], {
        // The order of the calls, and so the one that fails, depends on it.
        seed: 130_053_862,
        intervalMs: DAY,
        policy: {
          renewBefore: "10800m",
          orphanAfter: "1h",
          retire: { unread: "ignore", deactivateAfter: "2880m" },
          secretFormat: "json",
        },
        applications: [
          {
            access: "lasting",
            tokens: [{ name: "backend", lifetimeMs: 30 * DAY, ageMs: 516 * HOUR, isMapped: true }],
          },
          {
            access: "managed",
            tokens: [
              { name: "backend", lifetimeMs: 30 * DAY, ageMs: 540 * HOUR, isMapped: false },
              { name: "edge-gateway", lifetimeMs: 30 * DAY, ageMs: 540 * HOUR, isMapped: true },
            ],
          },
        ],
      }),
      entries: [
        runAt("r1", 60_055),
        runAt("r6", 10 * DAY + 60_139),
        runAt("r8", 10 * DAY + 127_209, {
          isEndless: true,
          requestId: "r7",
          event: { trigger: "manual", tokens: ["backend"], force: true, retireNow: true },
        }),
        faultAt("r8", 17, "lost-then-throttled"),
        actAt(
          { run: "r6", call: 8 },
          {
            do: "plant-version",
            role: { application: 1, token: 1, deployment: 0 },
            victim: { role: { application: 1, token: 0, deployment: 0 }, whose: "current" },
            isCurrent: true,
          },
        ),
      ],
    },
  },
  {
    says: "a rotation goes on in its own secret, and not in a copy that was made of it meanwhile",
    script: {
      setting: setting([], {
        intervalMs: 6 * HOUR,
        policy: {
          renewBefore: "2700m",
          orphanAfter: "1h",
          retire: { unread: "ignore", deleteAfter: "1080m" },
          secretFormat: "plain",
        },
        applications: [
          {
            access: "lasting",
            tokens: [
              { name: "backend", lifetimeMs: 180 * HOUR, ageMs: 135 * HOUR, isMapped: false },
              { name: "edge-gateway", lifetimeMs: 180 * HOUR, ageMs: 135 * HOUR, isMapped: true },
              { name: "my server #3", lifetimeMs: 180 * HOUR, ageMs: 123 * HOUR, isMapped: false },
            ],
          },
        ],
      }),
      entries: [
        runAt("r5", 64_862_407),
        runAt("r8", 1 * DAY + 72_928, { event: { trigger: "manual", tokens: ["backend"], force: true } }),
        actAt(
          { run: "r8", call: 9 },
          { do: "copy-secret", role: { application: 0, token: 0, deployment: 0 } },
        ),
      ],
    },
  },
  {
    says: "under a new prefix a secret keeps its name, also when people have swapped the names of tokens",
    script: {
      setting: setting([], {
        intervalMs: 6 * HOUR,
        policy: {
          renewBefore: "2400m",
          orphanAfter: "1h",
          retire: { unread: "ignore", deactivateAfter: "720m", deleteAfter: "1080m" },
          secretFormat: "json",
        },
        applications: [
          {
            access: "lasting",
            tokens: [
              { name: "backend", lifetimeMs: 5 * DAY, ageMs: 78 * HOUR, isMapped: true },
              { name: "edge-gateway", lifetimeMs: 5 * DAY, ageMs: 84 * HOUR, isMapped: false },
              { name: "my server #3", lifetimeMs: 5 * DAY, ageMs: 78 * HOUR, isMapped: true },
            ],
          },
          {
            access: "lasting",
            tokens: [
              { name: "backend", lifetimeMs: 5 * DAY, ageMs: 66 * HOUR, isMapped: true },
              { name: "edge-gateway", lifetimeMs: 5 * DAY, ageMs: 78 * HOUR, isMapped: false },
            ],
          },
        ],
      }),
      entries: [
        runAt("r2", 61_899, {
          event: { trigger: "manual", tokens: ["backend"], force: true, retireNow: true },
        }),
        runAt("r3", 21_663_076),
        actAt(
          { run: "r3", call: 1 },
          {
            do: "swap-names",
            role: { application: 0, token: 2, deployment: 0 },
            whose: "current",
            onto: { role: { application: 0, token: 0, deployment: 0 }, whose: "root" },
          },
        ),
        actAt(
          { run: "r3", call: 8 },
          { do: "move-prefix", role: { application: 0, token: 1, deployment: 0 } },
        ),
      ],
    },
  },
  {
    says: "what has just been stored under the former prefix, and is listed nowhere yet, is not replaced again",
    script: {
      setting: setting([], {
        intervalMs: 15 * MINUTE,
        policy: {
          renewBefore: "75m",
          orphanAfter: "1h",
          retire: { unread: "ignore", deactivateAfter: "30m" },
          secretFormat: "json",
        },
        applications: [
          {
            access: "managed",
            tokens: [{ name: "backend", lifetimeMs: 5 * HOUR, ageMs: 195 * MINUTE, isMapped: false }],
          },
          {
            access: "managed",
            tokens: [
              { name: "backend", lifetimeMs: 5 * HOUR, ageMs: 225 * MINUTE, isMapped: false },
              { name: "edge-gateway", lifetimeMs: 5 * HOUR, ageMs: 195 * MINUTE, isMapped: false },
              { name: "my server #3", lifetimeMs: 5 * HOUR, ageMs: 195 * MINUTE, isMapped: false },
            ],
          },
        ],
        deployments: ["home", "other-namespace"],
        indexLagMs: 299 * 1_000,
      }),
      entries: [
        runAt("r3", 1_924_834),
        runAt("r4", 1_860_376),
        actAt(
          { run: "r4", call: 6 },
          { do: "move-prefix", role: { application: 0, token: 0, deployment: 0 } },
        ),
      ],
    },
  },
  {
    says: "nobody's live tokens stay few where Losant tells no time, nothing can be stored, and nothing deleted",
    script: {
      setting: setting([unmapped("backend", 7.5)], { isUndated: true, listingLagMs: 600_000 }),
      entries: [
        actAt({ atMs: 0 }, { do: "deny-writes", role: FIRST }),
        actAt({ atMs: 0 }, { do: "forbid-deletes", role: FIRST }),
        ...runs(1, 5),
      ],
    },
  },
  {
    says: "a copy of a token that was deleted at once is told from an orphan by tokens of older access tokens",
    script: {
      setting: setting([], {
        intervalMs: 15 * MINUTE,
        policy: {
          renewBefore: "100m",
          orphanAfter: "1h",
          retire: { unread: "ignore", deactivateAfter: "30m", deleteAfter: "45m" },
          secretFormat: "json",
        },
        applications: [
          {
            access: "managed",
            tokens: [
              { name: "backend", lifetimeMs: 5 * HOUR, ageMs: 210 * MINUTE, isMapped: false },
              { name: "edge-gateway", lifetimeMs: 5 * HOUR, ageMs: 165 * MINUTE, isMapped: false },
              { name: "my server #3", lifetimeMs: 5 * HOUR, ageMs: 210 * MINUTE, isMapped: false },
            ],
          },
        ],
      }),
      entries: [
        runAt("r4", 1_068_466),
        runAt("r5", 1_861_006),
        { kind: "outage", of: "store", fromMs: 2514741, toMs: 6114741 },
        actAt({ atMs: 0 }, { do: "deny-writes", role: { application: 0, token: 2, deployment: 0 } }),
        actAt(
          { run: "r5", call: 13 },
          { do: "clone", role: { application: 0, token: 2, deployment: 0 }, whose: "newest" },
        ),
      ],
    },
  },
  {
    says: "a move doesn't wait for a day while consumers use the token that was replaced, and that ends",
    script: {
      setting: setting([], {
        intervalMs: HOUR,
        policy: {
          renewBefore: "900m",
          orphanAfter: "1h",
          retire: { unread: "ignore", deleteAfter: "120m" },
          secretFormat: "json",
        },
        applications: [
          {
            access: "lasting",
            tokens: [
              { name: "backend", lifetimeMs: 45 * HOUR, ageMs: 1965 * MINUTE, isMapped: true },
              { name: "edge-gateway", lifetimeMs: 45 * HOUR, ageMs: 1905 * MINUTE, isMapped: false },
            ],
          },
        ],
      }),
      entries: [
        runAt("r1", 60_332, { event: { trigger: "manual", tokens: ["backend"] } }),
        faultAt("r1", 10, "crash-before"),
        actAt(
          { atMs: 4_249_343 },
          { do: "map-elsewhere", role: { application: 0, token: 0, deployment: 0 } },
        ),
        { kind: "outage", of: "index", fromMs: 1658473, toMs: 5258473 },
      ],
    },
  },
  {
    says: "former access tokens whose versions somebody removed are renewed, each under its own id",
    script: {
      setting: setting([], {
        intervalMs: HOUR,
        policy: {
          renewBefore: "300m",
          orphanAfter: "1h",
          retire: { unread: "ignore", deactivateAfter: "120m", deleteAfter: "120m" },
          secretFormat: "json",
        },
        applications: [
          {
            access: "managed",
            tokens: [{ name: "backend", lifetimeMs: 20 * HOUR, ageMs: 15 * HOUR, isMapped: false }],
          },
        ],
      }),
      entries: [
        runAt("r4", 3_746_524),
        runAt("r5", 7_262_199, { skewMs: 26 * HOUR }),
        runAt("r10", 57_661_259),
        actAt({ atMs: 9_007_286 }, { do: "replace-access", role: FIRST, old: "left" }),
        actAt({ run: "r10", call: 12 }, { do: "replace-access", role: FIRST, old: "purged" }),
      ],
    },
  },
  {
    says: "nobody is warned of a token over which somebody set another one, in a secret that was created again",
    script: {
      setting: setting([], {
        // The history goes on until the token has expired.
        seed: 16,
        intervalMs: DAY,
        policy: { renewBefore: "15d", orphanAfter: "1h", retire: "never", secretFormat: "json" },
        applications: [
          {
            access: "managed",
            tokens: [{ name: "backend", lifetimeMs: 45 * DAY, ageMs: 810 * HOUR, isMapped: false }],
          },
        ],
      }),
      entries: [
        actAt({ atMs: MINUTE }, { do: "remake-secret", role: ACCESS }),
        actAt({ atMs: DAY }, { do: "set-by-hand", role: ACCESS }),
        // Nothing else changes until then.
        actAt({ atMs: 3 * DAY }, { do: "allow-writes", role: FIRST }),
      ],
    },
  },
  {
    says: "a marker counts for the token that its secret holds, not for one that another deployment made a moment before",
    script: {
      setting: setting([], {
        // Both successors expire in the same minute.
        seed: 600_163_788,
        intervalMs: 15 * MINUTE,
        policy: { renewBefore: "150m", orphanAfter: "1h", retire: "never", secretFormat: "json" },
        applications: [
          {
            access: "lasting",
            tokens: [{ name: "backend", lifetimeMs: 450 * MINUTE, ageMs: 307.5 * MINUTE, isMapped: false }],
          },
        ],
        deployments: ["home", "other-account"],
        datePrecisionMs: MINUTE,
        creatorIds: "user",
      }),
      entries: [
        runAt("r100", 58_241, { deployment: 1 }),
        runAt("r1", 60_436),
        actAt(
          { atMs: 27 * MINUTE },
          {
            do: "copy-text",
            role: FIRST,
            whose: "current",
            onto: { role: { ...FIRST, deployment: 1 }, whose: "current" },
          },
        ),
      ],
    },
  },
  {
    says: "a run whose clock is hours behind warns in the last interval of a root whose text names another prefix",
    script: {
      setting: setting([], {
        intervalMs: HOUR,
        hidesCreatorTypes: true,
        policy: { renewBefore: "15h", orphanAfter: "1h", retire: "never", secretFormat: "plain" },
        applications: [
          {
            access: "lasting",
            tokens: [{ name: "backend", lifetimeMs: 45 * HOUR, ageMs: 29.75 * HOUR, isMapped: false }],
          },
        ],
      }),
      entries: [
        actAt({ atMs: HOUR }, { do: "forge-text", role: FIRST, whose: "root", how: "other-prefix" }),
        runAt("r1", 15 * HOUR + MINUTE, { skewMs: -132 * MINUTE }),
      ],
    },
  },
  {
    says: "a text that was moved to another deployment's token ends no life, if Losant cuts its dates and names no creator",
    script: {
      setting: setting([], {
        // Both successors expire in the same minute.
        seed: 600_320_250,
        intervalMs: 15 * MINUTE,
        policy: {
          renewBefore: "75m",
          orphanAfter: "1h",
          retire: { unread: "ignore", deactivateAfter: "30m", deleteAfter: "45m" },
          secretFormat: "plain",
        },
        applications: [
          {
            access: "lasting",
            tokens: [
              { name: "backend", lifetimeMs: 5 * HOUR, ageMs: 3 * HOUR, isMapped: true },
              { name: "edge-gateway", lifetimeMs: 5 * HOUR, ageMs: 225 * MINUTE, isMapped: true },
            ],
          },
        ],
        deployments: ["home", "other-namespace"],
        listingLagMs: MINUTE,
        datePrecisionMs: MINUTE,
        creatorIds: "none",
      }),
      entries: [
        runAt("r1", 61_755),
        runAt("r6", 2_761_479),
        runAt("r100", 65_205, { deployment: 1 }),
        actAt(
          { run: "r6", call: 1 },
          {
            do: "steal-text",
            role: { application: 0, token: 1, deployment: 0 },
            whose: "current",
            onto: { role: { application: 0, token: 1, deployment: 1 }, whose: "newest" },
          },
        ),
      ],
    },
  },
  {
    says: "a lineage moves once, also if a person went back to an earlier access token, whose key doesn't show who replaced whom",
    script: {
      setting: setting([], {
        seed: 600_367_288,
        intervalMs: 6 * HOUR,
        policy: {
          renewBefore: "3600m",
          orphanAfter: "1h",
          retire: { unread: "ignore", deleteAfter: "720m" },
          secretFormat: "json",
        },
        applications: [
          {
            access: "managed",
            tokens: [{ name: "backend", lifetimeMs: 180 * HOUR, ageMs: 129 * HOUR, isMapped: true }],
          },
        ],
        creatorIds: "none",
      }),
      entries: [
        runAt("r1", 60_128),
        runAt("r2", 1_120_969, { event: FORCED }),
        actAt({ atMs: 1_349_252 }, { do: "roll-back", role: ACCESS }),
        actAt({ run: "r2", call: 4 }, { do: "rename", role: FIRST, whose: "current" }),
        actAt({ atMs: 26_273_733 }, { do: "map-elsewhere", role: FIRST }),
      ],
    },
  },
  {
    says: "a token that somebody also put into the worker's own secret is ended as long after its replacement as the policy says",
    script: {
      setting: setting([], {
        seed: 880_951,
        intervalMs: DAY,
        policy: {
          renewBefore: "9600m",
          orphanAfter: "1h",
          retire: { unread: "ignore", deactivateAfter: "2880m", deleteAfter: "4320m" },
          secretFormat: "json",
        },
        applications: [
          {
            access: "lasting",
            tokens: [
              { name: "backend", lifetimeMs: 20 * DAY, ageMs: 13 * DAY, isMapped: false },
              { name: "edge-gateway", lifetimeMs: 20 * DAY, ageMs: 13 * DAY, isMapped: false },
              { name: "my server #3", lifetimeMs: 20 * DAY, ageMs: 11 * DAY, isMapped: false },
            ],
          },
        ],
      }),
      entries: [
        runAt("r3", 172_861_236),
        runAt("r4", 259_261_428),
        actAt(
          { run: "r4", call: 13 },
          { do: "plant-version", role: ACCESS, victim: { role: SECOND, whose: "current" }, isCurrent: true },
        ),
        runAt("r300", 1_555_263_446),
        runAt("r350", 1_987_262_372),
      ],
    },
  },
];
