import pLimit, { type LimitFunction } from "p-limit";
import { DIRECTORY_PAGES_AT_ONCE } from "../../limits.ts";
import { RotationError } from "../../model/errors.ts";
import type { ApplicationListing, Directory, InTurn, Login, PageAttempt } from "../../ports.ts";
import type { AccessToken } from "./access-token.ts";
import { readUser } from "./answers.ts";
import { type ApplicationPage, readApplicationPage } from "./application-answers.ts";
import { FoundApplications } from "./application-listing.ts";
import { type LosantCall, LosantClient, textOf } from "./client.ts";
import { tokenApiError, unusable } from "./failures.ts";
import type { LosantLimits } from "./limits.ts";
import type { PageClient } from "./listing.ts";
import type { SharedAccessToken } from "./shared-access-token.ts";

export interface DirectoryOptions {
  /** With or without a slash at the end. Private installs may have a path. */
  readonly baseUrl: string;
  readonly shared: SharedAccessToken;
  readonly limits?: Partial<LosantLimits>;
  readonly inTurn?: InTurn | undefined;
}

const CALL: LosantCall = {
  doing: "list the applications",
  scope: "applications.get",
  kind: "read",
  method: "get",
  path: "",
};

/** One of the user's tokens, which says whose it is. To identify the user in another way would take another scope. */
const USER_CALL: LosantCall = {
  doing: "find out whose the access token is",
  scope: "userApiTokens.get",
  kind: "read",
  method: "get",
  owner: "me",
  path: "/tokens",
  query: { perPage: 1 },
};

/** The applications that a user's access token reaches. */
export function losantDirectory({ shared, ...options }: DirectoryOptions): Directory {
  const { accessToken } = shared;
  const client = new LosantClient({ ...options, credential: accessToken });
  const { maxApplicationBytes } = client.limits;
  const oneByOne = new LosantClient({
    ...options,
    limits: { ...options.limits, maxAnswerBytes: maxApplicationBytes },
    credential: accessToken,
  });
  return directoryThrough(accessToken, client, oneByOne);
}

/** The same, with clients that may be anything. `oneByOne`: for answers with one application, which may be long. */
export function directoryThrough(
  accessToken: Pick<AccessToken, "current" | "insteadOf">,
  client: PageClient,
  oneByOne: PageClient,
): Directory {
  return {
    async list(attempt = (request) => request()) {
      const login = await accessToken.current();
      const list = () => listApplications(client, oneByOne, attempt);
      return list().catch(async (error: unknown) => {
        if (!(error instanceof RotationError) || error.code !== "access-token-forbidden") throw error;
        const listing = await accessToken.insteadOf(login, list);
        if (listing === undefined) throw error;
        return listing;
      });
    },
    async user() {
      const user = readUser(textOf(USER_CALL, await client.read(USER_CALL)));
      if (!user.ok) throw unusable(USER_CALL, user.flaw);
      return user.value;
    },
    async loggedInWith(): Promise<Login> {
      const { token: _, ...login } = await accessToken.current();
      return login;
    },
  };
}

/**
 * All pages, in the order of the ids: new applications come at the end, but if one is deleted, the next pages shift. So what was seen
 * is compared with the largest count of Losant, and if it is less, everything is read once more. What is missing then is only counted.
 */
async function listApplications(
  client: PageClient,
  oneByOne: PageClient,
  attempt: PageAttempt,
): Promise<ApplicationListing> {
  const found = new FoundApplications();
  const until = performance.now() + client.limits.listTotalMs;
  const reading = { found, until, client, oneByOne, attempt, oneAtATime: pLimit(1) };
  await readAll(reading);
  const { short } = found;
  if (short === 0) return found.listing();
  // This is optional: if it fails, the applications are reported as missing.
  const isRepeated = await readAll(reading).then(
    () => true,
    () => false,
  );
  return found.listing(isRepeated ? found.shortNow : short);
}

interface Reading {
  readonly found: FoundApplications;
  /** No page is requested later. A page that was requested again, because Losant throttled it, begins the time anew. */
  until: number;
  readonly attempt: PageAttempt;
  readonly client: PageClient;
  /** For answers with one application, which may be long. Only one of them is in memory. */
  readonly oneByOne: PageClient;
  readonly oneAtATime: LimitFunction;
}

