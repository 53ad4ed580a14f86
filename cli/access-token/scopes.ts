/** The scopes that the worker needs, each with the wider scopes that include it ("Authentication" of each action in Losant's documentation). */
export const NEEDED = {
  "applicationApiTokens.get": ["all.Application", "all.Application.read", "applicationApiTokens.*"],
  "applicationApiTokens.post": ["all.Application", "applicationApiTokens.*"],
  "applicationApiToken.get": ["all.Application", "all.Application.read", "applicationApiToken.*"],
  "applicationApiToken.patch": ["all.Application", "applicationApiToken.*"],
  "applicationApiToken.delete": ["all.Application", "applicationApiToken.*"],
} as const;
export type NeededScope = keyof typeof NEEDED;
export const NEEDED_SCOPES = Object.keys(NEEDED) as readonly NeededScope[];

/** Whether these scopes include the one that is needed. */
export function grants(scopes: readonly string[], needed: NeededScope): boolean {
  return scopes.some((scope) => scope === needed || NEEDED[needed].some((wider) => wider === scope));
}

/** The scopes that allow more than the worker needs. */
export function beyondNeed(scopes: readonly string[]): readonly string[] {
  return scopes.filter(
    (scope) =>
      !/^applicationApiTokens?\.\*$/.test(scope) && !NEEDED_SCOPES.some((needed) => needed === scope),
  );
}
