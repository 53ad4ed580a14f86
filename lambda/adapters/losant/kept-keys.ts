import type { KeptKey } from "../../model/marker.ts";
import type { Redacted } from "../../model/redacted.ts";
import { stampOf, type VersionId } from "../../model/secret.ts";
import type { TokenOwner } from "../../model/token.ts";
import type { AccessTokenReader } from "../../ports.ts";
import { type AccessTokenReading, claimsOf } from "./access-token.ts";
import { isJson } from "./answers.ts";
import { type LosantCall, type LosantClient, textOf } from "./client.ts";
import { unusable } from "./failures.ts";
import { markerKeyOf, type TokenUser, withUser } from "./marker-key.ts";
import { scopeOf } from "./scope.ts";

/** Each key costs one GetSecretValue in a run in which a marker can't be verified without it. */
const MAX_KEPT_KEYS = 6;

interface Circumstances {
  readonly owner: TokenOwner;
  readonly credentials: AccessTokenReader;
  readonly client: LosantClient;
  readonly secretPrefix: string;
  /** Undefined: the access token is that of the application. */
  readonly user: TokenUser | undefined;
}

/** See TokenApi.keptKeys. The keys of one secret, but for that of `current`, which the worker is logged in with. */
export async function keptKeys(
  { arn }: Pick<AccessTokenReading, "arn">,
  current: Redacted,
  circumstances: Circumstances,
): Promise<readonly KeptKey[]> {
  const { credentials, secretPrefix, user } = circumstances;
  const versions = await credentials.versions(arn);
  const kept = await Promise.all(
    versions.slice(0, MAX_KEPT_KEYS).map(async (version) => {
      const token = await credentials.readVersion(arn, version);
      if (token === undefined || token.equals(current)) return [];
      const isTrusted = isReplaced(token, version, versions) || (await isAccepted(token, circumstances));
      const key = markerKeyOf(token, arn, secretPrefix, user !== undefined);
      return [{ ...withUser(key, user), isTrusted }];
    }),
  );
  return kept.flat();
}

/** Whether the worker replaced it. Otherwise a person did, perhaps because other people have the string. */
function isReplaced(token: Redacted, version: VersionId, versions: readonly VersionId[]): boolean {
  const ids = new Set([stampOf(version)?.tokenId, ...(claimsOf(token).claimedIds ?? [])]);
  return versions.some((other) => {
    const replacedId = stampOf(other)?.replacedId;
    return replacedId !== undefined && ids.has(replacedId);
  });
}

/** Whether Losant allows it to list tokens, which every access token of the worker needs. Throws if the answer is unclear. */
async function isAccepted(token: Redacted, { client, owner, user }: Circumstances): Promise<boolean> {
  const call: LosantCall = {
    doing: "test a former access token",
    scope: scopeOf(owner, "Tokens.get"),
    kind: "read",
    method: "get",
    owner,
    path: "/tokens",
    query: { perPage: 1 },
  };
  const answer = await client.as(token, {}).answer(call);
  // Losant may hide from a user what the user must not see.
  const refusals = user !== undefined ? [401, 403, 404] : [401, 403];
  if (answer.kind === "refused" && !answer.said.isForeign && refusals.includes(answer.status)) return false;
  if (isJson(textOf(call, answer))) return true;
  throw unusable(call, "is not JSON");
}
