import { createHmac, createSecretKey, hkdfSync } from "node:crypto";
import type { MarkerKey } from "../../model/marker.ts";
import type { Redacted } from "../../model/redacted.ts";
import { homeOf, type SecretArn } from "../../model/secret.ts";
import { claimsOf } from "./access-token.ts";

const KEY_BYTES = 32;

/** The user whom an access token belongs to. */
export interface TokenUser {
  /** Undefined: it is in no answer. */
  readonly id: string | undefined;
}

/**
 * The key that signs and verifies markers, for one account, region and prefix. Without a string of the access token, nobody can
 * create a marker, and a marker from another deployment is not valid in this one.
 */
export function markerKeyOf(
  token: Redacted,
  secretArn: SecretArn,
  secretPrefix: string,
  isOfUser = false,
): MarkerKey {
  const { account, region } = homeOf(secretArn);
  const purpose = `losant-token-rotation marker ${account} ${region} ${secretPrefix}`;
  // A KeyObject: from bytes, each signature would cost six times as much.
  const key = createSecretKey(Buffer.from(hkdfSync("sha256", token.reveal(), "", purpose, KEY_BYTES)));
  const { claimedIds = [] } = claimsOf(token);
  const mac = (text: string) => createHmac("sha256", key).update(text).digest("hex");
  return { mac, claimedIds, userIds: isOfUser ? claimedIds : [] };
}

/** The same key. The creator of a token may also be this user. */
export function withUser(key: MarkerKey, user: TokenUser | undefined): MarkerKey {
  if (user?.id === undefined) return key;
  return { ...key, userIds: [...(key.userIds ?? []), user.id] };
}
