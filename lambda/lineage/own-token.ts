import { holderOf, type SecretName, stampOf } from "../model/secret.ts";
import { isSameSecond } from "../model/time.ts";
import type { ApiToken, TokenId } from "../model/token.ts";
import type { Login } from "../ports.ts";
import { type SecretReading, secretIn } from "./snapshot.ts";

/**
 * The token that the worker is logged in with: the one in the payload of its string, or else the one in the id of its secret's
 * version, or else the only one with the same dates as the payload. Undefined if none of these identifies it.
 */
export function ownIdOf(
  login: Login,
  accessSecret: SecretName,
  tokens: readonly Pick<ApiToken, "id" | "createdAt" | "expiresAt">[],
  secrets: ReadonlyMap<SecretName, SecretReading>,
): TokenId | undefined {
  const claimed = new Set<TokenId>(login.claimedIds);
  const [named, another] = tokens.filter(({ id }) => claimed.has(id));
  if (named !== undefined) return another === undefined ? named.id : undefined;
  const secret = secretIn(secrets.get(accessSecret));
  const version = secret && holderOf(secret, login.stage);
  const stamp = version && stampOf(version);
  if (stamp !== undefined) return stamp.tokenId;
  const { issuedAt, expiresAt } = login;
  if (issuedAt === undefined) return undefined;
  const [dated, other] = tokens.filter(
    (token) => isSameSecond(token.createdAt, issuedAt) && isSameSecond(token.expiresAt, expiresAt),
  );
  return other === undefined ? dated?.id : undefined;
}
