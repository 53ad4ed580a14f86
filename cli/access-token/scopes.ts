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
export function grants(scopes: readonly string[], needed: NeededScope | RenewalScope): boolean {
  if (isToRenew(needed)) {
    const including: readonly string[] = NEEDED_TO_RENEW[needed];
    return scopes.some((scope) => scope === needed || including.includes(scope));
  }
  const ofUsers = needed.endsWith(".get") ? [...OF_USERS, ...READS_OF_USERS] : OF_USERS;
  const wider: readonly string[] = [...NEEDED[needed], ...ofUsers];
  return scopes.some((scope) => scope === needed || wider.includes(scope));
}

/** The scopes that the access token of a user needs to renew itself, each with the wider scopes that include it. */
const NEEDED_TO_RENEW = {
  "userApiTokens.get": ["all.User", "all.User.read", "userApiTokens.*"],
  "userApiTokens.post": ["all.User", "userApiTokens.*"],
  "userApiToken.get": ["all.User", "all.User.read", "userApiToken.*"],
  "userApiToken.patch": ["all.User", "userApiToken.*"],
  "userApiToken.delete": ["all.User", "userApiToken.*"],
} as const;
export type RenewalScope = keyof typeof NEEDED_TO_RENEW;
export const RENEWAL_SCOPES = Object.keys(NEEDED_TO_RENEW) as readonly RenewalScope[];

/** With `discover`, the worker also needs this one. */
export const LISTS_APPLICATIONS = "applications.get";

function isToRenew(scope: string): scope is RenewalScope {
  return Object.hasOwn(NEEDED_TO_RENEW, scope);
}

/** The scopes that allow more than the worker needs. `also`: other scopes that it needs. */
export function beyondNeed(scopes: readonly string[], also: readonly string[] = []): readonly string[] {
  return scopes.filter(
    (scope) =>
      !also.includes(scope) &&
      !/^applicationApiTokens?\.\*$/.test(scope) &&
      !NEEDED_SCOPES.some((needed) => needed === scope),
  );
}
