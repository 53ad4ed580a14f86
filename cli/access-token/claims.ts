import * as v from "valibot";
import { accessTokenIn } from "../../lambda/adapters/aws/secrets-manager-answers.ts";
import { claimsOf, payloadOf } from "../../lambda/adapters/losant/access-token.ts";
import type { Redacted } from "../../lambda/model/redacted.ts";
import { ApplicationId, type TokenId } from "../../lambda/model/token.ts";
import { Refusal } from "../command/stops.ts";

/** A token string that was given, and what its payload says: none of that is documented, so all of it is optional. */
export interface GivenToken {
  readonly string: Redacted;
  readonly expiresAt: Date | undefined;
  /** It says when it was made, and no end. */
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
 * The token in what was pasted or piped: alone, or JSON with the key `token`. Whatever is not even a JSON Web Token goes
 * nowhere: it may be a password that was in the clipboard.
 * @throws Refusal, which repeats nothing of it.
 */
export function givenToken(text: string, now: Date): GivenToken {
  const found = text === "" ? undefined : accessTokenIn(text);
  const payload = found && JWT.test(found.reveal()) ? payloadOf(found) : undefined;
  if (found === undefined || payload === undefined)
    throw new Refusal(
      text === "" ? "there is nothing where the token should be" : "this is not a Losant API token",
      "Losant shows a token once, when it is made: three parts with dots between them, beginning with eyJ. " +
        "Nothing was sent or stored.",
    );
  const { scope, applicationId } = v.parse(Claims, payload);
  const { expiresAt, neverExpires = false, claimedIds = [] } = claimsOf(found);
  if (expiresAt !== undefined && expiresAt <= now)
    throw new Refusal(
      `this token expired at ${expiresAt.toISOString()}`,
      "Make a new one in Losant. Nothing was sent or stored.",
    );
  return { string: found, expiresAt, neverExpires, claimedIds, scope, applicationId };
}
