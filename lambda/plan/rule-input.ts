import type { Lineage } from "../lineage/lineage.ts";
import { isReplica } from "../model/secret.ts";
import { type ApiToken, lifeLeftMs, type RunId, type TokenId } from "../model/token.ts";
import type { Policy } from "../policy/policy.ts";
import { isNamed, isNamedById, type Selection } from "../policy/request.ts";
import type { Login } from "../ports.ts";
import type { Skip, SkipReason, Spared, Subject } from "./actions.ts";

/** What the rules know besides the lineage. */
export interface RuleInput {
  readonly now: Date;
  readonly runId: RunId;
  readonly selection: Selection;
  readonly policy: Policy;
  /** The moment before the first read: ages of what may be discarded are counted to it. */
  readonly readAt: Date;
  readonly login: Login;
  /** The token that the worker is logged in with, where that is known. */
  readonly ownId: TokenId | undefined;
  /** Older access tokens, whose keys verify older markers, have not been read. */
  readonly hasKeysLeft: boolean;
  /** Losant's clock is known: without it, ages prove nothing, and no life ends. */
  readonly isClockTrusted: boolean;
}

export function skip(subject: Subject, reason: SkipReason): Skip {
  return { kind: "skip", reason, subject };
}

/** Rule 3: a secret that takes no writes, or that isn't ours to write to. */
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

/** Fewer than two intervals left: no time to wait for anything. */
export function isEnding(token: ApiToken, { now, policy }: RuleInput): boolean {
  return lifeLeftMs(token, now) < 2 * policy.intervalMs;
}

/** Whether the predecessor is to end as soon as its successor is announced, and what keeps it from that. */
export function retirementAsked(
  token: ApiToken,
  lineage: Lineage,
  input: RuleInput,
): { readonly retireNow: boolean; readonly spared?: Spared } {
  const { selection } = input;
  const { isOwnAccessToken } = lineage;
  if (!selection.retireNow || !isNamed(token, selection)) return { retireNow: false };
  // The worker never deactivates, in the run that replaced it, the credential it is logged in with.
  if (isOwnAccessToken) return { retireNow: false, spared: "until-next-run" };
  if (isLogin(token, input)) return { retireNow: false, spared: "until-replaced" };
  return mayRetireNow(token, lineage, selection)
    ? { retireNow: true }
    : { retireNow: false, spared: "named-by-name" };
}

/** By its name alone only what this worker made here: anybody can give a token of theirs that name. */
export function mayRetireNow(token: ApiToken, { madeHere }: Lineage, selection: Selection): boolean {
  return madeHere.has(token.id) || isNamedById(token, selection);
}

/** The worker is logged in with this very token, as the access token itself says. */
export function isLogin({ id }: ApiToken, { login, ownId }: Pick<RuleInput, "login" | "ownId">): boolean {
  return id === ownId || (login.claimedIds ?? []).includes(id);
}
