import type { Lineage } from "../../lambda/lineage/lineage.ts";
import { signedMarker } from "../../lambda/lineage/proof.ts";
import { failedReplicas } from "../../lambda/lineage/replication.ts";
import { type ListedToken, localName, type Snapshot } from "../../lambda/lineage/snapshot.ts";
import { type ApiToken, isLive, type TokenId } from "../../lambda/model/token.ts";

/** The ways in which Losant and Secrets Manager can disagree about a token. */
export const DRIFT = {
  "secret-without-token": "AWSCURRENT of its secret is this token, but Losant doesn't have the token",
  "token-without-secret": "the worker created it for a secret that no longer exists",
  orphan: "the worker created it, and its string is stored nowhere",
  "two-live-tokens": "it works in addition to the current token of its lineage, which didn't replace it",
  "unsigned-marker": "the marker in its description wasn't written by this worker for this token",
  "never-retired": "its secret has its successor, and in Losant it works forever",
  "rolled-back": "somebody moved AWSCURRENT or stored a value by hand",
  "replica-failed": "a replica of its secret doesn't get the changes",
  unfinished: "a rotation was started and not finished: its staging label is still there",
} as const satisfies Readonly<Record<string, string>>;

export type DriftKind = keyof typeof DRIFT;

/** The drift of one application's tokens, by id. A superseded token that still works isn't drift. */
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
    if (head !== undefined && failedReplicas(lineage, now).length > 0) note(head.tokenId, "replica-failed");
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

/** The marker was edited, copied from another token, or written before markers were signed. Markers of foreign tokens don't count. */
function isForged(snapshot: Snapshot, token: ListedToken): boolean {
  const { marker, proof } = token;
  return proof === "unsigned" && (marker === "damaged" || localName(snapshot, token) !== undefined);
}

function isSecretGone(snapshot: Snapshot, token: ListedToken): boolean {
  const name = signedMarker(token) && localName(snapshot, token);
  return name !== undefined && snapshot.secrets.get(name)?.kind === "absent";
}

/** Live tokens of a lineage that no other token has replaced, according to versions and markers. */
function rivalsOf({ head, chain, superseded }: Lineage, now: Date): readonly ApiToken[] {
  if (head?.token === undefined || !isLive(head.token, now)) return [];
  return superseded.filter((token) => isLive(token, now) && !chain.includes(token.id));
}
