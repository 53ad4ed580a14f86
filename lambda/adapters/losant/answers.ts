import * as v from "valibot";
import type { Redacted } from "../../model/redacted.ts";
import { type ApiToken, ApplicationId, TokenId, type TokenOwner } from "../../model/token.ts";
import type { IssuedToken, UnreadableToken } from "../../ports.ts";
import { scrub } from "../scrub.ts";
import { TokenString } from "../token-string.ts";
import type { Body } from "./body.ts";

/*
 * Losant's answers, from apiToken.json, apiTokens.json, success.json and error.json of API 1.30. Messages of valibot quote
 * their input, so only the path of the wrong value leaves this file.
 */

const DATE_TIME = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/**
 * A day, a time and a zone, in Losant's format. Anything else would have to be guessed: a date without a zone is a different
 * moment in each zone, and JavaScript converts February 30 to a day in March.
 */
const date = v.pipe(
  v.string(),
  v.check((text) => {
    const [, day = ""] = DATE_TIME.exec(text) ?? [];
    const at = new Date(`${day}T00:00:00Z`);
    return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day);
  }),
  v.transform((text) => new Date(text)),
  v.date(),
);

const role = v.picklist(["admin", "edit", "collaborate", "view", "none"]);
const resources = v.nullish(v.array(v.strictObject({ resourceId: v.string(), role })));

/**
 * The permission cap of a user's token. Strict, because a successor without a part of it would have more rights: then the token is
 * unreadable.
 */
const capFields = {
  defaultRole: v.nullish(role),
  orgRoles: v.nullish(
    v.array(
      v.pipe(
        v.strictObject({
          orgId: v.string(),
          role,
          applicationRoles: resources,
          dashboardRoles: resources,
        }),
        v.transform(({ orgId, role, applicationRoles, dashboardRoles }) => ({
          orgId,
          role,
          ...(applicationRoles && { applicationRoles }),
          ...(dashboardRoles && { dashboardRoles }),
        })),
      ),
    ),
  ),
};

/** A listing may contain `token`. It is dropped here, because v.object keeps only the keys that it names. */
const tokenFields = v.object({
  id: TokenId,
  name: v.string(),
  description: v.nullish(v.string(), ""),
  creationDate: date,
  expirationDate: v.nullish(date),
  scope: v.nullish(v.array(v.string()), []),
  status: v.optional(v.picklist(["active", "inactive"]), "active"),
  creatorType: v.nullish(v.string()),
  // Nobody can edit it. A value that is not an id means nothing. It is compared with ids, which are in lower case.
  creatorId: v.fallback(v.nullish(v.pipe(v.string(), v.toLowerCase())), undefined),
});

const Token = v.pipe(tokenFields, v.transform(tokenOf));

/** A token of a user. What a token of an application has of a cap means nothing. */
const UserToken = v.pipe(
  v.object({ ...tokenFields.entries, ...capFields }),
  v.transform(({ defaultRole, orgRoles, ...rest }): ApiToken => {
    const cap = { ...(defaultRole && { defaultRole }), ...(orgRoles && { orgRoles }) };
    return { ...tokenOf(rest), cap };
  }),
);

function tokenOf({
  creationDate,
  expirationDate,
  creatorType,
  creatorId,
  ...rest
}: v.InferOutput<typeof tokenFields>): ApiToken {
  return {
    ...rest,
    createdAt: creationDate,
    expiresAt: expirationDate ?? undefined,
    creatorType: creatorType ?? undefined,
    creatorId: creatorId ?? undefined,
  };
}

type AnyToken = typeof Token | typeof UserToken;
const tokenSchemaFor = ({ ownerType }: Pick<TokenOwner, "ownerType">): AnyToken =>
  ownerType === "user" ? UserToken : Token;

export const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const PageShape = v.object({
  items: v.array(v.unknown()),
  totalCount: v.nullish(count),
  perPage: v.nullish(v.pipe(count, v.minValue(1))),
});

export type NamedRow =
  | { readonly kind: "token"; readonly id: TokenId; readonly token: ApiToken }
  | { readonly kind: "unreadable"; readonly id: TokenId; readonly token: UnreadableToken };
export type ListedRow = NamedRow | { readonly kind: "nameless"; readonly problem: string };

/** One page of a listing. If a row is unreadable, only that row is lost. */
export interface Page<Row = ListedRow> {
  readonly rows: readonly Row[];
  readonly totalCount: number | undefined;
  readonly perPage: number | undefined;
}

/** Losant's confirmation of a write. Both of these answers may be empty. */
const Deactivated = v.optional(v.object({ status: v.optional(v.literal("inactive")) }));
const Deleted = v.optional(v.object({ success: v.optional(v.literal(true)) }));

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  /** What is wrong, without quoting anything. */
  | { readonly ok: false; readonly flaw: string };

type OwnerType = Pick<TokenOwner, "ownerType">;

export const readToken = (text: string | undefined, owner: OwnerType = {}): Parsed<ApiToken> =>
  read(tokenSchemaFor(owner), text);

/** One page of the list of tokens. */
export function readPage(text: string | undefined, most: number, owner: OwnerType = {}): Parsed<Page> {
  const schema = tokenSchemaFor(owner);
  return readPageOf((item) => readRow(schema, item), text, most);
}

const Owned = v.object({ ownerId: ApplicationId, ownerType: v.optional(v.literal("user"), "user") });

