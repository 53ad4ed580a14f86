import type { DirectoryDeed, DiscoverySetting, EntrySetting, FoundSetting } from "./discovery-script.ts";
import { RETIRING, runs, setting } from "./lasting.ts";
import { FIRST, faultAt, runAt } from "./scenarios.ts";
import type { ActEntry, ApplicationSetting, Entry, Script, Setting } from "./script.ts";
import { DAY, HOUR, MINUTE } from "./services.ts";

const INTERVAL = 6 * HOUR;
const TOKEN = { name: "backend", lifetimeMs: 30 * DAY, ageMs: 25 * DAY, isMapped: false };
const ACME: EntrySetting = { organizations: ["Acme *"] };
const ALL: EntrySetting = { organizations: ["*"] };
const FORCED = { trigger: "manual", tokens: [TOKEN.name], force: true } as const;

/** The token whose place is the same as that of its application. */
const of = (application: number) => ({ ...FIRST, application });

const app = (name: string, found: Partial<FoundSetting> = {}): ApplicationSetting => ({
  tokens: [TOKEN],
  access: "lasting",
  found: { name, owner: 0, ...found },
});

/** Five applications of one organization, each with a token that is due, on three pages. */
const FIVE = ["Alpha", "Beta", "Gamma", "Delta", "Epsilon"].map((name) => app(name));

function discovering(
  discovery: Partial<DiscoverySetting> = {},
  applications: readonly ApplicationSetting[] = FIVE,
  more: Partial<Setting> = {},
): Setting {
  const organizations = ["Acme Wheels", "Acme Doors", "Other"];
  return setting([], {
    applications,
    discovery: { entries: [ACME], organizations, perPage: 2, ...discovery },
    ...more,
  });
}

const deed = (when: ActEntry["when"], what: DirectoryDeed): Entry => ({
  kind: "directory",
  when,
  deed: what,
});
const flaw = (
  how: "hidden" | "unreadable" | "nameless" | "denied" | "not-found",
  application: number,
): Entry => ({
  kind: "directory-flaw",
  how,
  application,
  fromMs: 0,
  toMs: DAY,
});
const outage = (how: "throttled" | "unavailable", entry: number, fromMs = 0, toMs = DAY): Entry => ({
  kind: "directory-outage",
  how,
  entry,
  fromMs,
  toMs,
});
const deleteBefore = (call: number): Entry =>
  deed({ run: "r1", call }, { do: "delete-application", application: 0 });

