import type { TokenOwner } from "../../model/token.ts";

interface Read {
  /** What follows the application's id, or `/me`. */
  readonly path: string;
  readonly query?: { readonly perPage: 1 };
}

const PAGE = { perPage: 1 } as const;

/** Scopes that allow all lists of an application, and one that allows the application alone. */
const ALL = ["all.Application", "all.Application.read", "all.Application.bounded"];
const LISTS_TOKENS_OF_USER = ["all.User", "all.User.read", "userApiTokens.*", "userApiTokens.get"];
const APPLICATION = ["application.*", "application.get", "all.Application.cli"];

/**
 * The lists of an application whose pages may have one row. Each has the scopes `<resource>.get` and `<resource>.*`. From Losant's
 * API 1.30: the action `get` of each resource (https://docs.losant.com/rest-api).
 */
const LISTS: ReadonlyMap<string, string> = new Map([
  ["applicationApiTokens", "/tokens"],
  ["applicationCertificateAuthorities", "/certificate-authorities"],
  ["applicationCertificates", "/certificates"],
  ["applicationDashboards", "/dashboards"],
  ["applicationJobLogs", "/jobLogs"],
  ["applicationKeys", "/keys"],
  ["credentials", "/credentials"],
  ["dataTables", "/data-tables"],
  ["deviceRecipes", "/device-recipes"],
  ["devices", "/devices"],
  ["edgeDeployments", "/edge/deployments"],
  ["embeddedDeployments", "/embedded/deployments"],
  ["events", "/events"],
  ["experienceGroups", "/experience/groups"],
  ["experienceUsers", "/experience/users"],
  ["experienceVersions", "/experience/versions"],
  ["experienceViews", "/experience/views"],
  ["files", "/files"],
  ["flows", "/flows"],
  ["integrations", "/integrations"],
  ["notebooks", "/notebooks"],
  ["privateFiles", "/privateFiles"],
  ["resourceJobs", "/resource-jobs"],
  ["webhooks", "/webhooks"],
]);

/** Lists without pages. They are short, but not always. */
const WHOLE_LISTS: ReadonlyMap<string, string> = new Map([
  ["experienceDomains", "/experience/domains"],
  ["experienceEndpoints", "/experience/endpoints"],
  ["experienceSlugs", "/experience/slugs"],
]);

/** The read of the application's tokens, which Losant refuses to most tokens, but not in the same way to a string it doesn't know. */
export const TOKEN_LIST: Read = { path: "/tokens", query: PAGE };

/** One cheap read that a token with this scope may make. Undefined if there is none. */
export function readAllowedBy(
  { ownerType }: Pick<TokenOwner, "ownerType">,
  scope: readonly string[],
): Read | undefined {
  const may = (scopes: readonly string[]) => scope.some((one) => scopes.includes(one));
  // Every access token of a user that renews itself may do this.
  if (ownerType === "user") return may(LISTS_TOKENS_OF_USER) ? TOKEN_LIST : undefined;
  const listedIn = (lists: ReadonlyMap<string, string>) =>
    [...lists].find(([resource]) => may([`${resource}.get`, `${resource}.*`]))?.[1];
  if (may(ALL)) return TOKEN_LIST;
  const list = listedIn(LISTS);
  if (list !== undefined) return { path: list, query: PAGE };
  if (may(APPLICATION)) return { path: "" };
  const whole = listedIn(WHOLE_LISTS);
  return whole === undefined ? undefined : { path: whole };
}
