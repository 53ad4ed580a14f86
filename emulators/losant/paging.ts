import { invalid } from "./refusal.ts";

const DIRECTIONS = ["asc", "desc"] as const;
const DEFAULT_PER_PAGE = 100;

/** Which part of a list a request asks for, with Losant's defaults. */
export interface Paging<SortField extends string, FilterField extends string> {
  readonly sortField: SortField | "name";
  readonly sortDirection: (typeof DIRECTIONS)[number];
  readonly filterField: FilterField | undefined;
  readonly filter: string | undefined;
  readonly page: number;
  readonly perPage: number;
}

/** A `perPage` above `maxPerPage` is reduced to it. */
export function pagingIn<SortField extends string, FilterField extends string>(
  query: URLSearchParams,
  sortFields: readonly SortField[],
  filterFields: readonly FilterField[],
  maxPerPage: number,
): Paging<SortField, FilterField> {
  return {
    sortField: choice(query, "sortField", sortFields) ?? "name",
    sortDirection: choice(query, "sortDirection", DIRECTIONS, (value) => value.toLowerCase()) ?? "asc",
    filterField: choice(query, "filterField", filterFields),
    filter: query.get("filter") || undefined,
    page: whole(query, "page", 0) ?? 0,
    perPage: Math.min(whole(query, "perPage", 1) ?? DEFAULT_PER_PAGE, maxPerPage),
  };
}

/** The answer with one page of what was found, in its order. */
export function paged<Each>(
  found: readonly Each[],
  { sortField, sortDirection, filterField, filter, page, perPage }: Paging<string, string>,
  rowOf: (each: Each) => object,
): object {
  const items = found.slice(page * perPage, (page + 1) * perPage).map(rowOf);
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

export function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** An empty value counts as missing, as Losant documents it for the filter. */
function choice<const Value extends string>(
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

function whole(query: URLSearchParams, name: string, least: number): number | undefined {
  const given = query.get(name);
  if (!given) return undefined;
  const value = /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN;
  if (!(value >= least)) throw invalid(`${name} must be a whole number, at least ${least}.`);
  return value;
}
