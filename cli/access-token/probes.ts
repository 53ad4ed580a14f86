import * as v from "valibot";
import { readIssued } from "../../lambda/adapters/losant/answers.ts";
import type { ApplicationRequest, LosantClient } from "../../lambda/adapters/losant/client.ts";
import type { LosantAnswer } from "../../lambda/adapters/losant/http.ts";
import { type ApplicationId, TokenId } from "../../lambda/model/token.ts";
import type { NeededScope } from "./scopes.ts";

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

const REQUESTS: Readonly<
  Record<
    Exclude<NeededScope, "applicationApiTokens.get">,
    (listed: TokenId | undefined) => Omit<ApplicationRequest, "applicationId">
  >
> = {
  "applicationApiToken.get": (listed = NOBODY) => ({
    kind: "read",
    method: "get",
    path: `/tokens/${listed}`,
  }),
  "applicationApiTokens.post": () => ({ kind: "create", method: "post", path: "/tokens", body: IMPOSSIBLE }),
  // An empty change, of a token that doesn't exist.
  "applicationApiToken.patch": () => ({
    kind: "write",
    method: "patch",
    path: `/tokens/${NOBODY}`,
    body: {},
  }),
  "applicationApiToken.delete": () => ({ kind: "write", method: "delete", path: `/tokens/${NOBODY}` }),
};

/** Tests one scope of the token that the client is logged in with. The request changes nothing, whatever Losant answers. */
export async function tryScope(
  scope: keyof typeof REQUESTS,
  client: LosantClient,
  applicationId: ApplicationId,
  listed: TokenId | undefined,
): Promise<Tried> {
  const request = REQUESTS[scope](listed);
  const answer = await client.answer({ ...request, applicationId });
  if (answer.kind === "ok" && request.kind === "create") return { created: createdIn(answer) };
  if (answer.kind === "ok") return request.kind === "read" ? "granted" : "unclear";
  const isForbidden = answer.kind === "refused" && answer.status === 403 && !answer.said.isForeign;
  return isForbidden ? "missing" : "unclear";
}

function createdIn({ text }: Extract<LosantAnswer, { readonly kind: "ok" }>): TokenId | undefined {
  const issued = readIssued(text);
  return issued.ok ? issued.value.token.id : issued.createdId;
}
