import * as v from "valibot";
import type { PermissionCap } from "./permission-cap.ts";

/** Losant ids are 24 hexadecimal digits (apiToken.json of API 1.30); lower case is their canonical form. */
const hexId = v.pipe(
  v.string("must be text"),
  v.regex(/^[A-Fa-f\d]{24}$/, "must be 24 hexadecimal digits"),
  v.toLowerCase(),
);

export const ApplicationId = v.pipe(hexId, v.brand("ApplicationId"));
export type ApplicationId = v.InferOutput<typeof ApplicationId>;

export const TokenId = v.pipe(hexId, v.brand("TokenId"));
export type TokenId = v.InferOutput<typeof TokenId>;
/** One invocation: the Lambda request id. It is part of markers, so it has no spaces and no brackets. */
export const RunId = v.pipe(
  v.string("must be text"),
  v.regex(/^[\w-]{1,64}$/, "must be a request id"),
  v.brand("RunId"),
);
export type RunId = v.InferOutput<typeof RunId>;

export type TokenStatus = "active" | "inactive";

/** Whose tokens they are: an application's, or a user's. Then `id` is the id of the user. */
export interface TokenOwner {
  readonly id: ApplicationId;
  readonly ownerType?: "user" | undefined;
}

/** `application 575ec…`, for messages. */
export function ownerText({ id, ownerType }: TokenOwner): string {
  return `${ownerType ?? "application"} ${id}`;
}

/** Such a text is never a name, even if a token has it as its name. */
export function isTokenId(text: string): boolean {
  return v.is(TokenId, text);
}

/** Whose tokens they are, as rows and events say it. The id of a user is in the same place as that of an application. */
export function ownerFacts({ id, ownerType }: TokenOwner) {
  return { applicationId: id, ...(ownerType && { ownerType }) };
}

/** An API token as Losant lists it: never with its string. */
export interface ApiToken {
  readonly id: TokenId;
  readonly name: string;
  readonly description: string;
  readonly createdAt: Date;
  /** Undefined if it never expires, which is Losant's default. */
  readonly expiresAt: Date | undefined;
  readonly scope: readonly string[];
  readonly status: TokenStatus;
  /** What created it: "apiToken", "user" or "flow". Not every answer has this. */
  readonly creatorType: string | undefined;
  /** The id of its creator. What this is for a token that another token created is not documented. */
  readonly creatorId: string | undefined;
  /** Only the token of a user can have one. */
  readonly cap?: PermissionCap | undefined;
}

/** Active, and not expired at `now`: what Losant accepts as a credential. */
export function isLive(token: ApiToken, now: Date): boolean {
  return token.status === "active" && !isExpired(token, now);
}

/** Equal for tokens with equal rights, in whatever order and however often Losant lists them. */
export function scopeKey({ scope }: Pick<ApiToken, "scope">): string {
  return JSON.stringify([...new Set(scope)].sort());
}

export function isExpired(token: ApiToken, now: Date): boolean {
  return token.expiresAt !== undefined && token.expiresAt <= now;
}

/** Milliseconds left; infinite for a token that never expires. */
export function lifeLeftMs(token: ApiToken, now: Date): number {
  return token.expiresAt === undefined ? Number.POSITIVE_INFINITY : token.expiresAt.getTime() - now.getTime();
}
