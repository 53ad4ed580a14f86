import * as v from "valibot";
import { readIssued } from "../../lambda/adapters/losant/answers.ts";
import { type LosantAnswer, type LosantRequest, send } from "../../lambda/adapters/losant/http.ts";
import { LOSANT_LIMITS } from "../../lambda/adapters/losant/limits.ts";
import type { Redacted } from "../../lambda/model/redacted.ts";
import { TokenId } from "../../lambda/model/token.ts";
import type { NeededScope } from "./scopes.ts";

/** `unclear`: in which order Losant checks rights, existence and bodies is not documented, so only a 403 says anything. */
export type Tried =
  | "granted"
  | "missing"
  | "unclear"
  /** Losant made a token out of what can't be one. */
  | { readonly created: TokenId | undefined };

/** No id of Losant's: those begin with the second in which they were made. */
const NOBODY = v.parse(TokenId, "0".repeat(24));
/** Four reasons to refuse it (apiTokenPost.json), so that it makes no token where one of them should not be checked. */
const IMPOSSIBLE = { name: "", scope: ["no.such.scope"], status: "neither", expirationDate: "never" };

const REQUESTS: Readonly<
  Record<
    Exclude<NeededScope, "applicationApiTokens.get">,
    (url: string, listed: TokenId | undefined) => LosantRequest
  >
> = {
  "applicationApiToken.get": (url, listed = NOBODY) => ({
    kind: "read",
    method: "get",
    url: `${url}/${listed}`,
  }),
  "applicationApiTokens.post": (url) => ({ kind: "create", method: "post", url, body: IMPOSSIBLE }),
  // No change, of nobody.
  "applicationApiToken.patch": (url) => ({
    kind: "write",
    method: "patch",
    url: `${url}/${NOBODY}`,
    body: {},
  }),
  "applicationApiToken.delete": (url) => ({ kind: "write", method: "delete", url: `${url}/${NOBODY}` }),
};

/** Tries one scope with a request that changes nothing, whatever the answer. */
export async function tryScope(
  scope: keyof typeof REQUESTS,
  tokensUrl: string,
  listed: TokenId | undefined,
  string: Redacted,
): Promise<Tried> {
  const request = REQUESTS[scope](tokensUrl, listed);
  const answer = await send(request, string, LOSANT_LIMITS, LOSANT_LIMITS.writeTotalMs, [string]);
  if (answer.kind === "ok" && request.kind === "create") return { created: createdIn(answer) };
  if (answer.kind === "ok") return request.kind === "read" ? "granted" : "unclear";
  return answer.kind === "refused" && answer.status === 403 ? "missing" : "unclear";
}

function createdIn({ text }: Extract<LosantAnswer, { readonly kind: "ok" }>): TokenId | undefined {
  const issued = readIssued(text);
  return issued.ok ? issued.value.token.id : issued.createdId;
}
