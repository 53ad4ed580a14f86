import * as v from "valibot";
import { listing } from "../../emulators/losant/listing.ts";
import type { Application } from "../../emulators/losant/store.ts";
import { LOSANT_LIMITS } from "../../lambda/adapters/losant/limits.ts";
import { listTokens } from "../../lambda/adapters/losant/listing.ts";
import { ApplicationId } from "../../lambda/model/token.ts";
import type { TokenListing } from "../../lambda/ports.ts";
import type { ListingFlaw, Setting } from "./script.ts";

/** A temporary fault in how one token is listed. */
export interface Flaw {
  readonly tokenId: string;
  readonly how: ListingFlaw;
  readonly fromMs: number;
  toMs: number;
}

/** Pages are so short that even a few tokens need several. */
const PER_PAGE = 2;

/** The properties of a row that can't be read; null removes the property. */
const ODD_ROWS: Readonly<Partial<Record<ListingFlaw, Readonly<Record<string, unknown>>>>> = {
  "empty-date": { expirationDate: "" },
  "date-alone": { expirationDate: "2026-02-01" },
  "no-creation-date": { creationDate: null },
  "unknown-status": { status: "expired" },
  "no-name": { name: null },
  "odd-description": { description: 7 },
};

export function isOdd({ how }: Pick<Flaw, "how">): boolean {
  return ODD_ROWS[how] !== undefined;
}

/** What else a listing shows, independent of faults in single rows. */
interface Shown {
  readonly application: Application;
  readonly unknownIds: readonly string[];
  readonly count: Setting["count"];
  readonly servedAt: Date | undefined;
  readonly hidesCreatorTypes: boolean;
}

/** The list of an application's tokens, page by page, as the emulator returns it and the worker's adapter reads it. */
export function listedByPages(
  { application, unknownIds, count = "true", servedAt, hidesCreatorTypes }: Shown,
  flaws: readonly Flaw[],
): Promise<TokenListing> {
  const idsOf = (...hows: readonly ListingFlaw[]) =>
    flaws.flatMap(({ tokenId, how }) => (hows.includes(how) ? [tokenId] : []));
  const untyped = hidesCreatorTypes ? [...application.tokens.keys()] : [];
  const odd = new Map(flaws.map(({ tokenId, how }) => [tokenId, ODD_ROWS[how]]));
  const rows = Object.fromEntries(
    [...untyped, ...odd.keys()].map((id) => [
      id,
      { ...(hidesCreatorTypes && { creatorType: null }), ...odd.get(id) },
    ]),
  );
  const known = application.tokens.size - unknownIds.length;
  const totalCount = Math.max(0, known + { true: 0, low: -1, high: 1 }[count]);
  const pageOf = (query: Readonly<Record<string, string | number>>) => {
    const asked = new URLSearchParams();
    for (const [key, value] of Object.entries(query)) asked.set(key, String(value));
    const tied = asked.get("sortField") === "expirationDate" ? idsOf("tied") : [];
    const tweak = { rows, hide: [...unknownIds, ...idsOf("hidden"), ...tied] };
    return { ...listing(application, asked, { undated: "first", maxPerPage: PER_PAGE }, tweak), totalCount };
  };
  return listTokens(
    {
      limits: LOSANT_LIMITS,
      read: ({ query = {} }) =>
        Promise.resolve({ kind: "ok", text: JSON.stringify(pageOf(query)), servedAt }),
    },
    {
      doing: "list the tokens",
      scope: "applicationApiTokens.get",
      kind: "read",
      method: "get",
      path: "/tokens",
      owner: { id: v.parse(ApplicationId, application.id) },
    },
    { hold: () => Promise.resolve(true) },
  );
}
