import { Redacted } from "../model/redacted.ts";
import type { ApplicationId } from "../model/token.ts";
import type { IssuedToken } from "../ports.ts";

/** What consumers read from the secret: the string alone, or JSON that says what it is as well. */
export function secretValue(
  { token, string }: IssuedToken,
  applicationId: ApplicationId,
  format: "json" | "plain",
): Redacted {
  if (format === "plain") return string;
  const { id, name, scope, expiresAt } = token;
  return new Redacted(
    JSON.stringify({
      token: string.reveal(),
      tokenId: id,
      applicationId,
      name,
      scope,
      expirationDate: expiresAt?.toISOString(),
    }),
  );
}
