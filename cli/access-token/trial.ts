import * as v from "valibot";
import { LosantClient } from "../../lambda/adapters/losant/client.ts";
import { losantTokenApi } from "../../lambda/adapters/losant/token-api.ts";
import { RotationError } from "../../lambda/model/errors.ts";
import { SecretArn } from "../../lambda/model/secret.ts";
import { isSameSecond } from "../../lambda/model/time.ts";
import type { ApiToken, TokenOwner } from "../../lambda/model/token.ts";
import type { ApplicationConfig, RotationConfig } from "../../lambda/policy/config.ts";
import type { AccessTokenReader, TokenApi } from "../../lambda/ports.ts";
import { watched } from "../../lambda/run/watch.ts";
import { Refusal } from "../command/stops.ts";
import type { Progress } from "../terminal/progress.ts";
import type { GivenToken } from "./claims.ts";
import { type TriedScope, tryScope } from "./probes.ts";
import { grants, NEEDED_SCOPES, type NeededScope } from "./scopes.ts";

export interface Finding<Scope = NeededScope> {
  readonly scope: Scope;
  readonly verdict: "granted" | "missing" | "unclear";
  readonly how: string;
}

/** The result of testing a token, before anything is stored. */
export interface Trial {
  readonly listed: readonly ApiToken[];
  /** The token's own entry in the list, if it can be identified. */
  readonly own: ApiToken | undefined;
  readonly findings: readonly Finding[];
}

/** @throws Refusal if the token can't list the tokens; RotationError if Losant could not be asked */
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
        ? ({ scope, verdict: "granted", how: `it listed ${listed.length} tokens` } as const)
        : await findOut(scope, { given, listed, own, api, client, owner: application });
    findings.push(finding);
  }
  return { listed, own, findings };
}

interface Circumstances {
  readonly given: GivenToken;
  readonly listed: readonly ApiToken[];
  readonly own: ApiToken | undefined;
  readonly api: Pick<TokenApi, "delete">;
  /** Logged in with the given string alone. */
  readonly client: LosantClient;
  readonly owner: TokenOwner;
}

/** Reads the scope from the token's entry or payload. A scope that isn't there is tested with a request that changes nothing. */
export async function findOut<Scope extends TriedScope>(
  scope: Scope,
  { given, listed, own, api, client, owner }: Circumstances,
): Promise<Finding<Scope>> {
  const known = own?.scope ?? given.scope;
  const source = own === undefined ? "the token's payload" : "its entry in the list";
  if (known !== undefined && grants(known, scope) && !scope.endsWith("Token.get"))
    return { scope, verdict: "granted", how: `according to ${source}` };
  const tried = await tryScope(scope, client, owner, own?.id ?? listed[0]?.id);
  if (typeof tried === "object") throw await unasked(tried.created, api);
  if (tried === "granted") return { scope, verdict: "granted", how: "tested" };
  if (tried === "missing") return { scope, verdict: "missing", how: "tested: Losant denies access" };
  if (known !== undefined && grants(known, scope))
    return { scope, verdict: "granted", how: `according to ${source}` };
  return {
    scope,
    verdict: "unclear",
    how:
      known === undefined
        ? "can't be tested without an effect"
        : `not in ${source}, but Losant doesn't deny access`,
  };
}

/** Losant created a token from a request that its schema doesn't allow. The token is deleted, and the command refuses to go on. */
async function unasked(id: ApiToken["id"] | undefined, api: Pick<TokenApi, "delete">): Promise<Refusal> {
  const gone =
    id !== undefined &&
    (await api
      .delete(id)
      .then(() => true)
      .catch(() => false));
  const fate = gone
    ? `the command deleted ${id}`
    : `delete ${id ?? "the newest token, which has no name"} in Losant`;
  return new Refusal(
    `Losant created a token from a request that it should refuse; ${fate}`,
    "Nothing was stored. Please report this.",
  );
}

/** The entry with an id from the token's payload and the same expiry. Undefined if no entry or more than one fits. */
export function ownEntry(
  listed: readonly ApiToken[],
  { claimedIds, expiresAt }: GivenToken,
): ApiToken | undefined {
  const [own, ...others] = listed.filter(
    (token) => claimedIds.includes(token.id) && isSameSecond(token.expiresAt, expiresAt),
  );
  return others.length === 0 ? own : undefined;
}

/** Stands in for the secret, so that the token is tested before it is stored. */
export function holding({ string: token }: GivenToken): AccessTokenReader {
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
      "Nothing was stored. Create a token in the right application, or choose the other one with --application.",
    );
  if (code === "access-token-rejected")
    return new Refusal(
      `${losantApiUrl} doesn't accept this token`,
      "Nothing was stored. The token was deleted or deactivated, or belongs to another Losant than the one in losantApiUrl.",
    );
  if (code === "access-token-forbidden")
    return new Refusal(
      `this token may not list the tokens of the application ${id}`,
      "Nothing was stored. The token lacks the scope applicationApiTokens.get, or is for another application.",
    );
  if (code === "application-not-found")
    return new Refusal(
      `Losant has no application ${id}`,
      "Nothing was stored. Correct applications[].id in the configuration.",
    );
  return thrown;
}
