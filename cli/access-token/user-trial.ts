import { LosantClient } from "../../lambda/adapters/losant/client.ts";
import { losantConnections } from "../../lambda/adapters/losant/connections.ts";
import { RotationError } from "../../lambda/model/errors.ts";
import type { DiscoverConfig, RotationConfig } from "../../lambda/policy/config.ts";
import { countIn, type FoundApplication, foundIn } from "../../lambda/policy/discovery.ts";
import type { ApplicationListing, Directory, ListedApplication } from "../../lambda/ports.ts";
import { watched } from "../../lambda/run/watch.ts";
import { Refusal } from "../command/stops.ts";
import type { Progress } from "../terminal/progress.ts";
import type { GivenToken } from "./claims.ts";
import {
  grants,
  LISTS_APPLICATIONS,
  NEEDED_SCOPES,
  type NeededScope,
  RENEWAL_SCOPES,
  type RenewalScope,
} from "./scopes.ts";
import { findOut, holding, ownEntry } from "./trial.ts";

export interface UserFinding {
  readonly scope: NeededScope | RenewalScope | typeof LISTS_APPLICATIONS;
  readonly verdict: "granted" | "missing" | "unclear";
  readonly how: string;
}

/** The result of testing the token of a user for entries of `discover`, before anything is stored. */
export interface UserTrial {
  /** What the entries would find, with their indexes in the configuration. */
  readonly found: readonly FoundApplication[];
  readonly tooFew: readonly { readonly index: number; readonly count: number; readonly atLeast: number }[];
  /** Applications that the token reaches and that no entry is about. */
  readonly beyond: readonly ListedApplication[];
  readonly listing: ApplicationListing;
  /** Of the first found applications, those whose tokens the token can't list. */
  readonly denied: readonly string[];
  readonly tried: number;
  readonly findings: readonly UserFinding[];
  /** Whether the configuration says that the token renews itself, and whether it is known in the list of its user's tokens. */
  readonly renewal: "off" | "identified" | "unidentified";
}

/** In how many of the found applications the list of tokens is tried. */
const TRIED = 20;

/** @throws Refusal if the token can't list applications; RotationError if Losant could not be asked */
export async function tryOutUser(
  given: GivenToken,
  { accessToken }: DiscoverConfig,
  config: RotationConfig,
  progress?: Pick<Progress, "waits">,
): Promise<UserTrial> {
  const { losantApiUrl: baseUrl, secretPrefix } = config;
  const losant = losantConnections({ baseUrl, secretPrefix, credentials: holding(given) });
  const directory = watched(losant.directoryOf({ accessToken }), "Losant", progress);
  const listing = await directory.list().catch((thrown) => {
    throw refusalOf(thrown, config);
  });
  const lists = config.discover.map((entry) =>
    entry.accessToken === accessToken ? listing.applications : [],
  );
  const found = foundIn({ applications: [], discover: config.discover }, lists);
  const ids = new Set(found.map(({ listed }) => listed.id));
  const client = watched(new LosantClient({ baseUrl, credential: given.string }), "Losant", progress);
  const { denied, listed, tried } = await triedIn(found, client);
  const isRenewed = config.discover.some(
    (entry) => entry.accessToken === accessToken && entry.renewsAccessToken,
  );
  const means = { given, losant, client };
  const renewal = isRenewed ? await renewalFindings(accessToken, directory, means) : undefined;
  return {
    found,
    tooFew: tooFewIn(config, accessToken, listing.applications),
    beyond: listing.applications.filter(({ id }) => !ids.has(id)),
    listing,
    denied,
    tried,
    findings: [
      {
        scope: LISTS_APPLICATIONS,
        verdict: "granted",
        how: `it listed ${listing.applications.length} applications`,
      },
      ...(await findingsIn(listed, means)),
      ...(renewal?.findings ?? []),
    ],
    renewal: renewal?.kind ?? "off",
  };
}

function tooFewIn(
  { discover }: RotationConfig,
  accessToken: DiscoverConfig["accessToken"],
  list: readonly ListedApplication[],
): UserTrial["tooFew"] {
  return discover.flatMap((entry, index) => {
    const count = countIn(entry, list);
    const { atLeast } = entry;
    return entry.accessToken === accessToken && count < atLeast ? [{ index, count, atLeast }] : [];
  });
}

