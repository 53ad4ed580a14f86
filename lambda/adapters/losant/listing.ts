import type { ApiToken, TokenId } from "../../model/token.ts";
import type { ListingRoom, ListingSize, TokenListing } from "../../ports.ts";
import { type NamedRow, type Page, readPage } from "./answers.ts";
import { type LosantCall, type LosantClient, textOf } from "./client.ts";
import { outOfTime, tokenApiError, unusable } from "./failures.ts";

/** Of a client, what reading pages takes. */
type PageClient = Pick<LosantClient, "answer" | "limits">;

/** Without a sort of its own, the order is by name; in that order pages shift when a token is renamed. */
const SOONEST_FIRST = "expirationDate";
/** No two tokens are tied in it, so that no page border runs through a tie. */
const UNIQUE = "id";

/**
 * All pages. Losant's count is no proof that all of them were seen, nor that there are no more: tokens that expire in the
 * same moment may stand on either side of a page border each time. Where the count promises more than there was, all is
 * read once more in another order; what is missing even then is only counted.
 */
export async function listTokens(
  client: PageClient,
  call: LosantCall,
  room: ListingRoom,
): Promise<TokenListing> {
  const found = new Found();
  const until = performance.now() + client.limits.listTotalMs;
  const reading = { found, until, client, call, room };
  await readInOrder({ ...reading, sortField: SOONEST_FIRST });
  // What it adds is welcome; where it fails, what is missing is missing.
  if (found.missing > 0) await readInOrder({ ...reading, sortField: UNIQUE }).catch(() => {});
  return found.listing();
}

interface Reading {
  readonly sortField: string;
  readonly found: Found;
  readonly until: number;
  readonly client: PageClient;
  readonly call: LosantCall;
  readonly room: ListingRoom;
}

/** Of pages that are too long, smaller ones are asked for, from the first on: what was found stays found. */
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
    const answer = await client.answer({ ...call, query });
    if (answer.kind === "ok" && answer.isTooLong === true) return { tooLong: answer.flaw ?? "is too long" };
    const text = textOf(call, answer);
    if (answer.kind === "ok") found.servedAt = answer.servedAt;
    found.read(text.length);
    if (found.characters > client.limits.maxListCharacters)
      throw unusable(call, "has a list that is too long");
    const read = readPage(text, client.limits.perPage[0] ?? size);
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
    // The time goes on while it waits, so that a few long lists can't use up that of all applications.
    if (performance.now() >= until) throw outOfTime(call, "other long lists were read first");
    // Losant documents no maximum: it may give less than was asked, and counts pages by what it gives.
    perPage = read.value.perPage ?? perPage;
  }
  throw unusable(call, `doesn't end after ${most} pages`);
}

/** An empty page; or, once as many were found as there should be, one that is not full or shows none that is new. */
function isLast({ rows, perPage = 0 }: Page, isNew: boolean, { missing, total }: Found): boolean {
  if (rows.length === 0) return true;
  return total !== undefined && missing === 0 && (rows.length < perPage || !isNew);
}

/** Every token once, however often and in whatever order it was listed. */
class Found {
  readonly #rows = new Map<TokenId, NamedRow>();
  /** Rows without an id can't be told apart: the most that one reading has shown. */
  #nameless = { problem: "", count: 0 };
  #namelessNow = 0;
  /** By the latest count of Losant's. */
  total: number | undefined;
  /** By the clock of Losant, as of the last answer. */
  servedAt: Date | undefined;
  /** Of all readings. */
  characters = 0;
  #charactersNow = 0;
  #mostCharacters = 0;

  /** Another reading, from the first page on. */
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
      // What was odd once is left alone, also where another row of the same id is not.
      else if (this.#rows.get(row.id)?.kind !== "unreadable") this.#rows.set(row.id, row);
    }
  }

  get tokens(): number {
    return this.#rows.size + this.#nameless.count;
  }

  /** What one reading has shown, another repeats. */
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

/** What a second reading adds comes last. */
function bySoonest(one: ApiToken, other: ApiToken): number {
  return (one.expiresAt?.getTime() ?? 0) - (other.expiresAt?.getTime() ?? 0);
}
