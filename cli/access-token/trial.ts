import * as v from "valibot";
import { LosantClient } from "../../lambda/adapters/losant/client.ts";
import { losantTokenApi } from "../../lambda/adapters/losant/token-api.ts";
import { RotationError } from "../../lambda/model/errors.ts";
import { SecretArn } from "../../lambda/model/secret.ts";
import { isSameSecond } from "../../lambda/model/time.ts";
import type { ApiToken } from "../../lambda/model/token.ts";
import type { ApplicationConfig, RotationConfig } from "../../lambda/policy/config.ts";
import type { AccessTokenReader, TokenApi } from "../../lambda/ports.ts";
import { watched } from "../../lambda/run/watch.ts";
import { Refusal } from "../command/stops.ts";
import type { Progress } from "../terminal/progress.ts";
import type { GivenToken } from "./claims.ts";
import { tryScope } from "./probes.ts";
import { grants, NEEDED_SCOPES, type NeededScope } from "./scopes.ts";

export interface Finding {
  readonly scope: NeededScope;
  readonly verdict: "granted" | "missing" | "unclear";
  readonly how: string;
}

/** What became of trying a token, before anything is stored. */
export interface Trial {
  readonly listed: readonly ApiToken[];
  /** The token's own entry in the listing, where that is beyond doubt. */
  readonly own: ApiToken | undefined;
  readonly findings: readonly Finding[];
}

/** @throws Refusal where the listing does not succeed; RotationError where Losant could not be asked. */
export async function tryOut(
  given: GivenToken,
  application: ApplicationConfig,
  config: RotationConfig,
  progress?: Pick<Progress, "waits">,
): Promise<Trial> {
  const { losantApiUrl: baseUrl, secretPrefix } = config;
  const bare = losantTokenApi({ baseUrl, application, credentials: holding(given), secretPrefix });
  const api = watched(bare, "Losant", progress);
  const { tokens: listed } = await api.list().catch((thrown) => {
    throw refusalOf(thrown, given, application, config);
  });
  const own = ownEntry(listed, given);
  const client = watched(new LosantClient({ baseUrl, credential: given.string }), "Losant", progress);
  const findings: Finding[] = [];
  for (const scope of NEEDED_SCOPES) {
    const finding =
      scope === "applicationApiTokens.get"
        ? ({ scope, verdict: "granted", how: `it lists ${listed.length} tokens` } as const)
        : await findOut(scope, { given, listed, own, api, client, applicationId: application.id });
    findings.push(finding);
  }
  return { listed, own, findings };
}

interface Circumstances {
  readonly given: GivenToken;
  readonly listed: readonly ApiToken[];
  readonly own: ApiToken | undefined;
  readonly api: TokenApi;
  /** Logged in with the given string alone. */
  readonly client: LosantClient;
  readonly applicationId: ApplicationConfig["id"];
}

/** What is written down about the token decides; what is not is tried, as far as that changes nothing. */
async function findOut(
  scope: Exclude<NeededScope, "applicationApiTokens.get">,
  { given, listed, own, api, client, applicationId }: Circumstances,
): Promise<Finding> {
  const known = own?.scope ?? given.scope;
  const source = own === undefined ? "the token's own payload" : "its entry in the listing";
  if (known !== undefined && grants(known, scope) && scope !== "applicationApiToken.get")
    return { scope, verdict: "granted", how: `says ${source}` };
  const tried = await tryScope(scope, client, applicationId, own?.id ?? listed[0]?.id);
  if (typeof tried === "object") throw await unasked(tried.created, api);
  if (tried === "granted") return { scope, verdict: "granted", how: "tried" };
  if (tried === "missing") return { scope, verdict: "missing", how: "tried: Losant forbids it" };
  if (known !== undefined && grants(known, scope))
    return { scope, verdict: "granted", how: `says ${source}` };
  return {
    scope,
    verdict: "unclear",
    how:
      known === undefined
        ? "could not be told without doing it"
        : `${source} doesn't name it, yet Losant did not forbid it`,
  };
}

/** A request that no reading of Losant's schema allows has made a token all the same: it goes again, and so does this. */
async function unasked(id: ApiToken["id"] | undefined, api: TokenApi): Promise<Refusal> {
  const gone =
    id !== undefined &&
    (await api
      .delete(id)
      .then(() => true)
      .catch(() => false));
  const fate = gone
    ? `${id} was deleted again`
    : `delete ${id ?? "the newest one, without a name"} in Losant`;
  return new Refusal(
    `Losant made a token out of a request that it should refuse; ${fate}`,
    "Nothing was stored. Please report this.",
  );
}

/** Losant's own word on which entry it is: an id that the payload names, of a token that expires when the payload says. */
function ownEntry(listed: readonly ApiToken[], { claimedIds, expiresAt }: GivenToken): ApiToken | undefined {
  const [own, ...others] = listed.filter(
    (token) => claimedIds.includes(token.id) && isSameSecond(token.expiresAt, expiresAt),
  );
  return others.length === 0 ? own : undefined;
}

/** In place of a secret: what is to be stored is tried from here. */
function holding({ string: token }: GivenToken): AccessTokenReader {
  const arn = v.parse(SecretArn, "arn:aws:secretsmanager:nowhere:000000000000:secret:not-stored-yet");
  return {
    read: async (_, stage) => (stage === "AWSCURRENT" ? { arn, token } : undefined),
    versions: async () => [],
    readVersion: async () => undefined,
  };
}

function refusalOf(
  thrown: unknown,
  { applicationId }: GivenToken,
  { id }: ApplicationConfig,
  { losantApiUrl }: RotationConfig,
): unknown {
  if (!(thrown instanceof RotationError)) return thrown;
  const { code } = thrown;
  const isRefused = ["access-token-rejected", "access-token-forbidden", "application-not-found"].includes(
    code,
  );
  if (isRefused && applicationId !== undefined && applicationId !== id)
    return new Refusal(
      `this token is for the application ${applicationId}, not for ${id}`,
      "Make one in that application, or say which is meant with --application. Nothing was stored.",
    );
  if (code === "access-token-rejected")
    return new Refusal(
      `${losantApiUrl} does not accept this token`,
      "It was deleted or deactivated, or is for another Losant than losantApiUrl says. Nothing was stored.",
    );
  if (code === "access-token-forbidden")
    return new Refusal(
      `this token may not list the tokens of the application ${id}`,
      "It lacks the scope applicationApiTokens.get, or is for another application. Nothing was stored.",
    );
  if (code === "application-not-found")
    return new Refusal(
      `Losant knows no application ${id}`,
      "Correct applications[].id in the configuration. Nothing was stored.",
    );
  return thrown;
}
