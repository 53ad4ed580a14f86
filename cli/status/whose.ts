import type { Lineage } from "../../lambda/lineage/lineage.ts";
import { signedMarker } from "../../lambda/lineage/proof.ts";
import { printable } from "../../lambda/model/printable.ts";
import type { Row } from "./row.ts";

/** Which lineage a token belongs to, and what proves it. Versions of secrets and signed markers are proof; names and other text are not. */
export function whoseOf(row: Row, lineages: readonly Lineage[]): readonly string[] {
  const { token, tokenId } = row;
  if (token === undefined) return [];
  const heads = lineages.filter(({ head }) => head?.tokenId === tokenId);
  return [sharedIn(heads), proofOf(row), hintOf(row), originOf(heads)].filter((said) => said !== "");
}

function sharedIn(heads: readonly Lineage[]): string {
  if (heads.length < 2) return "";
  return `It is current in ${heads.length} secrets: ${heads.map(({ secretName }) => secretName).join(", ")}.`;
}

function proofOf({ secret, token, role }: Row): string {
  const marker = token && signedMarker(token);
  const isSameSecret = marker !== undefined && marker.secretArn === secret?.arn;
  if (secret?.versionId !== undefined)
    return `Proof: a version of the secret names it${isSameSecret ? ", and so does its signed marker" : ""}.`;
  if (marker !== undefined)
    return `Proof: its signed marker shows that the worker created it for ${printable(marker.secretArn)}.`;
  return role === "superseded"
    ? "Proof: the version or the signed marker of a later token names it as its predecessor."
    : "";
}

function hintOf({ token, secret }: Row): string {
  if (token?.marker === undefined || token.proof === "signed") return "";
  if (token.proof === "unknown")
    return "Its marker can't be checked: it was signed with an older access token, which could not be read.";
  const what = token.marker === "damaged" ? "is damaged" : "is not signed for this token";
  const isProven = secret?.versionId !== undefined;
  return `The marker in its description ${what}, so it proves nothing${isProven ? "" : ": anybody could have written it"}.`;
}

/** What decides which secret a token goes to that is in no secret yet. */
function originOf([lineage]: readonly Lineage[]): string {
  const { head, secretName } = lineage ?? {};
  if (head?.kind !== "root") return "";
  const { origin } = head;
  switch (origin.kind) {
    case "plain":
      return `No secret holds it yet. Its id or name decides that its successor goes to ${secretName}.`;
    case "moved":
      return `It was in ${printable(origin.former)}; its successor goes to ${secretName}.`;
    case "unexplained":
    case "unsearched":
      return `Nothing proves which secret it belongs to. When it is due, the worker searches the secrets that may hold it. If none does, its successor goes to ${secretName}.`;
    default:
      return origin satisfies never;
  }
}
