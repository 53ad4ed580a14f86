import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { Redacted } from "../../lambda/model/redacted.ts";
import type { ReadToken } from "./cached-token.ts";

/** With short timeouts, so that a request that waits for its token fails before its caller gives up. */
const client = () =>
  new SecretsManagerClient({
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
  });

/** Reads a secret of the worker in either format: JSON with `token`, or the plain string. */
export function readingFrom(secretId: string, secretsManager = client()): ReadToken {
  return async (VersionStage) => {
    const command = new GetSecretValueCommand({ SecretId: secretId, VersionStage });
    const found = await secretsManager.send(command).catch((error: unknown) => {
      const { name, message } = error instanceof Error ? error : new Error("unknown error");
      if (name === "ResourceNotFoundException" && message.includes("staging label")) return undefined;
      // The SDK's error is not used as the cause, because it contains the whole response.
      throw new Error(`the secret ${secretId} can't be read (${name})`);
    });
    if (found === undefined) return undefined;
    const { SecretString = "", VersionId = "" } = found;
    return { versionId: VersionId, string: new Redacted(tokenIn(SecretString, secretId)) };
  };
}

/** Refuses what can't be in a header, because `fetch` would quote it in its error. */
function tokenIn(text: string, secretId: string): string {
  const token = text.startsWith("{") ? keyOf(text) : text.trim();
  if (typeof token === "string" && /^[\x21-\x7e]+$/.test(token)) return token;
  throw new Error(`the secret ${secretId} contains no token`);
}

function keyOf(text: string): unknown {
  try {
    return (JSON.parse(text) as { readonly token?: unknown }).token;
  } catch {
    // The parser's own message quotes the text.
    return undefined;
  }
}
