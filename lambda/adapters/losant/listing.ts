import type { ApiToken, TokenId, TokenOwner } from "../../model/token.ts";
import type { ListingRoom, ListingSize, TokenListing } from "../../ports.ts";
import { type NamedRow, type Page, readPage } from "./answers.ts";
import { type LosantCall, type LosantClient, textOf } from "./client.ts";
import { outOfTime, tokenApiError, unusable } from "./failures.ts";

/** The part of a client that is needed to read pages. */
export type PageClient = Pick<LosantClient, "read" | "limits">;

/** The default order is by name. In that order, pages shift if a token is renamed. */
const SOONEST_FIRST = "expirationDate";
/** No two tokens have equal ids, so no page ends between equal values. */
const UNIQUE = "id";

/**
 * All pages. Losant's count doesn't prove that the listing is complete, because tokens that expire at the same moment may be on
 * either side of a page border each time. If the count is larger than the listing, everything is read once more in another
 * order. Tokens that are missing even then are only counted.
 */
export async function listTokens(
  client: PageClient,
  call: LosantCall & { readonly owner: TokenOwner },
  room: ListingRoom,
): Promise<TokenListing> {
  const found = new Found();
  const until = performance.now() + client.limits.listTotalMs;
  const reading = { found, until, client, call, room };
  await readInOrder({ ...reading, sortField: SOONEST_FIRST });
  // This is optional: if it fails, the tokens are reported as missing.
  if (found.missing > 0) await readInOrder({ ...reading, sortField: UNIQUE }).catch(() => {});
  return found.listing();
}

interface Reading {
  readonly sortField: string;
  readonly found: Found;
  readonly until: number;
  readonly client: PageClient;
  readonly call: LosantCall & { readonly owner: TokenOwner };
  readonly room: ListingRoom;
}

/** If pages are too long, smaller ones are requested, from the first page on. What was found is kept. */
async function readInOrder(reading: Reading): Promise<void> {
  const { perPage: sizes, maxPages } = reading.client.limits;
  const [largest = 1] = sizes;
  let flaw = "is too long";
  for (const size of sizes) {
    const outcome = await readPages(reading, size, maxPages * (largest / size));
    if (outcome === "all") return;
    flaw = outcome.tooLong;
  }
  throw unusable(reading.call, flaw);
}

async function readPages(
  { sortField, found, until, client, call, room }: Reading,
  size: number,
  most: number,
): Promise<"all" | { readonly tooLong: string }> {
  const seen = new Set<TokenId>();
  found.begin();
  let perPage = size;
  for (let page = 0; page < most; page += 1) {
    const query = { sortField, sortDirection: "asc", page, perPage };
    const answer = await client.read({ ...call, query });
    if (answer.kind === "ok" && answer.isTooLong === true) return { tooLong: answer.flaw ?? "is too long" };
    const text = textOf(call, answer);
    if (answer.kind === "ok") found.servedAt = answer.servedAt;
    found.read(text.length);
    if (found.characters > client.limits.maxListCharacters)
      throw unusable(call, "has a list that is too long");
    const read = readPage(text, client.limits.perPage[0] ?? size, call.owner);
    if (!read.ok) throw unusable(call, read.flaw);
    found.add(read.value);
    if (found.tokens > client.limits.maxTokens)
      throw unusable(call, `lists more than ${client.limits.maxTokens} tokens`);
    const before = seen.size;
    for (const row of read.value.rows) if (row.kind !== "nameless") seen.add(row.id);
    if (isLast(read.value, seen.size > before, found)) return "all";
    if (performance.now() >= until)
      throw tokenApiError(call, { kind: "silent", why: "timeout", isSent: true });
    if (!(await room.hold(found.size, found.total)))
      throw unusable(
        call,
        "lists more tokens than it counts, and other long lists use the memory that they need",
      );
    // The time also runs while it waits, so that a few long lists can't use up the time of all applications.
    if (performance.now() >= until) throw outOfTime(call, "other long lists were read first");
    // Losant documents no maximum. It may return fewer rows than requested, and then counts pages by that number.
    perPage = read.value.perPage ?? perPage;
  }
  throw unusable(call, `doesn't end after ${most} pages`);
}

/** An empty page. Or, once all counted tokens were found, a page that is not full or has no new token. */
function isLast({ rows, perPage = 0 }: Page, isNew: boolean, { missing, total }: Found): boolean {
  if (rows.length === 0) return true;
  return total !== undefined && missing === 0 && (rows.length < perPage || !isNew);
}

/** The tokens that were found, each once. */
class Found {
  readonly #rows = new Map<TokenId, NamedRow>();
  /** Rows without an id can't be distinguished, so this is the largest number in one reading. */
  #nameless = { problem: "", count: 0 };
  #namelessNow = 0;
  /** Losant's latest count. */
  total: number | undefined;
  /** By Losant's clock, at the last answer. */
  servedAt: Date | undefined;
  /** The sum of all readings. */
  characters = 0;
  #charactersNow = 0;
  #mostCharacters = 0;

  /** Begins another reading, from the first page on. */
  begin(): void {
    this.#namelessNow = 0;
    this.#charactersNow = 0;
  }

  read(characters: number): void {
    this.characters += characters;
    this.#charactersNow += characters;
    this.#mostCharacters = Math.max(this.#mostCharacters, this.#charactersNow);
  }

  add({ rows, totalCount }: Page): void {
    this.total = totalCount ?? this.total;
    for (const row of rows) {
      if (row.kind === "nameless") this.#addNameless(row.problem);
      // A token that was unreadable once stays unreadable, even if another row with the same id is readable.
      else if (this.#rows.get(row.id)?.kind !== "unreadable") this.#rows.set(row.id, row);
    }
  }

  get tokens(): number {
    return this.#rows.size + this.#nameless.count;
  }

  /** The largest reading, because another one repeats the same tokens. */
  get size(): ListingSize {
    return { tokens: this.tokens, characters: this.#mostCharacters };
  }

  get missing(): number {
    return Math.max(0, (this.total ?? 0) - this.tokens);
  }

  listing(): TokenListing {
    const rows = [...this.#rows.values()];
    return {
      tokens: rows.flatMap((row) => (row.kind === "token" ? [row.token] : [])).sort(bySoonest),
      unreadable: rows.flatMap((row) => (row.kind === "unreadable" ? [row.token] : [])),
      nameless: this.#nameless,
      missing: this.missing,
      servedAt: this.servedAt,
    };
  }

  #addNameless(problem: string): void {
    this.#namelessNow += 1;
    if (this.#namelessNow > this.#nameless.count) this.#nameless = { problem, count: this.#namelessNow };
  }
}

/** Needed because tokens from a second reading were added at the end. */
function bySoonest(one: ApiToken, other: ApiToken): number {
  return (one.expiresAt?.getTime() ?? 0) - (other.expiresAt?.getTime() ?? 0);
}
