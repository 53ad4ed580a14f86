import type { Chance } from "./chance.ts";
import {
  DIRECTORY_FLAWS,
  DIRECTORY_OUTAGES,
  type DirectoryDeed,
  type DirectoryEntry,
  type DirectoryFlawEntry,
  type DirectoryOutageEntry,
  type DiscoverySetting,
  type EntrySetting,
  type Owner,
} from "./discovery-script.ts";
import type { Act, ApplicationSetting, Entry, Role, RunEntry, Script, Setting } from "./script.ts";

type Texts = readonly string[];

const NAMES = ["Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta", "Eta", "Theta"] as const;
const ORGANIZATIONS = ["Acme Wheels", "Acme Doors", "Other"] as const;
const OWNERS = [0, 0, 1, 1, 2, "sandbox"] as const satisfies readonly Owner[];

/**
 * The same history, in which the worker discovers most of the applications, and people create, rename, move and delete them while
 * Losant lists them otherwise.
 */
export function discovering({ setting, entries }: Script, chance: Chance): Script {
  const before = chance.between(0, 3);
  const applications = [
    ...Array.from({ length: before }, () => other(setting, chance)),
    ...setting.applications,
    ...Array.from({ length: chance.between(0, 2) }, () => other(setting, chance)),
  ].map((application, index): ApplicationSetting => {
    // Some applications keep an access token of their own.
    if (chance.hits(0.12)) return application;
    const name = `${NAMES[index] ?? "Omega"}${chance.hits(0.15) ? " staging" : ""}`;
    const owner = chance.pick(OWNERS);
    const more = {
      ...(chance.hits(0.1) && { isOverridden: true }),
      ...(chance.hits(0.1) && { isLater: true }),
    };
    return { tokens: application.tokens, access: "lasting", found: { name, owner, ...more } };
  });
  const discovery = discoveryOf(setting, chance);
  const creatorIds = discovery.creatorType === "user" ? "user" : "accessToken";
  const world: Setting = { ...setting, applications, discovery, creatorIds };
  const isOfUser = (entry: Entry) =>
    entry.kind === "act" &&
    rolesOf(entry.act).some(
      ({ application, token }) =>
        applications[application]?.found !== undefined && (token === "access" || OF_ACCESS.has(entry.act.do)),
    );
  const moved = entries.map((entry) => later(entry, before)).filter((entry) => !isOfUser(entry));
  const runs = moved.filter((entry) => entry.kind === "run");
  const endMs = Math.max(...runs.map(({ atMs }) => atMs)) + setting.intervalMs;
  return {
    setting: world,
    entries: [
      ...moved,
      ...deedsOf(world, runs, endMs, chance),
      ...flawsOf(world, endMs, chance),
      ...outagesOf(world, endMs, chance),
    ],
  };
}

/** What people do to the access token of an application, which one that is discovered doesn't have. */
const OF_ACCESS: ReadonlySet<string> = new Set([
  "replace-access",
  "renew-access",
  "renew-access-token",
  "keep-access-token",
]);

function rolesOf(act: Act): readonly Role[] {
  return [act.role, ...("onto" in act ? [act.onto.role] : []), ...("victim" in act ? [act.victim.role] : [])];
}

/** An application that the history has besides those that it is about. */
function other({ applications }: Setting, chance: Chance): ApplicationSetting {
  const [{ tokens: [token] = [] } = { tokens: [] }] = applications;
  const hasToken = token !== undefined && chance.hits(0.5);
  return { tokens: hasToken ? [{ ...token, isMapped: chance.hits(0.2) }] : [], access: "lasting" };
}

/** The same entry, about applications that have moved up by some places. */
function later(entry: Entry, places: number): Entry {
  if (entry.kind === "listing")
    return { ...entry, role: { ...entry.role, application: entry.role.application + places } };
  if (entry.kind !== "act") return entry;
  const moved = (role: Role) => ({ ...role, application: role.application + places });
  const { act } = entry;
  const others = {
    ...("onto" in act && { onto: { ...act.onto, role: moved(act.onto.role) } }),
    ...("victim" in act && { victim: { ...act.victim, role: moved(act.victim.role) } }),
  };
  return { ...entry, act: { ...act, ...others, role: moved(act.role) } };
}

