import { remembered } from "../model/remembered.ts";
import type { SecretName } from "../model/secret.ts";
import { type ApiToken, isTokenId, type TokenId } from "../model/token.ts";
import { fitsGlob, type Policy, type TokenPolicy } from "../policy/policy.ts";
import type { Lineage } from "./lineage.ts";
import { signedMarker } from "./proof.ts";
import { type ListedToken, mayDescendFrom, type Snapshot } from "./snapshot.ts";

/**
 * The policy of a lineage: that of the first entry of `policy.tokens` that fits, or else that of the application. An entry with an
 * id fits every lineage that the token has ever been in: as the head or as a token before it, according to versions and signed
 * markers; according to the head's signed marker, which repeats the id, because after some rotations nothing else may name that
 * token; or if `secrets` maps the id to its secret. An entry with a name fits by the head's name, which is only a hint.
 */
export function policyOfLineage(snapshot: Snapshot, lineage: Lineage): Policy {
  const { policy } = snapshot.application;
  if (policy.tokens.length === 0) return policy;
  const name = lineage.head?.token?.name;
  return first(policy, idsOf(lineage, snapshot), name)?.policy ?? policy;
}

/** The same for a token that is in no lineage, or that has no place yet. */
export function policyOfToken(
  { application: { policy } }: Pick<Snapshot, "application">,
  { id, name }: Pick<ApiToken, "id"> & Partial<Pick<ApiToken, "name">>,
): Policy {
  return policy.tokens.length === 0 ? policy : (first(policy, [id], name)?.policy ?? policy);
}

/**
 * The id for the marker of a successor: that of the entry that decided, or the one that the marker of its predecessor has. So an
 * entry that is taken out of the configuration and put back fits as before.
 */
export function policyIdFor(
  { policy: { tokens } }: { readonly policy: Policy },
  decided: Policy,
  predecessor: ListedToken,
): TokenId | undefined {
  const entry = tokens.find(({ policy, isId }) => isId && policy === decided);
  return entry === undefined ? signedMarker(predecessor)?.policyId : (entry.match as TokenId);
}

/** Whether the marker, if it proves to be signed, connects the token with an entry. */
export function mayDecide(
  { application: { policy } }: Pick<Snapshot, "application">,
  token: ListedToken,
): boolean {
  const { marker } = token;
  const policyId = typeof marker === "object" ? marker.policyId : undefined;
  return policyId !== undefined && indexOf(policy).byId.has(policyId);
}

function* idsOf({ head, chain, secretName }: Lineage, snapshot: Snapshot): Iterable<string> {
  // A version that somebody wrote doesn't connect tokens with different rights.
  for (const id of chain)
    if (head?.token === undefined || id === head.tokenId || mayDescendFrom(id, head.token, snapshot))
      yield id;
  const marked = head?.token && signedMarker(head.token)?.policyId;
  if (marked !== undefined) yield marked;
  yield* mappedIds(snapshot.application).get(secretName) ?? [];
}

const mappedIds = remembered(
  ({ secrets }: Snapshot["application"]): ReadonlyMap<SecretName, readonly string[]> =>
    new Map(
      Map.groupBy(
        [...secrets].filter(([key]) => isTokenId(key)),
        ([, name]) => name,
      )
        .entries()
        .map(([name, entries]) => [name, entries.map(([id]) => id)]),
    ),
);

/** Ids come first in the list, and are looked up, because there may be a hundred thousand lineages. */
const indexOf = remembered(({ tokens }: Policy) => ({
  byId: new Map(tokens.flatMap((entry, at) => (entry.isId ? [[entry.match, { entry, at }] as const] : []))),
  byName: tokens.filter(({ isId }) => !isId),
}));

function first(policy: Policy, ids: Iterable<string>, name: string | undefined): TokenPolicy | undefined {
  const { byId, byName } = indexOf(policy);
  let found: { readonly entry: TokenPolicy; readonly at: number } | undefined;
  for (const id of ids) {
    const other = byId.get(id);
    if (other !== undefined && (found === undefined || other.at < found.at)) found = other;
  }
  if (found !== undefined || name === undefined) return found?.entry;
  return byName.find(({ match }) => fitsGlob(name, match));
}
