import { hash } from "node:crypto";
import { DISCARD_PATIENCE_MS, PROBE_PATIENCE_MS } from "../limits.ts";
import { policyIdFor } from "../lineage/token-policy.ts";
import { asRotationError, RotationError } from "../model/errors.ts";
import { capKey } from "../model/permission-cap.ts";
import type { Redacted } from "../model/redacted.ts";
import type { SecretArn } from "../model/secret.ts";
import { after } from "../model/time.ts";
import { type ApiToken, scopeKey, type TokenId } from "../model/token.ts";
import type { Rotate } from "../plan/actions.ts";
import type { Policy } from "../policy/policy.ts";
import { successorExpiresAt } from "../policy/renewal-window.ts";
import type { IssuedToken, ProbeAnswer, TokenOrder } from "../ports.ts";
import type { ApplicationContext } from "./context.ts";
import type { Verified } from "./outcomes.ts";
import { retry } from "./retry.ts";

/** Losant keeps dates in milliseconds. Its clock and this one may differ by a minute. */
const EXPIRY_TOLERANCE_MS = 60_000;
const PROBE_PAUSE_MS = 1_000;

/** A successor. `token` has the texts of the order, and from the answer only values that can't contain text. */
export interface Issued extends IssuedToken {
  readonly order: TokenOrder;
  /** For comparing with the order. It must not be shown. */
  readonly answered: ApiToken;
}

/** Step one: create a token with the scope of its predecessor, and a marker with its purpose. Never repeated. */
export async function issue(
  { subject }: Rotate,
  secretArn: SecretArn,
  policy: Policy,
  context: ApplicationContext,
): Promise<Issued> {
  const { clock, runId } = context.run;
  const orderedAt = after(clock.now(), context.aheadMs);
  const part = partOf(`${runId} ${subject.id} ${orderedAt.getTime()}`);
  const expiresAt = successorExpiresAt(subject, policy, orderedAt, part);
  const policyId = policyIdFor(context.application, policy, subject);
  const order: TokenOrder = {
    name: subject.name,
    description: subject.description,
    intent: { replacedId: subject.id, secretArn, run: runId, policyId, orderedAt, expiresAt },
    scope: subject.scope,
    status: "active",
    expiresAt,
    cap: subject.cap,
  };
  const issued = await create(order, subject, context);
  const { id, createdAt } = issued.token;
  // A token that existed before must not be deleted as a failed successor.
  if (context.wasListed(id) || id === subject.id || createdAt < subject.createdAt) throw notNew(id, subject);
  const token = {
    ...order,
    id,
    createdAt,
    expiresAt: issued.token.expiresAt,
    creatorType: "apiToken",
    creatorId: undefined,
  };
  return { ...issued, token, answered: issued.token };
}

/**
 * A number from 0 to 1 that is different for each order. Two deployments that replace the same token in the same minute must not
 * order tokens that match each other's markers.
 */
function partOf(text: string): number {
  return Number.parseInt(hash("sha256", text).slice(0, 12), 16) / 2 ** 48;
}

async function create(order: TokenOrder, subject: ApiToken, context: ApplicationContext) {
  try {
    return { ...(await context.api.create(order)), order };
  } catch (thrown) {
    const error = asRotationError(thrown);
    const { createdId } = error;
    if (createdId === subject.id || (createdId !== undefined && context.wasListed(createdId)))
      throw notNew(createdId, subject);
    if (error.createdId !== undefined) throw await discarding(error.createdId, error, context);
    throw error;
  }
}

function notNew(id: TokenId, subject: ApiToken): RotationError {
  const message = `Losant answered the request for a successor of ${subject.id} with the token ${id}, which is not new`;
  return new RotationError("losant-answer-invalid", message, { effect: "unknown" });
}

