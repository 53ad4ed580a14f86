import { RotationError } from "../../model/errors.ts";
import type { Redacted } from "../../model/redacted.ts";
import type { ApplicationId } from "../../model/token.ts";
import { isJson } from "./answers.ts";
import type { LosantClient } from "./client.ts";

const LISTS_TOKENS = new Set([
  "all.Application",
  "all.Application.read",
  "all.Application.bounded",
  "applicationApiTokens.*",
  "applicationApiTokens.get",
]);
const READS_APPLICATION = new Set(["application.*", "application.get", "all.Application.cli"]);

/**
 * One read that a token with this scope may make, with its own string and without retries.
 * @throws RotationError `losant-throttled`, and no other code: it says when to try again, and nothing about the string.
 */
export async function probe(
  client: LosantClient,
  applicationId: ApplicationId,
  string: Redacted,
  scope: readonly string[],
): Promise<"accepted" | "rejected" | "unclear" | undefined> {
  const read = readFor(scope);
  if (read === undefined) return undefined;
  const { probeTimeoutMs } = client.limits;
  const limits = { readTimeoutMs: probeTimeoutMs, readTotalMs: probeTimeoutMs, readRetries: 0 };
  const answer = await client
    .as(string, limits)
    .answer({ kind: "read", method: "get", applicationId, ...read })
    .catch(() => undefined);
  if (answer === undefined || answer.kind === "silent") return "unclear";
  if (answer.kind === "ok") return isJson(answer.text) ? "accepted" : "unclear";
  if (answer.status === 429) {
    const message = `can't test a new string of application ${applicationId}: Losant throttles requests (HTTP 429)`;
    throw new RotationError("losant-throttled", message, { retryAfterMs: answer.retryAfterMs });
  }
  return answer.status === 401 && !answer.said.isForeign ? "rejected" : "unclear";
}

function readFor(scope: readonly string[]) {
  if (scope.some((right) => LISTS_TOKENS.has(right))) return { path: "/tokens", query: { perPage: 1 } };
  return scope.some((right) => READS_APPLICATION.has(right)) ? { path: "" } : undefined;
}
