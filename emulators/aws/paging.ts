import { AwsRefusal } from "./errors.ts";

interface Asked {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

/**
 * One page of a list, and the start of the next one. The cursor is the sequence of the last item, not a position, so items
 * that are added or removed between two pages don't make others skipped or repeated.
 */
export function page<Item extends { readonly sequence: number }>(
  list: readonly Item[],
  scope: string,
  pageSize: number,
  { MaxResults = pageSize, NextToken }: Asked,
): { readonly items: readonly Item[]; readonly nextToken: string | undefined } {
  const after = NextToken === undefined ? 0 : sequenceIn(NextToken, scope);
  const rest = list.filter(({ sequence }) => sequence > after);
  const items = rest.slice(0, Math.min(MaxResults, pageSize));
  const last = items.at(-1);
  const nextToken =
    last === undefined || items.length === rest.length
      ? undefined
      : Buffer.from(`${scope}\n${last.sequence}`).toString("base64url");
  return { items, nextToken };
}

function sequenceIn(token: string, scope: string): number {
  const [of, sequence = ""] = Buffer.from(token, "base64url").toString("utf8").split("\n");
  if (of === scope && /^\d+$/.test(sequence)) return Number(sequence);
  throw new AwsRefusal("InvalidNextTokenException", "The NextToken value is invalid.");
}
