import * as v from "valibot";
import { readIssued } from "../../lambda/adapters/losant/answers.ts";
import type { ApplicationRequest, LosantClient } from "../../lambda/adapters/losant/client.ts";
import type { LosantAnswer } from "../../lambda/adapters/losant/http.ts";
import { TokenId, type TokenOwner } from "../../lambda/model/token.ts";
import type { NeededScope, RenewalScope } from "./scopes.ts";

/** `unclear`: the order in which Losant checks rights, existence and bodies is not documented, so only a 403 is conclusive. */
export type Tried =
  | "granted"
  | "missing"
  | "unclear"
  /** Losant created a token from a request that it should refuse. */
  | { readonly created: TokenId | undefined };

/** No token has this id: Losant's ids begin with the second in which they were created. */
const NOBODY = v.parse(TokenId, "0".repeat(24));
/** Losant has four reasons to refuse this body (apiTokenPost.json), so that it creates no token even if it checks only some of them. */
const IMPOSSIBLE = { name: "", scope: ["no.such.scope"], status: "neither", expirationDate: "never" };

/** The right of a scope, which is the same for the tokens of an application and of a user. */
type Right = "Token.get" | "Tokens.post" | "Token.patch" | "Token.delete";
/** Every scope but the one for the list, which is tested with a list. */
export type TriedScope = Exclude<NeededScope | RenewalScope, `${string}Tokens.get`>;

const REQUESTS: Readonly<Record<Right, (listed: TokenId | undefined) => Omit<ApplicationRequest, "owner">>> =
  {
    "Token.get": (listed = NOBODY) => ({
      kind: "read",
      method: "get",
      path: `/tokens/${listed}`,
    }),
    "Tokens.post": () => ({ kind: "create", method: "post", path: "/tokens", body: IMPOSSIBLE }),
    // An empty change, of a token that doesn't exist.
    "Token.patch": () => ({
      kind: "write",
      method: "patch",
      path: `/tokens/${NOBODY}`,
      body: {},
    }),
    "Token.delete": () => ({ kind: "write", method: "delete", path: `/tokens/${NOBODY}` }),
  };

/** Tests one scope of the token that the client is logged in with. The request changes nothing, whatever Losant answers. */
export async function tryScope(
  scope: TriedScope,
  client: LosantClient,
  owner: TokenOwner,
  listed: TokenId | undefined,
): Promise<Tried> {
  const request = REQUESTS[scope.replace(/^(application|user)Api/, "") as Right](listed);
  const answer = await client.answer({ ...request, owner });
  if (answer.kind === "ok" && request.kind === "create") return { created: createdIn(answer) };
  if (answer.kind === "ok") return request.kind === "read" ? "granted" : "unclear";
  const isForbidden = answer.kind === "refused" && answer.status === 403 && !answer.said.isForeign;
  return isForbidden ? "missing" : "unclear";
}

function createdIn({ text }: Extract<LosantAnswer, { readonly kind: "ok" }>): TokenId | undefined {
  const issued = readIssued(text);
  return issued.ok ? issued.value.token.id : issued.createdId;
}
