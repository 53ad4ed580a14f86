import { hash } from "node:crypto";
import * as v from "valibot";
import { masked } from "../model/masked.ts";
import { SecretName } from "../model/secret.ts";
import type { ApplicationId, TokenId } from "../model/token.ts";

const MAX_NAME = 512;
/** A name that ends in a hyphen and six characters is mistaken for the end of an ARN (CreateSecret, Name). */
const ENDS_LIKE_AN_ARN = /-.{6}$/;

/**
 * The secret of a token nobody mapped: `<prefix>/<application id>/<token name>`, with the token's name made
 * harmless. Equal for equal names, different for different ones; at most 512 characters.
 * Of what looks like a token only the hash is left. `distinguish` appends the token's id, for tokens whose plain names collide.
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
