import type {
  Act,
  ActEntry,
  Entry,
  FaultEntry,
  FaultKind,
  PolicySetting,
  Role,
  RunEntry,
  Setting,
} from "./script.ts";
import { DAY, HOUR, MINUTE } from "./services.ts";

/** A history that leads up to one run in which everything goes well, and its setting. */
export interface Scenario {
  readonly name: string;
  readonly setting: Setting;
  /** The entries before the run. */
  readonly before: readonly Entry[];
  /** The run that a crash interrupts. */
  readonly run: RunEntry;
}

const INTERVAL_MS = 6 * HOUR;
const TOKEN = { name: "backend", lifetimeMs: 30 * DAY, ageMs: 25 * DAY, isMapped: false };
const HOME: Setting = {
  seed: 1,
  intervalMs: INTERVAL_MS,
  policy: { renewBefore: "9d", orphanAfter: "1h", retire: "never", secretFormat: "json" },
  applications: [{ tokens: [TOKEN], access: "lasting" }],
  deployments: ["home"],
  listingLagMs: 0,
  describeLagMs: 0,
  firstVersionKeepsLabel: true,
  labelMovesTouchLastChanged: true,
};

export function runAt(id: string, atMs: number, more: Partial<RunEntry> = {}): RunEntry {
  return {
    kind: "run",
    id,
    atMs,
    deployment: 0,
    event: { trigger: "schedule" },
    skewMs: 0,
    isEndless: false,
    ...more,
  };
}

export function faultAt(run: string, call: FaultEntry["call"], fault: FaultKind): FaultEntry {
  return { kind: "fault", run, call, fault };
}

export function actAt(when: ActEntry["when"], act: Act): ActEntry {
  return { kind: "act", when, act };
}

/** The first token of the first application, at home. */
export const FIRST: Role = { application: 0, token: 0, deployment: 0 };

const withPolicy = (policy: Partial<PolicySetting>): Setting => ({
  ...HOME,
  policy: { ...HOME.policy, ...policy },
});
/** The second rotation is due on the 22nd day after the first. */
const LATER_MS = 22 * DAY;

const again: readonly Entry[] = [runAt("r1", 0)];
const forced = { trigger: "manual", tokens: ["backend"], force: true } as const;
const retiring = { unread: "ignore", deactivateAfter: "12h", deleteAfter: "18h" } as const;

export const SCENARIOS: readonly Scenario[] = [
  { name: "first rotation", setting: HOME, before: [], run: runAt("r9", MINUTE) },
  {
    name: "first rotation, of a first version that loses its label",
    setting: { ...HOME, firstVersionKeepsLabel: false },
    before: [],
    run: runAt("r9", MINUTE),
  },
  { name: "later rotation", setting: HOME, before: again, run: runAt("r9", LATER_MS) },
  {
    name: "first rotation of a secret that is in use",
    setting: { ...HOME, applications: [{ tokens: [{ ...TOKEN, isMapped: true }], access: "lasting" }] },
    before: [],
    run: runAt("r9", MINUTE),
  },
  {
    name: "rotation of the access token",
    setting: { ...HOME, applications: [{ tokens: [TOKEN], access: "managed" }] },
    before: again,
    run: runAt("r9", LATER_MS),
  },
  {
    name: "retiring by deactivation",
    setting: withPolicy({ retire: { unread: "ignore", deactivateAfter: "12h" } }),
    before: [...again, runAt("r2", LATER_MS)],
    run: runAt("r9", LATER_MS + 3 * INTERVAL_MS),
  },
  {
    name: "grace after a promotion that was resumed, and left no date behind",
    setting: {
      ...withPolicy({ retire: { unread: "ignore", deactivateAfter: "12h" } }),
      labelMovesTouchLastChanged: false,
    },
    before: [
      ...again,
      runAt("r2", LATER_MS),
      faultAt("r2", "promote", "crash-before"),
      runAt("r3", LATER_MS + INTERVAL_MS),
    ],
    run: runAt("r9", LATER_MS + 13 * HOUR),
  },
  {
    name: "retiring by deletion, after deactivation",
    setting: withPolicy({ retire: retiring }),
    before: [...again, runAt("r2", LATER_MS), runAt("r3", LATER_MS + 2 * INTERVAL_MS + MINUTE)],
    run: runAt("r9", LATER_MS + 4 * INTERVAL_MS),
  },
  {
    name: "discarding an orphan, and rotating anew",
    setting: HOME,
    before: [runAt("r1", 0), faultAt("r1", "stage", "crash-before")],
    run: runAt("r9", INTERVAL_MS),
  },
  {
    name: "discarding an abandoned staged version",
    setting: HOME,
    before: [
      ...again,
      runAt("r2", LATER_MS),
      faultAt("r2", "promote", "crash-before"),
      actAt({ atMs: LATER_MS + HOUR }, { do: "deactivate", role: FIRST, whose: "newest" }),
    ],
    run: runAt("r9", LATER_MS + 3 * INTERVAL_MS),
  },
  {
    name: "a successor that was staged before its predecessor was revoked",
    setting: HOME,
    before: [
      ...again,
      runAt("r2", LATER_MS),
      faultAt("r2", "promote", "crash-before"),
      actAt({ atMs: LATER_MS + HOUR }, { do: "deactivate", role: FIRST, whose: "current" }),
    ],
    run: runAt("r9", LATER_MS + INTERVAL_MS),
  },
  {
    name: "announcing what is owed",
    setting: HOME,
    before: [...again, runAt("r2", LATER_MS), faultAt("r2", "publish", "crash-before")],
    run: runAt("r9", LATER_MS + INTERVAL_MS),
  },
  {
    name: "resuming",
    setting: HOME,
    before: [...again, runAt("r2", LATER_MS), faultAt("r2", "promote", "crash-before")],
    run: runAt("r9", LATER_MS + INTERVAL_MS),
  },
  {
    name: "forced, retiring the predecessor at once",
    setting: HOME,
    before: again,
    run: runAt("r9", 2 * DAY, {
      event: { ...forced, retireNow: true },
    }),
  },
  {
    name: "forced, of what somebody had rolled back to",
    setting: HOME,
    before: [
      ...again,
      runAt("r2", HOUR, { event: forced }),
      actAt({ atMs: 2 * HOUR }, { do: "roll-back", role: FIRST }),
    ],
    run: runAt("r9", 3 * HOUR, { event: forced }),
  },
  {
    name: "a second account beside it",
    setting: { ...HOME, deployments: ["home", "other-account"] },
    before: again,
    run: runAt("r9", MINUTE, { deployment: 1 }),
  },
  {
    name: "several tokens of two applications",
    setting: {
      ...HOME,
      applications: [
        { tokens: [TOKEN, { ...TOKEN, name: "edge gateway #2" }], access: "lasting" },
        { tokens: [TOKEN], access: "lasting" },
      ],
    },
    before: again,
    run: runAt("r9", LATER_MS),
  },
];

/**
 * Lambda retries a failed invocation a minute later, with the same request id. Otherwise the next scheduled run
 * follows.
 */
export const NEXT_RUNS = {
  "Lambda's retry": ({ run }: Scenario) =>
    runAt("r10", run.atMs + 2 * MINUTE, { ...run, id: "r10", atMs: run.atMs + 2 * MINUTE, requestId: "r9" }),
  "the next scheduled run": ({ run }: Scenario) =>
    runAt("r10", run.atMs + INTERVAL_MS, { deployment: run.deployment }),
} as const;
