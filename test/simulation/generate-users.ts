import type { Chance } from "./chance.ts";
import {
  type DirectoryDeed,
  type DirectoryEntry,
  type EntrySetting,
  USER_TOKENS,
} from "./discovery-script.ts";
import type { Entry, Script } from "./script.ts";

/** Most calls of a run, until it has renewed the access token. */
const CALLS = 40;

/**
 * The same history, in which the worker renews the access tokens of users while people change their rights, revoke and replace them,
 * and make other tokens.
 */
export function renewing({ setting, entries }: Script, chance: Chance): Script {
  const { discovery, applications } = setting;
  const [token] = applications.flatMap(({ tokens }) => tokens);
  if (discovery === undefined || token === undefined) return { setting, entries };
  const { lifetimeMs, ageMs } = token;
  const chosen = chance.between(0, discovery.entries.length - 1);
  const isShared = chance.hits(0.3);
  const renewed = discovery.entries.map((entry, index): EntrySetting => {
    const renews = index === chosen || (isShared && index === 0) || chance.hits(0.3);
    return {
      ...entry,
      ...(renews && { renews: { lifetimeMs, ageMs } }),
      ...(isShared && index > 0 && { isShared }),
    };
  });
  const deeds = deedsOf(entries, isShared ? 0 : chosen, applications.length, chance);
  return {
    // Whether an application can be seen is only known for the access tokens of one deployment.
    setting: { ...setting, deployments: ["home"], discovery: { ...discovery, entries: renewed } },
    entries: [...entries, ...deeds],
  };
}

function* deedsOf(
  entries: readonly Entry[],
  entry: number,
  applications: number,
  chance: Chance,
): Iterable<DirectoryEntry> {
  const runs = entries.filter((one) => one.kind === "run");
  const endMs = Math.max(...runs.map(({ atMs }) => atMs));
  const atStart = { atMs: 0 };
  yield { kind: "directory", when: atStart, deed: { do: "make-user-token", entry, as: "forged" } };
  for (let left = chance.between(0, 3); left > 0; left -= 1) {
    const run = runs[chance.between(0, runs.length - 1)];
    const when =
      run !== undefined && chance.hits(0.7)
        ? { run: run.id, call: chance.between(1, CALLS) }
        : { atMs: chance.between(0, endMs) };
    yield { kind: "directory", when, deed: deedOf(entry, applications, chance) };
  }
}

function deedOf(entry: number, applications: number, chance: Chance): DirectoryDeed {
  const application = chance.between(0, applications - 1);
  const isOf = chance.next();
  if (isOf < 0.5) return { do: "cap", entry, application, role: chance.pick(["view", "collaborate"]) };
  if (isOf < 0.75) return { do: "make-user-token", entry, as: chance.pick(USER_TOKENS) };
  if (isOf < 0.85) return { do: "revoke-user-token", entry };
  return { do: "replace-user-token", entry, old: chance.pick(["left", "revoked"]) };
}
