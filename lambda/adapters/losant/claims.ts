import * as v from "valibot";
import type { Redacted } from "../../model/redacted.ts";
import { TokenId } from "../../model/token.ts";
import type { Login } from "../../ports.ts";

/**
 * What an access token says of itself: `exp` says in seconds when it ends, and one without it never does (RFC 7519). Which
 * claim names the token itself is not documented; whatever looks like an id is taken along, to be compared with listed ones.
 */
export function claimsOf(token: Redacted): Pick<Login, "expiresAt" | "neverExpires" | "claimedIds"> {
  const claims = payloadOf(token);
  if (claims === undefined) return {};
  const { exp } = claims;
  const claimedIds = Object.values(claims).flatMap((claim) => {
    const id = v.safeParse(TokenId, claim);
    return id.success ? [id.output] : [];
  });
  const expiresAt = typeof exp === "number" ? new Date(exp * 1_000) : undefined;
  return { expiresAt, neverExpires: exp === undefined, claimedIds };
}

/** An API token is a JWT, whose payload anybody can read; undefined where this one isn't. */
export function payloadOf(token: Redacted): Readonly<Record<string, unknown>> | undefined {
  const [, payload = ""] = token.reveal().split(".");
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    return typeof claims === "object" && claims !== null ? { ...claims } : undefined;
  } catch {
    return undefined;
  }
}