/** Lists one token of each of the first applications. Reads only. */
async function triedIn(found: readonly FoundApplication[], client: LosantClient) {
  const denied: string[] = [];
  let listed: FoundApplication | undefined;
  const first = found.slice(0, TRIED);
  for (const one of first) {
    const { id } = one.listed;
    const answer = await client.answer({
      kind: "read",
      method: "get",
      owner: { id },
      path: "/tokens",
      query: { perPage: 1 },
    });
    if (answer.kind === "ok") listed ??= one;
    else if (answer.kind === "refused" && [403, 404].includes(answer.status)) denied.push(id);
  }
  return { denied, listed, tried: first.length };
}

interface Means {
  readonly given: GivenToken;
  readonly losant: ReturnType<typeof losantConnections>;
  readonly client: LosantClient;
}

/** The scopes for tokens, tried in an application whose tokens the token lists. */
async function findingsIn(
  found: FoundApplication | undefined,
  { given, losant, client }: Means,
): Promise<readonly UserFinding[]> {
  const how = "there is no application whose tokens it can list";
  if (found === undefined)
    return NEEDED_SCOPES.map((scope) => ({
      scope,
      how,
      verdict: given.scope !== undefined && !grants(given.scope, scope) ? "missing" : "unclear",
    }));
  const { application } = found;
  const api = losant.connect(application);
  const { tokens } = await api.list();
  const circumstances = { given, listed: tokens, own: undefined, api, client, owner: application };
  const findings: UserFinding[] = [];
  for (const scope of NEEDED_SCOPES)
    findings.push(
      scope === "applicationApiTokens.get"
        ? { scope, verdict: "granted", how: `tested in application ${application.id}` }
        : await findOut(scope, circumstances),
    );
  return findings;
}

/** The scopes with which the token renews itself, tried among the tokens of its user. */
async function renewalFindings(
  accessToken: DiscoverConfig["accessToken"],
  directory: Pick<Directory, "user">,
  { given, losant, client }: Means,
): Promise<{ readonly kind: "identified" | "unidentified"; readonly findings: readonly UserFinding[] }> {
  const id = await directory.user().catch((thrown: unknown) => {
    if (thrown instanceof RotationError && thrown.code === "access-token-forbidden") return undefined;
    throw thrown;
  });
  if (id === undefined) {
    const how = "tested: Losant denies access to the list of the user's tokens";
    const verdictOf = (scope: RenewalScope) =>
      scope === "userApiTokens.get" || (given.scope !== undefined && !grants(given.scope, scope))
        ? "missing"
        : "unclear";
    const findings = RENEWAL_SCOPES.map((scope) => ({ scope, how, verdict: verdictOf(scope) }) as const);
    return { kind: "unidentified", findings };
  }
  const owner = { id, ownerType: "user" as const };
  const api = losant.connect({ ...owner, accessToken, foundBy: { accessToken } });
  const { tokens } = await api.list();
  const own = ownEntry(tokens, given);
  const findings: UserFinding[] = [];
  for (const scope of RENEWAL_SCOPES)
    findings.push(
      scope === "userApiTokens.get"
        ? { scope, verdict: "granted", how: `it listed ${tokens.length} tokens of its user` }
        : await findOut(scope, { given, listed: tokens, own, api, client, owner }),
    );
  return { kind: own === undefined ? "unidentified" : "identified", findings };
}

function refusalOf(thrown: unknown, { losantApiUrl }: RotationConfig): unknown {
  if (!(thrown instanceof RotationError)) return thrown;
  if (thrown.code === "access-token-rejected")
    return new Refusal(
      `${losantApiUrl} doesn't accept this token`,
      "Nothing was stored. The token was deleted or deactivated, or belongs to another Losant than the one in losantApiUrl.",
    );
  if (thrown.code === "access-token-forbidden")
    return new Refusal(
      "this token may not list applications",
      `Nothing was stored. \`discover\` needs the token of a user with the scope ${LISTS_APPLICATIONS}. The token of an application can't have it.`,
    );
  return thrown;
}
