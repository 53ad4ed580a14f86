import { LosantClient } from "../../lambda/adapters/losant/client.ts";
import { losantConnections } from "../../lambda/adapters/losant/connections.ts";
import { RotationError } from "../../lambda/model/errors.ts";
import type { DiscoverConfig, RotationConfig } from "../../lambda/policy/config.ts";
import { countIn, type FoundApplication, foundIn } from "../../lambda/policy/discovery.ts";
import type { ApplicationListing, ListedApplication } from "../../lambda/ports.ts";
import { watched } from "../../lambda/run/watch.ts";
import { Refusal } from "../command/stops.ts";
import type { Progress } from "../terminal/progress.ts";
import type { GivenToken } from "./claims.ts";
import { grants, LISTS_APPLICATIONS, NEEDED_SCOPES, type NeededScope } from "./scopes.ts";
import { findOut, holding } from "./trial.ts";

export interface UserFinding {
  readonly scope: NeededScope | typeof LISTS_APPLICATIONS;
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
      ...(await findingsIn(listed, { given, losant, client })),
    ],
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
      applicationId: id,
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
  const applicationId = application.id;
  const circumstances = { given, listed: tokens, own: undefined, api, client, applicationId };
  const findings: UserFinding[] = [];
  for (const scope of NEEDED_SCOPES)
    findings.push(
      scope === "applicationApiTokens.get"
        ? { scope, verdict: "granted", how: `tested in application ${applicationId}` }
        : await findOut(scope, circumstances),
    );
  return findings;
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
