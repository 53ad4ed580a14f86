import { CachedToken } from "./cached-token.ts";
import { callLosant } from "./losant.ts";
import { readingFrom } from "./secret.ts";

const {
  LOSANT_SECRET = "",
  LOSANT_APPLICATION = "",
  LOSANT_API_URL = "https://api.losant.com",
} = process.env;

/** Outside the handler, so that it lives as long as this execution environment. */
const token = new CachedToken(readingFrom(LOSANT_SECRET));

/**
 * A Lambda function that uses Losant's API: here it reads the application's name. It is also the target of a rule for
 * `Losant API Token Rotated`. Such an event reaches only one execution environment. The others read the secret again when
 * their token is old, or after a 401.
 */
export async function handler(event: unknown): Promise<{ readonly name?: string }> {
  const versionId = rotatedVersion(event);
  if (versionId !== undefined) {
    await token.announced(versionId);
    return {};
  }
  const response = await callLosant(token, `${LOSANT_API_URL}/applications/${LOSANT_APPLICATION}`);
  if (!response.ok) throw new Error(`Losant answered HTTP ${response.status}`);
  const { name } = (await response.json()) as { readonly name: string };
  return { name };
}

function rotatedVersion(event: unknown): string | undefined {
  const { "detail-type": type, detail } = (event ?? {}) as Readonly<Record<string, unknown>>;
  if (type !== "Losant API Token Rotated") return undefined;
  const { versionId } = (detail ?? {}) as Readonly<Record<string, unknown>>;
  return typeof versionId === "string" ? versionId : undefined;
}
