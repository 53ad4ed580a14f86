import type { Lineage } from "../lineage/lineage.ts";
import { isReplica } from "../model/secret.ts";
import type { ApiToken, RunId, TokenId } from "../model/token.ts";
import type { Policy } from "../policy/policy.ts";
import { isNamed, isNamedById, type Selection } from "../policy/request.ts";
import { nextOpening } from "../policy/windows.ts";
import type { Login } from "../ports.ts";
import type { Skip, SkipReason, Spared, Subject, Wait } from "./actions.ts";

/** What the rules know besides the lineage. */
export interface RuleInput {
  readonly now: Date;
  readonly runId: RunId;
  readonly selection: Selection;
  readonly policy: Policy;
  /** The moment before the first read. The age of a token that may be discarded is counted up to it. */
  readonly readAt: Date;
  readonly login: Login;
  /** The token that the worker is logged in with, if it is known. */
  readonly ownId: TokenId | undefined;
  /** Older access tokens, whose keys verify older markers, have not been read. */
  readonly hasKeysLeft: boolean;
  /** Losant's clock is known. Without it, ages prove nothing, and no token is discarded or retired by its age. */
  readonly isClockTrusted: boolean;
}

export function skip(subject: Subject, reason: SkipReason): Skip {
  return { kind: "skip", reason, subject };
}

/** Something that is due, and waits for a maintenance window. */
export function outsideWindow(
  subject: Subject,
  { windows }: Policy,
  now: Date,
  reason: "outside-window" | "retirement-outside-window" = "outside-window",
): Wait {
  return { kind: "wait", reason, subject, dueAt: nextOpening(windows, now) };
}

/** Rule 3: a secret that accepts no writes, or that the worker must not write to. */
export function blockedBy({ secret }: Lineage): SkipReason | undefined {
  if (secret === undefined) return undefined;
  if (secret.deletedAt !== undefined) return "secret-scheduled-for-deletion";
  if (secret.owningService !== undefined) return "secret-owned-by-service";
  return isReplica(secret) ? "secret-is-replica" : undefined;
}

/** Older than any run that may still be working on it. */
export function isPastOrphanAge({ createdAt }: ApiToken, { readAt, policy }: RuleInput): boolean {
  return readAt.getTime() - createdAt.getTime() >= policy.orphanAfterMs;
}

/** Whether the predecessor is deactivated as soon as its successor is announced, and the cause if it is not. */
export function retirementAsked(
  token: ApiToken,
  lineage: Lineage,
  input: RuleInput,
): { readonly retireNow: boolean; readonly spared?: Spared } {
  const { selection } = input;
  const { isOwnAccessToken } = lineage;
  if (!selection.retireNow || !isNamed(token, selection)) return { retireNow: false };
  // The run that replaces the worker's access token never deactivates it, because it is logged in with it.
  if (isOwnAccessToken) return { retireNow: false, spared: "until-next-run" };
  if (isLogin(token, input)) return { retireNow: false, spared: "until-replaced" };
  return mayRetireNow(token, lineage, selection)
    ? { retireNow: true }
    : { retireNow: false, spared: "named-by-name" };
}

/** A name is enough only for a token that this worker created here, because anybody can give a token that name. */
export function mayRetireNow(token: ApiToken, { madeHere }: Lineage, selection: Selection): boolean {
  return madeHere.has(token.id) || isNamedById(token, selection);
}

/** The worker is logged in with this token, according to the access token itself. */
export function isLogin({ id }: ApiToken, { login, ownId }: Pick<RuleInput, "login" | "ownId">): boolean {
  return id === ownId || (login.claimedIds ?? []).includes(id);
}
