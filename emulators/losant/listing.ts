import { hash } from "node:crypto";
import { glob } from "./glob.ts";
import { invalid } from "./refusal.ts";
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
export const DIRECTIONS = ["asc", "desc"] as const;
export const DEFAULT_PER_PAGE = 100;

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
  const sortField = choice(query, "sortField", SORT_FIELDS) ?? "name";
  const sortDirection = choice(query, "sortDirection", DIRECTIONS, (value) => value.toLowerCase()) ?? "asc";
  const filterField = choice(query, "filterField", FILTER_FIELDS);
  const filter = query.get("filter") || undefined;
  const page = whole(query, "page", 0) ?? 0;
  const perPage = Math.min(whole(query, "perPage", 1) ?? DEFAULT_PER_PAGE, maxPerPage);

  const hidden = new Set(hide.map(canonical));
  const fits = filterField && filter ? glob(filter) : undefined;
  const found = tokens.filter(
    (token) => !hidden.has(canonical(token.id)) && (!fits || !filterField || fits(token[filterField])),
  );
  const items = sorted(found, sortField, sortDirection, undated, shuffleTies ? page : 0)
    .slice(page * perPage, (page + 1) * perPage)
    .map((token) => ({ ...viewOf(token), ...(withToken && { token: plantedToken(token.id) }) }))
    .map((row) => tweakedRow(row.id, row, tweak));
  return {
    items,
    count: items.length,
    totalCount: found.length,
    perPage,
    page,
    filter,
    filterField,
    sortField,
    sortDirection,
  };
}

/** The tweak `withToken` shows this as the string of a token, so that a test can search for it where it must not appear. */
export const plantedToken = (tokenId: string) => `planted-token-string-${tokenId}`;

function sorted<Token extends Sortable>(
  tokens: readonly Token[],
  field: SortField,
  direction: (typeof DIRECTIONS)[number],
  undated: ListingSettings["undated"],
  turn: number,
): readonly Token[] {
  const sign = direction === "desc" ? -1 : 1;
  const tie = (id: string) => (turn === 0 ? canonical(id) : hash("sha256", `${turn} ${canonical(id)}`));
  return tokens
    .map((token) => ({ token, key: sortKey(token, field, undated), tie: tie(token.id) }))
    .sort((a, b) => sign * compare(a.key, b.key) || compare(a.tie, b.tie))
    .map(({ token }) => token);
}

/** ISO dates in one time zone can be sorted as text. Empty text comes before them, a tilde after them. */
function sortKey(token: Sortable, field: SortField, undated: ListingSettings["undated"]): string {
  const value = token[field];
  if (value === undefined) return undated === "first" ? "" : "~";
  return typeof value === "string" ? value : value.toISOString();
}

export function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** An empty value counts as missing, as Losant documents it for the filter. */
export function choice<const Value extends string>(
  query: URLSearchParams,
  name: string,
  allowed: readonly Value[],
  normal: (value: string) => string = (value) => value,
): Value | undefined {
  const given = query.get(name);
  if (!given) return undefined;
  const value = allowed.find((candidate) => candidate === normal(given));
  if (value === undefined) throw invalid(`${name} must be one of ${allowed.join(", ")}.`);
  return value;
}

export function whole(query: URLSearchParams, name: string, least: number): number | undefined {
  const given = query.get(name);
  if (!given) return undefined;
  const value = /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN;
  if (!(value >= least)) throw invalid(`${name} must be a whole number, at least ${least}.`);
  return value;
}