/** Step two: check that the token is what was ordered, and that Losant accepts it. A token that fails is deleted. */
export async function verify(
  { token, answered, string, order }: Issued,
  isOwnAccessToken: boolean,
  context: ApplicationContext,
): Promise<Verified> {
  const difference = differenceFrom(order, answered);
  if (difference !== undefined) {
    const error = new RotationError(
      "successor-mismatch",
      `the successor ${token.id} has a different ${difference} than requested`,
    );
    throw await discarding(token.id, error, context);
  }
  const verified = await probed(token, string, isOwnAccessToken, context);
  const change = await changeSince(order, context);
  if (change !== undefined) throw await discarding(token.id, change, context);
  return verified;
}

async function probed(
  token: ApiToken,
  string: Redacted,
  isOwnAccessToken: boolean,
  context: ApplicationContext,
): Promise<Verified> {
  const { api, run } = context;
  const { clock } = run;
  const until = after(clock.now(), PROBE_PATIENCE_MS);
  for (;;) {
    const answer = await api.probe(string, token.scope);
    if (answer === "accepted") return "probe";
    if (answer === "known" && !isOwnAccessToken) return "refusal";
    if (answer === undefined && !isOwnAccessToken) return "response";
    if (answer === undefined || clock.now() >= until) {
      if (answer !== "rejected" && !isOwnAccessToken) return "response";
      throw await discarding(token.id, untried(token.id, answer), context);
    }
    await clock.sleep(PROBE_PAUSE_MS);
  }
}

/** An access token must not become current before Losant has accepted it. If Losant only had no time, a later run tries again. */
function untried(id: TokenId, answer: ProbeAnswer): RotationError {
  if (answer === "throttled")
    return new RotationError("losant-throttled", `Losant's limit left no time to test the successor ${id}`);
  return new RotationError("successor-unusable", `Losant did not accept the successor ${id}`);
}

/**
 * People can change the permission cap of a user's token, unlike its scope. A successor must not have more rights than its predecessor
 * has by now.
 */
async function changeSince(
  { intent, cap }: TokenOrder,
  { api, application }: ApplicationContext,
): Promise<RotationError | undefined> {
  if (application.ownerType !== "user") return undefined;
  const { replacedId } = intent;
  try {
    const now = await api.get(replacedId);
    if (now?.status === "active" && capKey(now.cap) === capKey(cap)) return undefined;
    const message = `the token ${replacedId} was deactivated, or got another permission cap, while its successor was created`;
    return new RotationError("predecessor-changed", message);
  } catch (thrown) {
    return asRotationError(thrown);
  }
}

function differenceFrom(order: TokenOrder, token: ApiToken): string | undefined {
  if (scopeKey(token) !== scopeKey(order)) return "scope";
  if (token.name !== order.name) return "name";
  if (token.status !== order.status) return "status";
  if (capKey(token.cap) !== capKey(order.cap)) return "permission cap";
  if ((order.expiresAt === undefined) !== (token.expiresAt === undefined)) return "expirationDate";
  const askedMs = order.expiresAt?.getTime() ?? 0;
  return Math.abs((token.expiresAt?.getTime() ?? 0) - askedMs) > EXPIRY_TOLERANCE_MS
    ? "expirationDate"
    : undefined;
}

/** Deletes a token that this rotation created and nobody holds. Returns the error that caused this. */
export async function discarding(
  id: TokenId,
  error: RotationError,
  context: ApplicationContext,
): Promise<RotationError> {
  await discardOwn(id, context);
  return error;
}

/** Whether the token was deleted. If it can't be deleted now, a later run finds it by its marker and deletes it. */
export async function discardOwn(id: TokenId, { api, run }: ApplicationContext): Promise<boolean> {
  try {
    await retry(run.clock, after(run.clock.now(), DISCARD_PATIENCE_MS), () => api.delete(id));
    return true;
  } catch (thrown) {
    const { code, message } = asRotationError(thrown);
    run.log.warn("a token that nobody uses could not be deleted; a later run deletes it", {
      tokenId: id,
      code,
      message,
    });
    return false;
  }
}
