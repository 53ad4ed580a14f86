import { createHmac, randomBytes } from "node:crypto";

/** The contents of a token's string. */
interface TokenClaims {
  readonly id: string;
  /** Of the application or of the user that the token belongs to. */
  readonly applicationId?: string;
  readonly userId?: string;
  readonly scope: readonly string[];
  readonly creationDate: Date;
  readonly expirationDate: Date | undefined;
}

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

const epochSeconds = (at: Date) => Math.floor(at.getTime() / 1000);

/**
 * Creates the strings of tokens: JSON Web Tokens, like Losant's. The key is random, so that two emulators never create the
 * same string, and a leaked string can be traced to its test.
 */
export function mint(): (claims: TokenClaims) => string {
  const key = randomBytes(32);
  const header = base64url({ alg: "HS256", typ: "JWT" });
  return ({ id, applicationId, userId, scope, creationDate, expirationDate }) => {
    const payload = base64url({
      sub: id,
      subtype: "apiToken",
      applicationId,
      userId,
      scope,
      iat: epochSeconds(creationDate),
      ...(expirationDate && { exp: epochSeconds(expirationDate) }),
    });
    const signature = createHmac("sha256", key).update(`${header}.${payload}`).digest("base64url");
    return `${header}.${payload}.${signature}`;
  };
}
