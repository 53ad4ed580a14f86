import type { TokenId } from "../model/token.ts";

/** For each token, the token that it replaced. */
export type Predecessors = ReadonlyMap<TokenId, TokenId>;

/** A token, the token that it replaced, and so on. Versions that somebody created by hand may form a circle. */
export function chainFrom(id: TokenId, predecessors: Predecessors): ReadonlySet<TokenId> {
  const chain = new Set<TokenId>();
  for (let at: TokenId | undefined = id; at !== undefined && !chain.has(at); at = predecessors.get(at))
    chain.add(at);
  return chain;
}
