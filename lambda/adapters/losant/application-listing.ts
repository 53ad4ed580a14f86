import type { ApplicationId } from "../../model/token.ts";
import type { ApplicationListing, ListedApplication } from "../../ports.ts";
import type { ApplicationPage } from "./application-answers.ts";
import type { LosantLimits } from "./limits.ts";

/** The names of all applications together, in characters. */
const MAX_CHARACTERS = 32 * 1024 * 1024;

/** The applications that were found in one or two readings of the list, each once. */
export class FoundApplications {
  readonly #rows = new Map<ApplicationId, ListedApplication>();
  readonly #unreadable = new Set<ApplicationId>();
  #problem = "";
  /** Rows without an id can't be distinguished, so this is the largest number in one reading. */
  #nameless = 0;
  #namelessNow = 0;
  /** The organizations are few, and each is kept once. */
  readonly #organizations = new Map<string, NonNullable<ListedApplication["organization"]>>();
  #characters = 0;
  #seenNow = new Set<ApplicationId>();
  #largestTotal = 0;
  /** Losant's latest count. */
  total: number | undefined;
  /** Rows of this reading that are too long to be read. */
  tooLong = 0;

  /** Begins another reading, from the first page on. */
  begin(): void {
    this.#namelessNow = 0;
    this.tooLong = 0;
    this.#largestTotal = 0;
    this.#seenNow = new Set();
  }

  /** The number of rows, and whether one of them is new in this reading. */
  add({ rows, totalCount }: ApplicationPage): { readonly rows: number; readonly isNew: boolean } {
    this.total = totalCount ?? this.total;
    this.#largestTotal = Math.max(this.#largestTotal, totalCount ?? 0);
    let isNew = false;
    for (const row of rows) {
      if ("problem" in row) {
        this.#problem = row.problem;
        if (row.id === undefined) this.#namelessNow += 1;
        else this.#unreadable.add(row.id);
      } else this.#keep(row);
      if (row.id === undefined || !this.#seenNow.has(row.id)) isNew = true;
      if (row.id !== undefined) this.#seenNow.add(row.id);
    }
    this.#nameless = Math.max(this.#nameless, this.#namelessNow);
    return { rows: rows.length, isNew };
  }

  /** As many were found as Losant counts. Without a count, any number is possible. */
  get isCountReached(): boolean {
    return this.total !== undefined && this.#size >= this.total;
  }

  /** How many fewer were found than Losant once counted in this reading. */
  get short(): number {
    return Math.max(0, this.#largestTotal - this.#size);
  }

  /**
   * The same, but only what this reading has shown counts. An application of an earlier reading may have been deleted, and then it
   * hides that another one is missing.
   */
  get shortNow(): number {
    return Math.max(0, this.#largestTotal - this.#seenNow.size - this.#namelessNow);
  }

  isTooMany({ maxApplications }: Pick<LosantLimits, "maxApplications">): boolean {
    return this.#size > maxApplications || this.#characters > MAX_CHARACTERS;
  }

  /** `least`: at least so many are missing, whatever Losant counted last. */
  listing(least = 0): ApplicationListing {
    return {
      applications: [...this.#rows.values()].sort(byId),
      unreadable: { count: this.#unreadableCount, problem: this.#problem },
      missing: Math.max(least, (this.total ?? 0) - this.#size),
    };
  }

  /** A row that could be read once is readable. */
  get #unreadableCount(): number {
    return (
      this.#unreadable
        .values()
        .filter((id) => !this.#rows.has(id))
        .toArray().length + this.#nameless
    );
  }

  get #size(): number {
    return this.#rows.size + this.#unreadableCount;
  }

  #keep(row: ListedApplication): void {
    const { organization } = row;
    if (!this.#rows.has(row.id)) this.#characters += row.name.length;
    if (organization === undefined) {
      this.#rows.set(row.id, row);
      return;
    }
    const key = `${organization.id} ${organization.name}`;
    const known = this.#organizations.get(key);
    if (known === undefined) {
      this.#organizations.set(key, organization);
      this.#characters += organization.name.length;
    }
    this.#rows.set(row.id, { ...row, organization: known ?? organization });
  }
}

function byId({ id: one }: ListedApplication, { id: other }: ListedApplication): number {
  return Number(one > other) - Number(one < other);
}
