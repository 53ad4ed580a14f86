import * as v from "valibot";
import { ApplicationId } from "../../model/token.ts";
import type { ListedApplication } from "../../ports.ts";
import { check, count, type Parsed, part, read } from "./answers.ts";

/* Losant's list of applications, from applications.json of API 1.30. Only what decides something is kept of a row. */

/** 255 characters, of which each may be a pair. */
const name = v.pipe(v.string(), v.minLength(1), v.maxLength(510));
const ownerId = v.pipe(v.string(), v.regex(/^[A-Fa-f\d]{24}$/), v.toLowerCase());
const summary = v.fallback(v.nullish(v.object({ apiTokenCount: v.nullish(count) })), undefined);

const Application = v.pipe(
  v.variant("ownerType", [
    v.object({ id: ApplicationId, name, ownerType: v.literal("user"), summary }),
    v.object({
      id: ApplicationId,
      name,
      ownerType: v.literal("organization"),
      ownerId,
      // Without its name, the organization can still be meant by its id.
      organizationName: v.nullish(v.pipe(v.string(), v.maxLength(510)), ""),
      summary,
    }),
  ]),
  v.transform((row): ListedApplication => {
    const { id, name, summary } = row;
    const organization =
      row.ownerType === "user" ? undefined : { id: row.ownerId, name: row.organizationName };
    return { id, name, organization, tokenCount: summary?.apiTokenCount ?? undefined };
  }),
);

const PageShape = v.object({
  items: v.array(v.unknown()),
  totalCount: v.nullish(count),
  perPage: v.nullish(v.pipe(count, v.minValue(1))),
});

export interface UnreadableRow {
  /** Undefined if it can't be read either. */
  readonly id: ApplicationId | undefined;
  readonly problem: string;
}

/** One page of the list of applications. If a row is unreadable, only that row is lost. */
export interface ApplicationPage {
  readonly rows: readonly (ListedApplication | UnreadableRow)[];
  readonly totalCount: number | undefined;
  readonly perPage: number | undefined;
}

/** `most` rows were requested. A page with more rows is rejected. */
export function readApplicationPage(text: string | undefined, most: number): Parsed<ApplicationPage> {
  const page = read(PageShape, text);
  if (!page.ok) return page;
  const { items, totalCount, perPage } = page.value;
  if (items.length > most) return { ok: false, flaw: "has more items than requested" };
  return {
    ok: true,
    value: { rows: items.map(readRow), totalCount: totalCount ?? undefined, perPage: perPage ?? undefined },
  };
}

function readRow(item: unknown): ListedApplication | UnreadableRow {
  const application = check(Application, item);
  if (application.ok) return application.value;
  return { id: part("id", ApplicationId, item), problem: application.flaw };
}
