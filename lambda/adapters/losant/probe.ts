import { RotationError } from "../../model/errors.ts";
import type { Redacted } from "../../model/redacted.ts";
import { ownerText, type TokenOwner } from "../../model/token.ts";
import type { ProbeAnswer } from "../../ports.ts";
import { isJson } from "./answers.ts";
import type { LosantClient } from "./client.ts";
import type { LosantAnswer } from "./http.ts";
import { readAllowedBy, TOKEN_LIST } from "./provable-reads.ts";
import type { UnknownString } from "./unknown-string.ts";

/**
 * One read with a new string, without retries: one that its scope allows or, if there is none, the list of tokens, which Losant then
 * refuses. Losant answers 403 only to a string that it knows, if it answers 401 to `unknown`.
 * @throws RotationError `losant-throttled`, and no other code: it says when to try again, and nothing about the string.
 */
export async function probe(
  client: LosantClient,
  owner: TokenOwner,
  string: Redacted,
  scope: readonly string[],
  unknown: UnknownString,
): Promise<ProbeAnswer> {
  const { probeTimeoutMs } = client.limits;
  const limits = { readTimeoutMs: probeTimeoutMs, readTotalMs: probeTimeoutMs, readRetries: 0 };
  const allowed = readAllowedBy(owner, scope);
  const read = { kind: "read", method: "get", owner, ...(allowed ?? TOKEN_LIST) } as const;
  const askAs = async (asker: Redacted) => {
    const answer = await client
      .as(asker, limits)
      .answer(read)
      .catch(() => SILENT);
    if (answer.kind === "refused" && answer.status === 429) throw throttled(owner, answer.retryAfterMs);
    return answer;
  };
  const [answer] = await Promise.all([
    askAs(string),
    // A refusal is likely, so that both are asked at once.
    allowed === undefined && unknown.isRejected(askAs),
  ]);
  const isRefused = answer.kind === "refused" && !answer.said.isForeign;
  if (isRefused && answer.status === 403 && (await unknown.isRejected(askAs))) return "known";
  // Losant may answer anything to a read that the scope doesn't allow.
  if (allowed === undefined) return undefined;
  if (answer.kind === "ok") return isJson(answer.text) ? "accepted" : "unclear";
  return isRefused && answer.status === 401 ? "rejected" : "unclear";
}

const SILENT: LosantAnswer = { kind: "silent", why: "timeout", isSent: false };

function throttled(owner: TokenOwner, retryAfterMs: number | undefined): RotationError {
  const message = `can't test a new string of ${ownerText(owner)}: Losant throttles requests (HTTP 429)`;
  return new RotationError("losant-throttled", message, { retryAfterMs });
}
