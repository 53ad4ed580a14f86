import type { Lineage } from "../../lambda/lineage/lineage.ts";
import { signedMarker } from "../../lambda/lineage/proof.ts";
import { type ListedToken, localName, type Snapshot } from "../../lambda/lineage/snapshot.ts";
import { type ApiToken, isLive, type TokenId } from "../../lambda/model/token.ts";

/** Where Losant and Secrets Manager tell two stories; each with the end of a sentence that begins with the token. */
export const DRIFT = {
  "secret-without-token": "AWSCURRENT of its secret names it, and Losant does not have it",
  "token-without-secret": "made here for a secret that does not exist any more",
  orphan: "made here, and its string is stored nowhere",
  "two-live-tokens": "it works beside the one that its lineage stands on, which did not replace it",
  "unsigned-marker": "the line in its description is not one that this worker wrote for it",
  "rolled-back": "somebody moved AWSCURRENT, or set a value by hand",
  unfinished: "a rotation has begun and not ended: its label is still there",
} as const satisfies Readonly<Record<string, string>>;

export type DriftKind = keyof typeof DRIFT;

/** What is odd about tokens of one application, by their ids. A superseded token that still works is not. */
export function driftOf(
  snapshot: Snapshot,
  lineages: readonly Lineage[],
  now: Date,
): ReadonlyMap<TokenId, readonly DriftKind[]> {
  const found = new Map<TokenId, DriftKind[]>();
  const note = (id: TokenId, kind: DriftKind) => {
    const kinds = found.get(id) ?? [];
    if (!kinds.includes(kind)) found.set(id, [...kinds, kind]);
  };
  for (const lineage of lineages) {
    if (lineage.reading?.kind === "unreadable") continue;
    const { head, orphans, staged, unannounced, unsettled, isRolledBack } = lineage;
    if (head !== undefined && head.token === undefined) note(head.tokenId, "secret-without-token");
    if (head !== undefined && isRolledBack) note(head.tokenId, "rolled-back");
    for (const { id } of orphans) note(id, "orphan");
    for (const { id } of rivalsOf(lineage, now)) note(id, "two-live-tokens");
    const open = [
      ...staged.map(({ version }) => version),
      ...unsettled,
      ...(unannounced ? [unannounced] : []),
    ];
    for (const { stamp } of open) note(stamp.tokenId, "unfinished");
  }
  for (const token of snapshot.tokens.values()) {
    if (isForged(snapshot, token)) note(token.id, "unsigned-marker");
    else if (isSecretGone(snapshot, token)) note(token.id, "token-without-secret");
  }
  return found;
}

/** Edited, copied from another token, or from before markers were signed. What names another store is that one's business. */
function isForged(snapshot: Snapshot, token: ListedToken): boolean {
  const { marker, proof } = token;
  return proof === "unsigned" && (marker === "damaged" || localName(snapshot, token) !== undefined);
}

function isSecretGone(snapshot: Snapshot, token: ListedToken): boolean {
  const name = signedMarker(token) && localName(snapshot, token);
  return name !== undefined && snapshot.secrets.get(name)?.kind === "absent";
}

/** Live tokens of a lineage that no other took the place of, as far as versions and markers tell. */
function rivalsOf({ head, chain, superseded }: Lineage, now: Date): readonly ApiToken[] {
  if (head?.token === undefined || !isLive(head.token, now)) return [];
  return superseded.filter((token) => isLive(token, now) && !chain.includes(token.id));
}
