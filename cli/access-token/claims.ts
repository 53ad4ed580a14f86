import * as v from "valibot";
import { accessTokenIn } from "../../lambda/adapters/aws/secrets-manager-answers.ts";
import { claimsOf, payloadOf } from "../../lambda/adapters/losant/access-token.ts";
import type { Redacted } from "../../lambda/model/redacted.ts";
import { ApplicationId, type TokenId } from "../../lambda/model/token.ts";
import { Refusal } from "../command/stops.ts";

/** The token string that was entered, and what its payload says. Losant doesn't document the payload, so every claim is optional. */
export interface GivenToken {
  readonly string: Redacted;
  readonly expiresAt: Date | undefined;
  /** The payload has a creation time and no expiry. */
  readonly neverExpires: boolean;
  readonly claimedIds: readonly TokenId[];
  readonly scope: readonly string[] | undefined;
  readonly applicationId: ApplicationId | undefined;
}

const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/;
const Claims = v.object({
  scope: v.fallback(v.optional(v.array(v.string())), undefined),
  applicationId: v.fallback(v.optional(ApplicationId), undefined),
});

/**
 * The token in the pasted or piped text: the string alone, or JSON with the key `token`. Text that isn't a JSON Web Token
 * is sent nowhere, because it may be a password from the clipboard.
 * @throws Refusal, which repeats nothing of the text
 */
export function givenToken(text: string, now: Date): GivenToken {
  const found = text === "" ? undefined : accessTokenIn(text);
  const payload = found && JWT.test(found.reveal()) ? payloadOf(found) : undefined;
  if (found === undefined || payload === undefined)
    throw new Refusal(
      text === "" ? "no token was entered" : "this is not a Losant API token",
      "Nothing was sent or stored. Losant shows the string of a token once, when the token is created: it starts with eyJ and has three parts, separated by dots.",
    );
  const { scope, applicationId } = v.parse(Claims, payload);
  const { expiresAt, neverExpires = false, claimedIds = [] } = claimsOf(found);
  if (expiresAt !== undefined && expiresAt <= now)
    throw new Refusal(
      `this token expired at ${expiresAt.toISOString()}`,
      "Nothing was sent or stored. Create a new token in Losant.",
    );
  return { string: found, expiresAt, neverExpires, claimedIds, scope, applicationId };
}
