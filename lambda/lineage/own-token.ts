import { holderOf, type SecretName, stampOf } from "../model/secret.ts";
import { isSameSecond } from "../model/time.ts";
import type { ApiToken, TokenId } from "../model/token.ts";
import type { Login } from "../ports.ts";
import { type SecretReading, secretIn } from "./snapshot.ts";

/**
 * The token that the worker is logged in with: the one that its string's payload names; else the one that the version of its
 * secret names; else the only one whose dates are those of the payload. Undefined where none of these tells.
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
