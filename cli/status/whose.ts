import type { Lineage } from "../../lambda/lineage/lineage.ts";
import { signedMarker } from "../../lambda/lineage/proof.ts";
import { printable } from "../../lambda/model/printable.ts";
import type { Row } from "./row.ts";

/** Whose a token is and what proves it: versions of secrets and signed markers do, names and other text only hint. */
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
    return `Proof: a version of the secret names it${isSameSecret ? ", and its signed marker says the same" : ""}.`;
  if (marker !== undefined)
    return `Proof: its signed marker says that the worker made it for ${printable(marker.secretArn)}.`;
  return role === "superseded" ? "Proof: a later token's version or signed marker names it as replaced." : "";
}

function hintOf({ token, secret }: Row): string {
  if (token?.marker === undefined || token.proof === "signed") return "";
  if (token.proof === "unknown")
    return "Its marker can't be checked: it was signed with an older access token, which could not be read.";
  const what = token.marker === "damaged" ? "is damaged" : "is not signed for this token";
  const isProven = secret?.versionId !== undefined;
  return `The worker's line in its description ${what}, and proves nothing${isProven ? "" : ": anybody can have written it"}.`;
}

/** What decides about a token that belongs to no secret yet. */
function originOf([lineage]: readonly Lineage[]): string {
  const { head, secretName } = lineage ?? {};
  if (head?.kind !== "root") return "";
  const { origin } = head;
  switch (origin.kind) {
    case "plain":
      return `No secret holds it yet: by its id or name, its successor goes to ${secretName}.`;
    case "moved":
      return `It was in ${printable(origin.former)}; its successor goes to ${secretName}.`;
    case "unexplained":
    case "unsearched":
      return `Nothing proves whose it is; when it is due, the secrets that may hold it are searched. Else its successor goes to ${secretName}.`;
    default:
      return origin satisfies never;
  }
}
