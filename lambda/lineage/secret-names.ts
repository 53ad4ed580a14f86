import { hash } from "node:crypto";
import * as v from "valibot";
import { masked } from "../model/masked.ts";
import { SecretName } from "../model/secret.ts";
import type { ApplicationId, TokenId } from "../model/token.ts";

const MAX_NAME = 512;
/** A name that ends with a hyphen and six characters may be confused with the end of an ARN (CreateSecret, Name). */
const ENDS_LIKE_AN_ARN = /-.{6}$/;

/**
 * The secret of a token without a mapping: `<prefix>/<application id>/<token name>`. Characters that secret names can't contain are
 * replaced, and a hash is added. Equal for equal names, different for different names, at most 512 characters. Text that looks
 * like a token is replaced by the hash. `distinguish` appends the token's id, for tokens whose names collide.
 */
export function secretNameFor(
  prefix: string,
  applicationId: ApplicationId,
  tokenName: string,
  distinguish?: TokenId,
): SecretName {
  const folder = `${prefix}/${applicationId}/`;
  const suffix = distinguish === undefined ? "" : `_${distinguish}`;
  const room = MAX_NAME - folder.length - suffix.length;
  return v.parse(SecretName, `${folder}${harmless(tokenName, room)}${suffix}`);
}

function harmless(tokenName: string, room: number): string {
  const shown = masked(tokenName);
  const allowed = /^[A-Za-z\d_.@+=-]+$/.test(tokenName);
  if (shown === tokenName && allowed && !ENDS_LIKE_AN_ARN.test(tokenName) && tokenName.length <= room)
    return tokenName;
  const digest = hash("sha256", tokenName).slice(0, 8);
  const replaced = shown.replace(/[^A-Za-z\d_.@+=-]/gu, "_");
  return `${replaced.slice(0, room - digest.length - 1)}_${digest}`;
}

/** `<prefix>/<application id>`, for the secret of a token. A token's part of the name has no slash. */
export function folderOf(name: SecretName): string {
  return name.slice(0, Math.max(0, name.lastIndexOf("/")));
}
