import type { TokenId } from "../model/token.ts";
import type { Lineage } from "./lineage.ts";
import type { ListedToken } from "./snapshot.ts";

type Succession = Pick<Lineage, "head" | "chain" | "superseded">;

/** The tokens that replaced a token, the current one first. Losant may have deleted some of them. */
export function successorsOf(id: TokenId, { head, chain }: Succession): readonly TokenId[] {
  const position = chain.indexOf(id);
  if (position >= 0) return chain.slice(0, position);
  return head === undefined ? [] : [head.tokenId];
}

/** The token that replaced it, or if Losant no longer has that one, the next of its successors. */
export function nextSuccessor(id: TokenId, lineage: Succession): ListedToken | undefined {
  const { head, superseded } = lineage;
  const listed = new Map([...(head?.token ? [head.token] : []), ...superseded].map((one) => [one.id, one]));
  const next = successorsOf(id, lineage).findLast((successor) => listed.has(successor));
  return next === undefined ? undefined : listed.get(next);
}
