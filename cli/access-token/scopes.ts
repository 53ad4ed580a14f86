/** The scopes that the worker needs, each with the wider scopes that include it ("Authentication" of each action in Losant's documentation). */
export const NEEDED = {
  "applicationApiTokens.get": ["all.Application", "all.Application.read", "applicationApiTokens.*"],
  "applicationApiTokens.post": ["all.Application", "applicationApiTokens.*"],
  "applicationApiToken.get": ["all.Application", "all.Application.read", "applicationApiToken.*"],
  "applicationApiToken.patch": ["all.Application", "applicationApiToken.*"],
  "applicationApiToken.delete": ["all.Application", "applicationApiToken.*"],
} as const;
/** These scopes of users and organizations include all of the above. The others include those that only read. */
const OF_USERS = ["all.User", "all.Organization"];
const READS_OF_USERS = ["all.User.read", "all.Organization.read"];
export type NeededScope = keyof typeof NEEDED;
export const NEEDED_SCOPES = Object.keys(NEEDED) as readonly NeededScope[];

/** Whether these scopes include the one that is needed. */
export function grants(scopes: readonly string[], needed: NeededScope): boolean {
  const ofUsers = needed.endsWith(".get") ? [...OF_USERS, ...READS_OF_USERS] : OF_USERS;
  const wider: readonly string[] = [...NEEDED[needed], ...ofUsers];
  return scopes.some((scope) => scope === needed || wider.includes(scope));
}

/** With `discover`, the worker also needs this one. */
export const LISTS_APPLICATIONS = "applications.get";

/** The scopes that allow more than the worker needs. `also`: another scope that it needs. */
export function beyondNeed(scopes: readonly string[], also?: string): readonly string[] {
  return scopes.filter(
    (scope) =>
      scope !== also &&
      !/^applicationApiTokens?\.\*$/.test(scope) &&
      !NEEDED_SCOPES.some((needed) => needed === scope),
  );
}
