import { hash } from "node:crypto";
import { glob } from "./glob.ts";
import { compare, type Paging, paged, pagingIn } from "./paging.ts";
import { type Application, canonical, type StoredToken } from "./store.ts";
import { type LosantTweak, tweakedRow } from "./tweaks.ts";
import type { User } from "./users.ts";
import { tokenView, userTokenView } from "./views.ts";

export interface ListingSettings {
  /** The position of tokens without expirationDate in ascending order. Descending order is the reverse. */
  readonly undated: "first" | "last";
  /** A larger perPage is reduced to this, and the answer contains the reduced value. */
  readonly maxPerPage: number;
}

const SORT_FIELDS = ["name", "status", "id", "creationDate", "lastUpdated", "expirationDate"] as const;
const FILTER_FIELDS = ["name", "status"] as const;

type SortField = (typeof SORT_FIELDS)[number];

/** One page of an application's tokens: the answer of `GET /applications/:id/tokens`. */
export function listing(
  { id, tokens }: Application,
  query: URLSearchParams,
  settings: ListingSettings,
  tweak: LosantTweak,
): object {
  const page = pageOf([...tokens.values()], tokenView, query, settings, tweak);
  return { ...page, applicationId: id, ownerId: id, ownerType: "application" };
}

/** One page of a user's tokens: the answer of `GET /me/tokens`. */
export function userListing(
  { id, tokens }: User,
  query: URLSearchParams,
  settings: ListingSettings,
  tweak: LosantTweak,
): object {
  const page = pageOf([...tokens.values()], userTokenView, query, settings, tweak);
  return { ...page, ownerId: id, ownerType: "user" };
}

type Sortable = Pick<StoredToken, SortField>;

function pageOf<Token extends Sortable>(
  tokens: readonly Token[],
  viewOf: (token: Token) => { readonly id: string },
  query: URLSearchParams,
  { undated, maxPerPage }: ListingSettings,
  tweak: LosantTweak,
): object {
  const { hide = [], withToken = false, shuffleTies = false } = tweak;
  const paging = pagingIn(query, SORT_FIELDS, FILTER_FIELDS, maxPerPage);
  const { filterField, filter, page } = paging;
  const hidden = new Set(hide.map(canonical));
  const fits = filterField && filter ? glob(filter) : undefined;
  const found = tokens.filter(
    (token) => !hidden.has(canonical(token.id)) && (!fits || !filterField || fits(token[filterField])),
  );
  return paged(sorted(found, paging, undated, shuffleTies ? page : 0), paging, (token) => {
    const row = { ...viewOf(token), ...(withToken && { token: plantedToken(token.id) }) };
    return tweakedRow(row.id, row, tweak);
  });
}

/** The tweak `withToken` shows this as the string of a token, so that a test can search for it where it must not appear. */
export const plantedToken = (tokenId: string) => `planted-token-string-${tokenId}`;

function sorted<Token extends Sortable>(
  tokens: readonly Token[],
  { sortField, sortDirection }: Paging<SortField, string>,
  undated: ListingSettings["undated"],
  turn: number,
): readonly Token[] {
  const sign = sortDirection === "desc" ? -1 : 1;
  const tie = (id: string) => (turn === 0 ? canonical(id) : hash("sha256", `${turn} ${canonical(id)}`));
  return tokens
    .map((token) => ({ token, key: sortKey(token, sortField, undated), tie: tie(token.id) }))
    .sort((a, b) => sign * compare(a.key, b.key) || compare(a.tie, b.tie))
    .map(({ token }) => token);
}

/** ISO dates in one time zone can be sorted as text. Empty text comes before them, a tilde after them. */
function sortKey(token: Sortable, field: SortField, undated: ListingSettings["undated"]): string {
  const value = token[field];
  if (value === undefined) return undated === "first" ? "" : "~";
  return typeof value === "string" ? value : value.toISOString();
}
