import { readMarkers } from "../model/marker.ts";
import { holderOf, type SecretName, secretNameOf, stampOf } from "../model/secret.ts";
import { isSameSecond } from "../model/time.ts";
import type { ApiToken, TokenId } from "../model/token.ts";
import type { Login, TokenListing } from "../ports.ts";
import { type SecretReading, secretIn, stampedVersions } from "./snapshot.ts";

/**
 * The token that the worker is logged in with: the one in the payload of its string, or else the one in the id of its secret's
 * version, or else the only one with the same dates as the payload. Everybody who may write to the secret can choose the id of a
 * version, so it doesn't count against these dates. Undefined if none of these identifies the token.
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
  const stamped = version && stampOf(version)?.tokenId;
  const { issuedAt, expiresAt } = login;
  const [dated, other] =
    issuedAt === undefined
      ? []
      : tokens.filter(
          (token) => isSameSecond(token.createdAt, issuedAt) && isSameSecond(token.expiresAt, expiresAt),
        );
  const byDates = other === undefined ? dated?.id : undefined;
  if (stamped === undefined) return byDates;
  return tokens.some(({ id }) => id === stamped) ? (byDates ?? stamped) : stamped;
}

/**
 * The access token, `ownId`, among the tokens of its user, and the tokens that a version of its secret or the text of a marker connects with
 * that secret. All others are none of the worker's business, so nothing else sees them.
 */
export function ownTokensIn(
  listing: TokenListing,
  ownId: TokenId | undefined,
  login: Login,
  secrets: ReadonlyMap<SecretName, SecretReading>,
): TokenListing {
  const stamps = stampedVersions(secrets.get(secretNameOf(login.arn))).map(({ stamp }) => stamp);
  const known = new Set([
    ...(ownId === undefined ? [] : [ownId]),
    ...stamps.flatMap(({ tokenId, replacedId }) => [tokenId, replacedId]),
  ]);
  const isMarked = (description: string) =>
    readMarkers(description).some((marker) => marker !== "damaged" && marker.secretArn === login.arn);
  const isOurs = ({ id, description }: Pick<ApiToken, "id" | "description">) =>
    known.has(id) || isMarked(description);
  return {
    ...listing,
    tokens: listing.tokens.filter(isOurs),
    unreadable: listing.unreadable.filter((token) => isOurs(token) || login.claimedIds?.includes(token.id)),
  };
}
