import * as v from "valibot";
import { ApplicationId } from "../../model/token.ts";
import type { ListedApplication } from "../../ports.ts";
import { check, count, type Page, part, readPageOf } from "./answers.ts";

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

export interface UnreadableRow {
  /** Undefined if it can't be read either. */
  readonly id: ApplicationId | undefined;
  readonly problem: string;
}

export type ApplicationPage = Page<ListedApplication | UnreadableRow>;

/** One page of the list of applications. */
export const readApplicationPage = (text: string | undefined, most: number) =>
  readPageOf(readRow, text, most);

function readRow(item: unknown): ListedApplication | UnreadableRow {
  const application = check(Application, item);
  if (application.ok) return application.value;
  return { id: part("id", ApplicationId, item), problem: application.flaw };
}