async function readAll(reading: Reading): Promise<void> {
  const { found } = reading;
  found.begin();
  const first = await readFirst(reading);
  const { size } = first;
  const isEnd = ({ rows, isNew }: PageRead) => rows === 0 || !isNew || (rows < size && found.isCountReached);
  if (isEnd(first)) return;
  const most = mostPages(reading, size);
  const counted = Math.min(Math.ceil((found.total ?? 0) / size), most);
  let next = 1;
  let lastRows = first.rows;
  let isEnded = false;
  const readCounted = async () => {
    while (!isEnded && next < counted) {
      const at = next;
      next += 1;
      const page = await readPage(at, size, reading).catch((error: unknown) => {
        isEnded = true;
        throw error;
      });
      if (at === counted - 1) lastRows = page.rows;
      if (page.rows === 0 || !page.isNew) isEnded = true;
    }
  };
  await Promise.all(Array.from({ length: DIRECTORY_PAGES_AT_ONCE }, readCounted));
  // The count may be too small, and applications may be created meanwhile.
  while (!isEnded && !(found.isCountReached && lastRows < size)) {
    if (next >= most) throw unusable(CALL, `doesn't end after ${most} pages`);
    const page = await readPage(next, size, reading);
    next += 1;
    lastRows = page.rows;
    isEnded = isEnd(page);
  }
}

function mostPages({ client }: Reading, size: number): number {
  const { maxPages, perPage } = client.limits;
  return Math.ceil(maxPages * ((perPage[0] ?? size) / size));
}

interface PageRead {
  readonly rows: number;
  /** Some of them were not on another page of this reading. */
  readonly isNew: boolean;
}

/** The first page, and the size of all pages: as requested, or as Losant has reduced it. */
async function readFirst(reading: Reading): Promise<PageRead & { readonly size: number }> {
  const sizes = reading.client.limits.perPage.filter((size) => size > 1);
  for (const size of sizes) {
    const page = await answered(0, size, reading.client, reading);
    if (page !== "too-long") {
      const { perPage = size } = page;
      return { ...reading.found.add(page), size: Math.min(perPage, size) };
    }
  }
  const smallest = sizes.at(-1) ?? 1;
  return { ...(await readPage(0, smallest, reading)), size: smallest };
}

/** A page that is too long is read in smaller ones. An application that is too long even alone counts as one unreadable row. */
async function readPage(page: number, size: number, reading: Reading): Promise<PageRead> {
  const { found, client, oneByOne, oneAtATime } = reading;
  const read =
    size === 1
      ? await oneAtATime(() => answered(page, size, oneByOne, reading))
      : await answered(page, size, client, reading);
  if (read !== "too-long") return found.add(read);
  if (size === 1) {
    found.tooLong += 1;
    // Perhaps every answer is too long. Then there is no last page.
    if (found.tooLong > MOST_TOO_LONG) throw unusable(CALL, "is too long");
    return found.add(TOO_LONG);
  }
  const smaller = size % 10 === 0 ? size / 10 : 1;
  const parts = size / smaller;
  let whole: PageRead = { rows: 0, isNew: false };
  for (let part = 0; part < parts; part += 1) {
    const { rows, isNew } = await readPage(page * parts + part, smaller, reading);
    whole = { rows: whole.rows + rows, isNew: whole.isNew || isNew };
    if (rows === 0) break;
  }
  return whole;
}

/** How many applications may be unreadable in one reading because they are too long. */
const MOST_TOO_LONG = 20;
const TOO_LONG: ApplicationPage = {
  rows: [{ id: undefined, problem: "is too long" }],
  totalCount: undefined,
  perPage: 1,
};

async function answered(
  page: number,
  perPage: number,
  client: PageClient,
  reading: Reading,
): Promise<ApplicationPage | "too-long"> {
  const { found, attempt } = reading;
  if (performance.now() >= reading.until)
    throw tokenApiError(CALL, { kind: "silent", why: "timeout", isSent: true });
  if (found.isTooMany(client.limits))
    throw unusable(CALL, `lists more than ${client.limits.maxApplications} applications`);
  const query = {
    sortField: "id",
    sortDirection: "asc",
    page,
    perPage,
    summaryInclude: "apiTokenCount",
  };
  let attempts = 0;
  const text = await attempt(async () => {
    attempts += 1;
    if (attempts > 1) reading.until = performance.now() + client.limits.listTotalMs;
    const answer = await client.read({ ...CALL, query });
    return answer.kind === "ok" && answer.isTooLong === true ? "too-long" : { page: textOf(CALL, answer) };
  });
  if (text === "too-long") return text;
  const read = readApplicationPage(text.page, perPage);
  if (!read.ok) throw unusable(CALL, read.flaw);
  return read.value;
}
