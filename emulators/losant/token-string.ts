import { createHmac, randomBytes } from "node:crypto";
import type { StoredToken } from "./store.ts";

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

const epochSeconds = (at: Date) => Math.floor(at.getTime() / 1000);

/**
 * Makes the strings of tokens: JSON Web Tokens, as Losant's are. The key is random, so that no two
 * emulators ever issue the same string and a leaked one can be traced to its test.
 */
export function mint(): (token: StoredToken) => string {
  const key = randomBytes(32);
  const header = base64url({ alg: "HS256", typ: "JWT" });
  return (token) => {
    const payload = base64url({
      sub: token.id,
      subtype: "apiToken",
      applicationId: token.applicationId,
      scope: token.scope,
      iat: epochSeconds(token.creationDate),
      ...(token.expirationDate && { exp: epochSeconds(token.expirationDate) }),
    });
    const signature = createHmac("sha256", key).update(`${header}.${payload}`).digest("base64url");
    return `${header}.${payload}.${signature}`;
  };
}
