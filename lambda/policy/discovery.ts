import type { SecretName } from "../model/secret.ts";
import { type ApplicationId, isTokenId } from "../model/token.ts";
import type { ListedApplication } from "../ports.ts";
import type { ApplicationConfig, DiscoverConfig, RotationConfig } from "./config.ts";
import { fitsGlob } from "./policy.ts";
import { isInPart } from "./slots.ts";

/** In `organizations`: the applications that belong to the user. */
const SANDBOX = "sandbox";

/** An application that an entry of `discover` found. */
export interface FoundApplication {
  readonly listed: ListedApplication;
  /** What a run works with. */
  readonly application: ApplicationConfig;
  /** The index of the entry in whose list it is, and whose access token is used. */
  readonly foundBy: number;
  /** The index of the entry that decides its policy: the first one that it fits, whether or not it is in that list. */
  readonly decidedBy: number;
  /** The entries in whose lists it is too. They have no effect on it. */
  readonly alsoFoundBy: readonly number[];
  /** The entry of `applications` decides everything, because it has an access token. */
  readonly isConfigured: boolean;
  /** An entry of `applications` without an access token changes its policy or its secrets. */
  readonly isOverridden: boolean;
}

type Settings = Pick<RotationConfig, "applications" | "discover">;

/**
 * What follows from the lists of all entries. `lists`: for each entry of `discover`, in the same order.
 *
 * Nothing follows from what a list lacks, but that such an application is not worked on: the configuration and the row alone decide
 * which policy an application has.
 */
export function foundIn(
  { applications, discover }: Settings,
  lists: readonly (readonly ListedApplication[])[],
): readonly FoundApplication[] {
  const configured = new Map(applications.map((application) => [application.id, application]));
  const fitting = discover.map((entry, index) =>
    (lists[index] ?? []).filter((listed) => isAbout(listed, entry)),
  );
  const finders = new Map<ApplicationId, number[]>();
  for (const [index, list] of fitting.entries())
    for (const { id } of list) finders.set(id, [...(finders.get(id) ?? []), index]);
  return fitting.flatMap((list, foundBy) =>
    list.flatMap((listed): readonly FoundApplication[] => {
      const [first, ...alsoFoundBy] = finders.get(listed.id) ?? [];
      const entry = discover[foundBy];
      if (first !== foundBy || entry === undefined) return [];
      const decidedBy = deciderOf(listed, discover, foundBy);
      const decider = discover[decidedBy] ?? entry;
      const own = configured.get(listed.id);
      return [
        {
          listed,
          application: own ?? applicationOf(listed, entry, decider, discover),
          foundBy,
          decidedBy,
          alsoFoundBy,
          isConfigured: own !== undefined,
          isOverridden: own === undefined && decider.overrides.has(listed.id),
        },
      ];
    }),
  );
}

/** How many applications each entry of `discover` found, also those that another entry found too. */
export function countIn(entry: DiscoverConfig, list: readonly ListedApplication[]): number {
  return list.filter((listed) => isAbout(listed, entry)).length;
}

/** Whether the entry is about this application. The sandbox is that of the user whose list it is. */
export function isAbout(listed: ListedApplication, entry: DiscoverConfig): boolean {
  return isNamedBy(listed, entry) && (entry.part === undefined || isInPart(listed.id, entry.part));
}

/** Whether the entry would be about this application, if it were about all parts of the fleet. */
export function isLeftOutByPart(listed: ListedApplication, entry: DiscoverConfig): boolean {
  return entry.part !== undefined && !isInPart(listed.id, entry.part) && isNamedBy(listed, entry);
}

/** Whether the application is in one of these organizations: ids, name patterns, or `sandbox`. */
export function isInAny({ organization }: ListedApplication, organizations: readonly string[]): boolean {
  if (organization === undefined) return organizations.includes(SANDBOX);
  const others = organizations.filter((text) => text !== SANDBOX);
  return fitsAny(others, organization.id, organization.name);
}

/** Whether the names or ids of the application and its organization fit. */
function isNamedBy(listed: ListedApplication, entry: DiscoverConfig): boolean {
  const { id, name } = listed;
  const { organizations, include, exclude } = entry;
  return isInAny(listed, organizations) && fitsAny(include, id, name) && !fitsAny(exclude, id, name);
}

/** 24 hexadecimal digits are an id. Everything else is a pattern of names. */
function fitsAny(texts: readonly string[], id: string, name: string): boolean {
  return texts.some((text) => (isTokenId(text) ? text.toLowerCase() === id : fitsGlob(name, text)));
}

/** Another user's sandbox is not what an earlier entry means by it. */
function deciderOf(listed: ListedApplication, discover: readonly DiscoverConfig[], foundBy: number): number {
  if (listed.organization === undefined) return foundBy;
  const first = discover.findIndex((entry) => isAbout(listed, entry));
  return first < 0 ? foundBy : first;
}

/** Shared, because a hundred thousand applications may have none. */
const NO_SECRETS: ReadonlyMap<string, SecretName> = new Map();
const NO_ENTRIES: readonly DiscoverConfig[] = [];

function applicationOf(
  listed: ListedApplication,
  foundBy: DiscoverConfig,
  decider: DiscoverConfig,
  discover: readonly DiscoverConfig[],
): ApplicationConfig {
  const { id } = listed;
  const { policy, newSecrets } = decider.overrides.get(id) ?? decider;
  const secrets = decider.overrides.get(id)?.secrets ?? NO_SECRETS;
  const { accessToken } = foundBy;
  const others = discover.filter((entry) => entry !== foundBy && isAbout(listed, entry));
  const alsoAbout = others.length > 0 ? others : NO_ENTRIES;
  return { id, accessToken, renewsAccessToken: false, policy, newSecrets, secrets, foundBy, alsoAbout };
}
