import type { Redacted } from "../../model/redacted.ts";
import { isJson } from "./answers.ts";
import { send } from "./http.ts";
import type { LosantLimits } from "./limits.ts";

const LISTS_TOKENS = new Set([
  "all.Application",
  "all.Application.read",
  "all.Application.bounded",
  "applicationApiTokens.*",
  "applicationApiTokens.get",
]);
const READS_APPLICATION = new Set(["application.*", "application.get", "all.Application.cli"]);

/** One read that a token of this scope may make, without retries. Never throws. */
export async function probe(
  applicationUrl: string,
  string: Redacted,
  scope: readonly string[],
  limits: LosantLimits,
): Promise<"accepted" | "rejected" | "unclear" | undefined> {
  const request = requestFor(applicationUrl, scope);
  if (request === undefined) return undefined;
  const bounds = { ...limits, readTimeoutMs: limits.probeTimeoutMs, readRetries: 0 };
  try {
    const answer = await send(
      { kind: "read", method: "get", ...request },
      string,
      bounds,
      limits.probeTimeoutMs,
      [],
    );
    if (answer.kind === "ok") return isJson(answer.text) ? "accepted" : "unclear";
    return answer.kind === "refused" && answer.status === 401 ? "rejected" : "unclear";
  } catch {
    return "unclear";
  }
}

function requestFor(applicationUrl: string, scope: readonly string[]) {
  if (scope.some((right) => LISTS_TOKENS.has(right)))
    return { url: `${applicationUrl}/tokens`, query: { perPage: 1 } };
  return scope.some((right) => READS_APPLICATION.has(right)) ? { url: applicationUrl } : undefined;
}
