import type { DirectoryDeed, EntrySetting } from "./discovery-script.ts";
import { RETIRING, runs, setting } from "./lasting.ts";
import { faultAt, runAt } from "./scenarios.ts";
import type { ActEntry, Entry, FaultKind, Script, Setting } from "./script.ts";
import { DAY, HOUR, MINUTE } from "./services.ts";

const RENEWS = { lifetimeMs: 30 * DAY, ageMs: 25 * DAY };
const ACME: EntrySetting = { organizations: ["Acme *"], renews: RENEWS };
/** The calls of a run from its list of the user's tokens, which shows the cap, until it has renewed the access token. */
const CALLS = { from: 8, to: 19 };

function renewing(entries: readonly EntrySetting[] = [ACME], more: Partial<Setting> = {}): Setting {
  return setting([], {
    applications: ["Alpha", "Beta"].map((name) => ({
      tokens: [],
      access: "lasting",
      found: { name, owner: 0 },
    })),
    policy: RETIRING,
    discovery: { entries, organizations: ["Acme Wheels"], perPage: 100 },
    ...more,
  });
}

const deed = (when: ActEntry["when"], what: DirectoryDeed): Entry => ({
  kind: "directory",
  when,
  deed: what,
});
const START = { atMs: 0 };
const make = (as: "named" | "forged" | "copied", when: ActEntry["when"] = START): Entry =>
  deed(when, { do: "make-user-token", entry: 0, as });
const cap = (when: ActEntry["when"], role: "view" | "collaborate" = "collaborate"): Entry =>
  deed(when, { do: "cap", entry: 0, application: 0, role });

/** It names all tokens of the user that have this name. */
const FORCED = { trigger: "manual", tokens: ["worker at home"], force: true, retireNow: true } as const;

const at = (call: number) => ({ run: "r1", call });
const eachCall = <Item>(item: (call: number) => Item) =>
  Array.from({ length: CALLS.to - CALLS.from }, (_, index) => item(CALLS.from + index));

const STOPPED = [
  "list",
  "create",
  "probe",
  "get",
  "stage",
  "promote",
  "publish",
  "detach",
] as const satisfies readonly string[];

/** Histories in which the access token of a user renews itself. */
export const RENEWED: readonly { readonly says: string; readonly script: Script }[] = [
  {
    says: "the access token of a user is renewed, and again, and all other tokens of the user are left alone",
    script: {
      setting: renewing(),
      entries: [
        make("named"),
        make("forged"),
        runAt("r1", MINUTE),
        make("copied", { atMs: HOUR }),
        runAt("r2", 2 * HOUR, { event: FORCED }),
        ...runs(1, 2),
        ...runs(20, 23),
      ],
    },
  },
  ...eachCall((call) => ({
    says: `a person who changes the permission cap before call ${call} changes that of the access token's next successor`,
    script: { setting: renewing(), entries: [runAt("r1", MINUTE), cap(at(call)), ...runs(1, 2)] },
  })),
  ...(["view", "collaborate"] as const).map((role) => ({
    says: `a successor that was stored before somebody changed the cap to ${role} never becomes current`,
    script: {
      setting: renewing(),
      entries: [
        runAt("r1", MINUTE),
        faultAt("r1", "promote", "crash-before"),
        cap({ atMs: HOUR }, role),
        runAt("r2", 2 * HOUR),
        ...runs(1, 3),
      ],
    },
  })),
  ...STOPPED.flatMap((call) =>
    (["crash-before", "crash-after"] as const satisfies readonly FaultKind[]).map((fault) => ({
      says: `a run with ${fault} at its first ${call} loses no access token of a user`,
      script: {
        setting: renewing(),
        entries: [make("forged"), runAt("r1", MINUTE), faultAt("r1", call, fault), ...runs(1, 2)],
      },
    })),
  ),
  ...[0, 1, 2_000, 20_000].map((delayMs) => ({
    says: `of two runs that begin within ${delayMs} ms, one renews the access token of a user`,
    script: {
      setting: renewing(),
      entries: [make("named"), runAt("r1", MINUTE), runAt("r2", MINUTE + delayMs), ...runs(1, 2)],
    },
  })),
  {
    says: "two entries with one access token renew it once",
    script: {
      setting: renewing([ACME, { organizations: ["*"], isShared: true, renews: RENEWS }]),
      entries: [make("named"), runAt("r1", MINUTE), cap({ atMs: HOUR }), ...runs(20, 22)],
    },
  },
  {
    says: "an access token of a user that somebody revokes stays revoked",
    script: {
      setting: renewing(),
      entries: [...runs(0, 1), deed({ atMs: DAY }, { do: "revoke-user-token", entry: 0 }), ...runs(1, 3)],
    },
  },
  ...(["left", "revoked"] as const).map((old) => ({
    says: `an access token of a user that somebody stores is renewed from then on, and the one before is ${old}`,
    script: {
      setting: renewing(),
      entries: [
        runAt("r1", MINUTE),
        deed(at(9), { do: "replace-user-token", entry: 0, old }),
        ...runs(20, 22),
      ],
    },
  })),
];
