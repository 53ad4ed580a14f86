import { createHmac, createSecretKey, hkdfSync } from "node:crypto";
import type { MarkerKey } from "../../model/marker.ts";
import type { Redacted } from "../../model/redacted.ts";
import { homeOf, type SecretArn } from "../../model/secret.ts";
import { claimsOf } from "./access-token.ts";

const KEY_BYTES = 32;

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
  return { mac: (text) => createHmac("sha256", key).update(text).digest("hex"), claimedIds, isOfUser };
}