function discoveryOf({ policy }: Setting, chance: Chance): DiscoverySetting {
  const narrow: EntrySetting = {
    organizations: chance.pick<Texts>([
      ["Acme *"],
      ["Acme Wheels"],
      ["Acme *", "sandbox"],
      ["Other", "sandbox"],
    ]),
    exclude: chance.pick<Texts>([[], [], ["* staging"]]),
    atLeast: chance.pick([0, 1, 1, 3]),
  };
  const wide: EntrySetting = {
    organizations: chance.pick<Texts>([["*"], ["*", "sandbox"], ["Acme *"]]),
    include: chance.pick<Texts>([["*"], ["*"], ["Alpha", "B*"]]),
    ...(chance.hits(0.5) && { policy: { retire: chance.hits(0.5) ? "never" : policy.retire } }),
  };
  return {
    organizations: ORGANIZATIONS,
    entries: chance.pick([[wide], [narrow, wide], [narrow, wide], [wide, narrow]]),
    perPage: chance.pick([1, 2, 2, 3, 100]),
    count: chance.pick(["true", "true", "true", "low", "high"]),
    creatorType: chance.pick(["apiToken", "apiToken", "user"]),
  };
}

function* deedsOf(
  setting: Setting,
  runs: readonly RunEntry[],
  endMs: number,
  chance: Chance,
): Iterable<DirectoryEntry> {
  for (let left = chance.between(0, 5); left > 0; left -= 1) {
    const run = runs[chance.between(0, runs.length - 1)];
    const when =
      run !== undefined && chance.hits(0.6)
        ? { run: run.id, call: chance.between(1, 12) }
        : { atMs: chance.between(0, endMs) };
    yield { kind: "directory", when, deed: deedOf(setting, chance) };
  }
  for (const [application, { found }] of setting.applications.entries())
    if (found?.isLater)
      yield {
        kind: "directory",
        when: { atMs: chance.between(0, endMs) },
        deed: { do: "create-application", application },
      };
}

function deedOf({ applications, discovery }: Setting, chance: Chance): DirectoryDeed {
  const discovered = [...applications.keys()].filter((index) => applications[index]?.found !== undefined);
  const application = discovered[chance.between(0, discovered.length - 1)] ?? 0;
  const organization = chance.between(0, ORGANIZATIONS.length - 1);
  const entry = chance.between(0, (discovery?.entries.length ?? 1) - 1);
  const isOf = chance.next();
  if (isOf < 0.2) return { do: "delete-application", application };
  if (isOf < 0.35)
    return { do: "rename-application", application, name: chance.pick(["Alpha", "Beta", "Omega staging"]) };
  if (isOf < 0.5) return { do: "move-application", application, owner: chance.pick(OWNERS) };
  if (isOf < 0.65) return { do: chance.pick(["disable", "disable", "enable"]), organization };
  if (isOf < 0.7)
    return { do: "rename-organization", organization, name: chance.pick(["Acme Wheels", "Elsewhere"]) };
  if (isOf < 0.8) return { do: chance.pick(["leave", "leave", "join"]), entry, organization };
  if (isOf < 0.9)
    return { do: "cap", entry, application, role: chance.pick(["none", "view", "collaborate"]) };
  if (isOf < 0.93) return { do: "revoke-user-token", entry };
  return { do: "replace-user-token", entry, old: chance.pick(["left", "revoked"]) };
}

function* flawsOf(
  { applications, intervalMs }: Setting,
  endMs: number,
  chance: Chance,
): Iterable<DirectoryFlawEntry> {
  for (let left = chance.between(0, 2); left > 0; left -= 1) {
    const application = chance.between(0, applications.length - 1);
    const fromMs = chance.hits(0.3) ? 0 : chance.between(0, endMs);
    const toMs = fromMs + intervalMs * chance.pick([1, 1, 2, 5]);
    if (applications[application]?.found !== undefined)
      yield { kind: "directory-flaw", how: chance.pick(DIRECTORY_FLAWS), application, fromMs, toMs };
  }
}

function* outagesOf(
  { discovery, intervalMs }: Setting,
  endMs: number,
  chance: Chance,
): Iterable<DirectoryOutageEntry> {
  if (!chance.hits(0.25)) return;
  const entry = chance.between(0, (discovery?.entries.length ?? 1) - 1);
  const fromMs = chance.hits(0.3) ? 0 : chance.between(0, endMs);
  const toMs = fromMs + intervalMs * chance.pick([1, 1, 3]);
  yield { kind: "directory-outage", how: chance.pick(DIRECTORY_OUTAGES), entry, fromMs, toMs };
}