/** Histories in which the worker discovers its applications. */
export const DISCOVERED: readonly { readonly says: string; readonly script: Script }[] = [
  {
    says: "an application that a deletion moves to a page that was read is found in the second reading",
    script: { setting: discovering(), entries: [deleteBefore(2), runAt("r1", MINUTE)] },
  },
  {
    says: "if the second reading fails, the run says that an application may be missing",
    script: {
      setting: discovering(),
      entries: [deleteBefore(2), faultAt("r1", 4, "unavailable"), runAt("r1", MINUTE)],
    },
  },
  {
    says: "an organization that comes and goes ends no token, and its applications are worked on while it is there",
    script: {
      setting: discovering({}, FIVE, { policy: RETIRING }),
      entries: [
        ...runs(0, 4),
        ...Array.from({ length: 14 }, (_, index) =>
          deed(
            { atMs: (index + 1) * INTERVAL - HOUR },
            { do: index % 3 === 2 ? "enable" : "disable", organization: 0 },
          ),
        ),
      ],
    },
  },
  {
    says: "what a list lacks, can't show, or shows and refuses costs only that application, and is told",
    script: {
      setting: discovering({}, [...FIVE, app("Zeta")]),
      entries: [
        flaw("hidden", 0),
        flaw("unreadable", 1),
        flaw("nameless", 2),
        flaw("denied", 3),
        flaw("not-found", 4),
        ...runs(0, 2),
      ],
    },
  },
  ...(["hidden", "unreadable", "nameless", "denied", "not-found"] as const).map((how) => ({
    says: `an application that is ${how} for a day is told of each time, and nothing happens to it`,
    script: {
      setting: discovering({ entries: [{ ...ACME, atLeast: 5 }] }, FIVE, { policy: RETIRING }),
      entries: [runAt("r1", 0), { ...flaw(how, 2), fromMs: INTERVAL, toMs: 2 * DAY } as Entry, ...runs(1, 2)],
    },
  })),
  ...(["low", "high"] as const).map((count) => ({
    says: `a count of the list that is too ${count} costs no application`,
    script: { setting: discovering({ count }), entries: runs(0, 2) },
  })),
  {
    says: "fewer applications than expected, and in the end none, are told of after everything else is done",
    script: {
      setting: discovering({ entries: [{ ...ACME, atLeast: 4 }] }),
      entries: [
        ...runs(0, 2),
        ...[0, 1, 2, 3, 4].map((application) =>
          deed({ atMs: (application + 1) * INTERVAL + HOUR }, { do: "delete-application", application }),
        ),
      ],
    },
  },
  {
    says: "if one entry's list fails, the applications of the others and those with their own access token go on",
    script: {
      setting: discovering({ entries: [{ organizations: ["Acme Doors"] }, ALL] }, [
        ...FIVE,
        app("Zeta", { owner: 1 }),
        { tokens: [TOKEN], access: "lasting" },
      ]),
      entries: [outage("unavailable", 0), ...runs(0, 2)],
    },
  },
  {
    says: "the first entry decides the policy of an application while only the second entry's list can be read",
    script: {
      setting: discovering({ entries: [ACME, { ...ALL, policy: { retire: RETIRING.retire } }] }),
      entries: [
        ...runs(0, 3),
        runAt("r1", 2 * HOUR, { event: FORCED }),
        outage("unavailable", 0, 3 * HOUR, 2 * DAY),
      ],
    },
  },
  {
    says: "what was made with one entry's access token is known when another entry finds the application again",
    script: {
      setting: discovering({ entries: [ACME, ALL] }, FIVE, { policy: RETIRING }),
      entries: [
        outage("unavailable", 0, 0, HOUR),
        runAt("r1", MINUTE),
        faultAt("r1", "stage", "crash-before"),
        ...runs(1, 3),
      ],
    },
  },
  {
    says: "another deployment's successors are known by their markers, although Losant calls the user their creator",
    script: {
      setting: discovering(
        { creatorType: "user" },
        [{ ...app("Alpha"), tokens: [{ ...TOKEN, isMapped: true }] }, app("Beta")],
        { creatorIds: "user", deployments: ["home", "other-account"] },
      ),
      entries: [runAt("r1", MINUTE), runAt("r2", HOUR, { deployment: 1 })],
    },
  },
  {
    says: "applications that move, are renamed, excluded, created and found again keep their tokens and secrets",
    script: {
      setting: discovering(
        { entries: [{ organizations: ["Acme *", "sandbox"], exclude: ["* staging"] }] },
        [...FIVE, app("Zeta", { owner: "sandbox" }), app("Eta", { isLater: true }), app("Theta staging")],
        { policy: RETIRING },
      ),
      entries: [
        ...runs(0, 4),
        deed({ atMs: 7 * HOUR }, { do: "move-application", application: 0, owner: 1 }),
        deed({ atMs: 7 * HOUR }, { do: "move-application", application: 1, owner: 2 }),
        deed({ atMs: 8 * HOUR }, { do: "rename-application", application: 2, name: "Gamma staging" }),
        deed({ atMs: 8 * HOUR }, { do: "rename-organization", organization: 1, name: "Elsewhere" }),
        deed({ atMs: DAY }, { do: "create-application", application: 6 }),
        deed({ atMs: 2 * DAY }, { do: "move-application", application: 1, owner: 0 }),
        deed({ atMs: 2 * DAY }, { do: "rename-application", application: 2, name: "Gamma" }),
      ],
    },
  },
  {
    says: "an application whose entry has no access token is missed only if all lists are complete",
    script: {
      setting: discovering({}, [...FIVE, app("Zeta", { isOverridden: true })]),
      entries: [
        ...runs(0, 2),
        { ...flaw("hidden", 0), fromMs: DAY / 2, toMs: DAY } as Entry,
        deed({ atMs: 7 * HOUR }, { do: "move-application", application: 5, owner: 2 }),
      ],
    },
  },
  {
    says: "an access token of a user that is replaced and revoked during a run is read again",
    script: {
      setting: discovering({}, FIVE, { policy: RETIRING }),
      entries: [
        runAt("r1", MINUTE),
        deed({ run: "r1", call: 9 }, { do: "replace-user-token", entry: 0, old: "revoked" }),
        ...runs(1, 3),
      ],
    },
  },
  {
    says: "an application that the access token may only view fails alone, and nothing of it is ended",
    script: {
      setting: discovering({}, FIVE, { policy: RETIRING }),
      entries: [
        ...runs(0, 3),
        deed({ atMs: 7 * HOUR }, { do: "cap", entry: 0, application: 1, role: "view" }),
        deed({ atMs: 2 * DAY }, { do: "cap", entry: 0, application: 1, role: "collaborate" }),
      ],
    },
  },
  {
    says: "a list that Losant throttles continues with the page that was refused",
    script: {
      setting: discovering({ perPage: 1 }),
      entries: [{ kind: "rate", most: 2, isSaid: true, fromMs: 0, toMs: DAY }, ...runs(0, 1)],
    },
  },
  {
    says: "a run that is told to rotate one token discovers its application",
    script: {
      setting: discovering(),
      entries: [runAt("r1", MINUTE), runAt("r2", 2 * HOUR, { event: FORCED })],
    },
  },
  {
    says: "a hand that touches a token of an application that no list has is not undone",
    script: {
      setting: discovering({}, FIVE, { policy: RETIRING }),
      entries: [
        ...runs(0, 3),
        deed({ atMs: 7 * HOUR }, { do: "disable", organization: 0 }),
        { kind: "act", when: { atMs: 8 * HOUR }, act: { do: "roll-back", role: of(1) } },
        { kind: "act", when: { atMs: 8 * HOUR }, act: { do: "deactivate", role: of(2), whose: "current" } },
        deed({ atMs: 2 * DAY }, { do: "enable", organization: 0 }),
      ],
    },
  },
  {
    says: "an application that moves away, and that the second list leaves out and doesn't count, is said to be gone",
    script: {
      setting: discovering({ entries: [ACME, { organizations: ["*", "sandbox"] }], count: "low" }, [
        app("Alpha"),
      ]),
      entries: [
        runAt("r1", MINUTE),
        // Until then, the list of one entry is read, and that of the other isn't.
        outage("throttled", 0, 0, 4 * MINUTE),
        deed({ atMs: 2 * MINUTE }, { do: "move-application", application: 0, owner: "sandbox" }),
        { ...flaw("hidden", 0), fromMs: 3 * MINUTE } as Entry,
      ],
    },
  },
  {
    says: "an application that two deletions move from page to page, through both readings, is said to be missing",
    script: {
      setting: discovering({ perPage: 1, count: "high" }, FIVE.slice(0, 3)),
      entries: [
        runAt("r1", MINUTE),
        deed({ run: "r1", call: 3 }, { do: "delete-application", application: 1 }),
        deed({ run: "r1", call: 6 }, { do: "delete-application", application: 0 }),
      ],
    },
  },
  {
    says: "what another deployment made with another user's access token is no second root, if Losant calls the user its creator",
    script: {
      setting: discovering(
        {
          entries: [
            { organizations: ["Other", "sandbox"], atLeast: 0 },
            { organizations: ["Acme *"], policy: { retire: "never" } },
          ],
          creatorType: "user",
        },
        [{ ...app("Delta", { owner: 2 }), tokens: [{ ...TOKEN, isMapped: true }] }],
        { deployments: ["home", "other-region"], creatorIds: "user" },
      ),
      entries: [
        deed({ atMs: HOUR }, { do: "move-application", application: 0, owner: 0 }),
        runAt("r12", 3 * HOUR, { event: FORCED }),
      ],
    },
  },
];
