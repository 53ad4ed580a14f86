import type { Evidence, TokenRecord } from "../records.ts";
import type { Worker } from "../worker.ts";

/* Promises about the tokens of a user whose access token the worker renews: it changes no other one, and gives no more rights. */

/** A worker made, changed or deleted a token. Of a user's tokens, only what it made for the access token, or what it logged in with. */
export function checkUserToken(evidence: Evidence, token: TokenRecord, by: Worker): void {
  if (evidence.services.entryOfUser(token.applicationId) === undefined) return;
  const isMadeHere = token.maker !== "person" && token.maker.deployment === by.deployment;
  if (!isMadeHere && !wasAccessToken(evidence, token, by))
    evidence.broken("left-to-user", `${by.entry.id} changed ${token.id}, another token of the user`);
  if (!by.looks.has(token.applicationId))
    evidence.broken("found", `${by.entry.id} changed ${token.id} of a user whose tokens it had not listed`);
}

/** A worker made a token. Of a user's tokens, only the access token gets a successor, which is for its own secret. */
export function checkSuccession(
  evidence: Evidence,
  token: TokenRecord,
  replaced: TokenRecord,
  by: Worker,
): void {
  if (evidence.services.entryOfUser(token.applicationId) === undefined) return;
  const isForIt = replaced.reigns.some(({ secret }) => secret.arn === token.secretArn);
  if (!isForIt || !wasAccessToken(evidence, replaced, by))
    evidence.broken(
      "left-to-user",
      `${token.id} replaces ${replaced.id}, which the worker never logged in with`,
    );
}

/** A worker made a token current. Its cap is one that its predecessor had when the worker last looked at it, or later. */
export function checkCap(evidence: Evidence, token: TokenRecord, replaced: TokenRecord, by: Worker): void {
  if (evidence.services.entryOfUser(token.applicationId) === undefined) return;
  const lookedMs = by.looks.get(replaced.id) ?? evidence.nowMs;
  const [cap, ...changed] = capsSince(token, by.looks.get(token.id) ?? evidence.nowMs);
  const allowed = capsSince(replaced, lookedMs);
  if (cap === undefined || ![cap, ...changed].some((one) => allowed.includes(one)))
    evidence.broken(
      "cap",
      `${token.id} became current with the cap ${cap}, and ${replaced.id} had ${allowed}`,
    );
}

function capsSince({ caps }: TokenRecord, sinceMs: number): readonly string[] {
  const untilMs = (index: number) => caps[index + 1]?.sinceMs ?? Number.POSITIVE_INFINITY;
  return caps.flatMap(({ text }, index) => (untilMs(index) >= sinceMs ? [text] : []));
}

function wasAccessToken({ services }: Evidence, { reigns }: TokenRecord, { deployment }: Worker): boolean {
  return reigns.some(
    ({ secret }) =>
      secret.store === deployment.secrets && services.isAccessSecret(deployment.index, secret.name),
  );
}
