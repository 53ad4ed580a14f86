import type { TokenId } from "../model/token.ts";

/** What each token replaced. */
export type Predecessors = ReadonlyMap<TokenId, TokenId>;

/** A token, the one that it replaced, and so on. An administrator may make versions that say so of each other. */
export function chainFrom(id: TokenId, predecessors: Predecessors): ReadonlySet<TokenId> {
  const chain = new Set<TokenId>();
  for (let at: TokenId | undefined = id; at !== undefined && !chain.has(at); at = predecessors.get(at))
    chain.add(at);
  return chain;
}
