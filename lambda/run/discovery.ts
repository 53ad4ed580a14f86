import { asRotationError, RotationError } from "../model/errors.ts";
import type { SecretArn, SecretName } from "../model/secret.ts";
import type { ApplicationId } from "../model/token.ts";
import type { ApplicationConfig, DiscoverConfig, RotationConfig } from "../policy/config.ts";
import { countIn, type FoundApplication, foundIn, isLeftOutByPart } from "../policy/discovery.ts";
import type { ApplicationListing, Directory, ListedApplication, Login } from "../ports.ts";

/** What one entry of `discover` found. */
export interface DiscoveredEntry {
  readonly index: number;
  readonly accessToken: SecretName | SecretArn;
  /** All that its access token reaches, whether or not the entry is about them. */
  readonly listed: readonly ListedApplication[];
  /** How many applications it is about, also those that an earlier entry found too. */
  readonly count: number;
  /** The access token, if it could be read. */
  readonly login: Login | undefined;
  /** Why it may lack applications. */
  readonly problems: readonly RotationError[];
  /** The user of the access token, if the worker renews it and could find out who it is. */
  readonly user: ApplicationConfig | undefined;
  /** Why the access token isn't renewed. */
  readonly renewalProblem: RotationError | undefined;
}

/** The applications that the entries of `discover` found, and what was wrong. */
export interface Discovery {
  readonly entries: readonly DiscoveredEntry[];
  readonly found: readonly FoundApplication[];
  /** Entries of `applications` without an access token that no list has, although all lists are complete. Not those of other parts. */
  readonly unfound: readonly ApplicationId[];
}

/**
 * Lists the applications of each entry, separately, so that one failure doesn't affect the others. Reads only. What a list lacks is
 * not worked on, and has no other effect.
 */
export async function discover(
  config: Pick<RotationConfig, "applications" | "discover">,
  directoryOf: (entry: DiscoverConfig) => Directory,
): Promise<Discovery> {
  const looked = await Promise.all(config.discover.map((entry) => lookInto(entry, directoryOf(entry))));
  const lists = looked.map(({ listing }) => listing?.applications ?? []);
  const found = foundIn(config, lists);
  const entries = config.discover.map((entry, index): DiscoveredEntry => {
    const { listing, login, error, userId, renewalProblem } = looked[index] ?? {};
    const listed = lists[index] ?? [];
    const count = countIn(entry, listed);
    const problems = error === undefined ? flawsOfListing(listing, entry, count) : [error];
    const user = userId && userOf(userId, entry);
    return { index, accessToken: entry.accessToken, listed, count, login, problems, user, renewalProblem };
  });
  const inOtherParts = config.discover.flatMap((entry, index) =>
    (lists[index] ?? []).filter((listed) => isLeftOutByPart(listed, entry)),
  );
  const ids = new Set([...found.map(({ listed }) => listed.id), ...inOtherParts.map(({ id }) => id)]);
  const [first] = config.discover;
  const overridden = [...(first?.overrides.keys() ?? [])];
  return { entries, found, unfound: isComplete(entries) ? overridden.filter((id) => !ids.has(id)) : [] };
}

/** The discovered applications that have no access token of their own, and the users whose access tokens the worker renews. */
export function discoveredIn({ found, entries }: Discovery): readonly ApplicationConfig[] {
  return [
    ...entries.flatMap(({ user }) => user ?? []),
    ...found.flatMap(({ isConfigured, application }) => (isConfigured ? [] : [application])),
  ];
}

/** Whether each list has everything that its access token reaches. */
export function isComplete(entries: readonly DiscoveredEntry[]): boolean {
  return entries.every((entry) => flawsIn(entry).length === 0);
}

/** Why the list of an entry doesn't have everything that its access token reaches. */
export function flawsIn({ problems }: Pick<DiscoveredEntry, "problems">): readonly RotationError[] {
  return problems.filter(({ code }) => code !== "discovery-too-small");
}

interface Looked {
  readonly listing?: ApplicationListing;
  readonly login?: Login | undefined;
  readonly error?: RotationError;
  readonly userId?: ApplicationId;
  readonly renewalProblem?: RotationError;
}

async function lookInto(entry: DiscoverConfig, directory: Directory): Promise<Looked> {
  try {
    const listing = await directory.list();
    const login = await directory.loggedInWith();
    return { listing, login, ...(entry.renewsAccessToken && (await identify(directory))) };
  } catch (thrown) {
    const error = asRotationError(thrown);
    const isAboutLogin = error.code.startsWith("access-token-") && error.code !== "access-token-forbidden";
    const login = isAboutLogin ? undefined : await directory.loggedInWith().catch(() => undefined);
    return { login, error };
  }
}

async function identify(directory: Directory): Promise<Pick<Looked, "userId" | "renewalProblem">> {
  try {
    return { userId: await directory.user() };
  } catch (thrown) {
    return { renewalProblem: asRotationError(thrown) };
  }
}

/**
 * The user, as one more place with tokens. That its access token is renewed is what the configuration says of this token, so the
 * names that the policy is about don't matter.
 */
function userOf(id: ApplicationId, entry: DiscoverConfig): ApplicationConfig {
  const { accessToken, policy, newSecrets } = entry;
  return {
    id,
    ownerType: "user",
    accessToken,
    renewsAccessToken: true,
    policy: { ...policy, include: ["*"], exclude: [] },
    newSecrets,
    secrets: new Map(),
    foundBy: entry,
  };
}

function flawsOfListing(
  listing: ApplicationListing | undefined,
  { atLeast }: DiscoverConfig,
  count: number,
): readonly RotationError[] {
  const { unreadable, missing = 0 } = listing ?? {};
  const { count: unread = 0, problem } = unreadable ?? {};
  const rows = `${unread} ${unread === 1 ? "row" : "rows"} of Losant's list of applications can't be read: one ${problem}`;
  const more = `Losant counts ${missing} more ${missing === 1 ? "application" : "applications"} than it lists`;
  const few = `${count} ${count === 1 ? "application was" : "applications were"} found, and atLeast is ${atLeast}`;
  return [
    ...(unread > 0 ? [new RotationError("discovery-incomplete", rows)] : []),
    ...(missing > 0 ? [new RotationError("discovery-incomplete", more)] : []),
    ...(count < atLeast ? [new RotationError("discovery-too-small", few)] : []),
  ];
}

/** An entry of `applications` without an access token, which must be discovered. */
export function notDiscovered(id: ApplicationId): RotationError {
  const message = `application ${id} has no accessToken in the configuration, and no entry of discover found it`;
  return new RotationError("application-not-found", message);
}