/** The user whom the tokens of a page belong to. Each row says so. */
export function readUser(text: string | undefined): Parsed<ApplicationId> {
  const page = read(v.object({ items: v.pipe(v.array(Owned), v.minLength(1)) }), text);
  const id = page.ok ? page.value.items[0]?.ownerId : undefined;
  if (id !== undefined) return { ok: true, value: id };
  return page.ok ? { ok: false, flaw: "is empty" } : page;
}

/** `most` rows were requested. A page with more rows is rejected. */
export function readPageOf<Row>(
  readRow: (item: unknown) => Row,
  text: string | undefined,
  most: number,
): Parsed<Page<Row>> {
  const page = read(PageShape, text);
  if (!page.ok) return page;
  const { items, totalCount, perPage } = page.value;
  if (items.length > most) return { ok: false, flaw: "has more items than requested" };
  return {
    ok: true,
    value: { rows: items.map(readRow), totalCount: totalCount ?? undefined, perPage: perPage ?? undefined },
  };
}

function readRow(schema: AnyToken, item: unknown): ListedRow {
  const token = check(schema, item);
  if (token.ok) return { kind: "token", id: token.value.id, token: token.value };
  const { flaw: problem } = token;
  const id = part("id", TokenId, item);
  if (id === undefined) return { kind: "nameless", problem };
  const unreadable = {
    id,
    problem,
    description: part("description", v.string(), item) ?? "",
    createdAt: part("creationDate", date, item),
    expiresAt: part("expirationDate", date, item),
  };
  return { kind: "unreadable", id, token: unreadable };
}

/** One property of a row that can't be read completely. */
export function part<Schema extends v.GenericSchema>(
  key: string,
  schema: Schema,
  item: unknown,
): v.InferOutput<Schema> | undefined {
  const result = v.safeParse(v.object({ [key]: schema }), item);
  return result.success ? (result.output[key] as v.InferOutput<Schema>) : undefined;
}

export const readDeactivated = (text: string | undefined) => read(Deactivated, text);
export const readDeleted = (text: string | undefined) => read(Deleted, text);

/** A token with its string. If one of them can't be used, the id of the token that was created anyway, if the answer has it. */
export function readIssued(
  text: string | undefined,
  owner: OwnerType = {},
): Parsed<IssuedToken> & { readonly createdId?: TokenId | undefined } {
  const token = readToken(text, owner);
  const string = read(v.object({ token: TokenString }), text);
  if (token.ok && string.ok) return { ok: true, value: { token: token.value, string: string.value.token } };
  const created = read(v.object({ id: TokenId }), text);
  const { flaw } = [token, string].find((part) => !part.ok) ?? { flaw: "can't be used" };
  return { ok: false, flaw, createdId: created.ok ? created.value.id : undefined };
}

/** Whether the answer is from Losant, and not a page of a proxy or a login. */
export const isJson = (text: string | undefined) => read(v.looseObject({}), text).ok;

export function read<const Schema extends v.GenericSchema>(
  schema: Schema,
  text: string | undefined,
): Parsed<v.InferOutput<Schema>> {
  if (text === undefined) return { ok: false, flaw: "is incomplete" };
  const value = text === "" ? undefined : parse(text);
  if (text !== "" && value === undefined) return { ok: false, flaw: "is not JSON" };
  const checked = check(schema, value);
  return checked.ok || text !== "" ? checked : { ok: false, flaw: "is empty" };
}

export function check<const Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
): Parsed<v.InferOutput<Schema>> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return { ok: true, value: result.output };
  // In all schemas for answers, each key has a fixed name and each other step is an index, so a path quotes nothing.
  const path = v.getDotPath(result.issues[0]);
  return { ok: false, flaw: path === null ? "is not an object" : `has no valid ${path}` };
}

/** Undefined if it is not JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The content of a refusal. Losant's answers with 401, 403, 404 and 429 are undocumented. Otherwise, it is {type, message}. */
export interface Said {
  /** Type and message on one line, safe to show. Undefined if there are none. */
  readonly quote?: string | undefined;
  readonly isAboutScope: boolean;
  /** It names a type, as each of Losant's documented errors does, and those of gateways usually don't. */
  readonly hasType: boolean;
  /** The answer is not from Losant, but from something in between. Losant's answer is empty, or JSON with one of the two. */
  readonly isForeign: boolean;
}

/** If the body is incomplete, it is unknown whether it is from Losant. */
export function readSaid(body: Body | undefined, secrets: readonly Redacted[]): Said {
  if (body === undefined || !("text" in body)) return FOREIGN;
  const said = body.text.trim() === "" ? {} : parse(body.text);
  if (typeof said !== "object" || said === null || Array.isArray(said)) return FOREIGN;
  const part = (key: "type" | "message") => {
    const value: unknown = Object.hasOwn(said, key) ? (said as Record<string, unknown>)[key] : undefined;
    return typeof value === "string" ? value : undefined;
  };
  const [type, message] = [part("type"), part("message")];
  if (type === undefined && message === undefined && Object.keys(said).length > 0) return FOREIGN;
  const words = [type, message].filter((one) => one !== undefined && one.trim() !== "").join(": ");
  // Both together, because a secret that is split between the two would not be recognised in either.
  const quote = scrub(words, secrets);
  return {
    quote: quote === "" ? undefined : quote,
    isAboutScope: /scope/i.test(type ?? "") || /\bscopes?\b/i.test(message ?? ""),
    hasType: type !== undefined,
    isForeign: false,
  };
}

const FOREIGN: Said = { isAboutScope: false, hasType: false, isForeign: true };
