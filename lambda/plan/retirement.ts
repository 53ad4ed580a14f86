import type { Lineage } from "../lineage/lineage.ts";
import { signedMarker } from "../lineage/proof.ts";
import { readsSinceReplaced } from "../lineage/reads.ts";
import type { ListedToken } from "../lineage/snapshot.ts";
import { nextSuccessor } from "../lineage/succession.ts";
import { AWSPREVIOUS, holderOf } from "../model/secret.ts";
import { after } from "../model/time.ts";
import { type ApiToken, isExpired, isLive } from "../model/token.ts";
import type { Policy } from "../policy/policy.ts";
import { promotableForMs } from "../policy/renewal-window.ts";
import { isNamed, isSelected } from "../policy/request.ts";
import { isOpen, nextOpening } from "../policy/windows.ts";
import {
  type Action,
  type Defer,
  type Fail,
  notByName,
  type Retire,
  type Skip,
  type SkipReason,
  stillLoggedInWith,
  type UnreadSuccessor,
  type Wait,
} from "./actions.ts";
import { isProvenRoot, mayEndRoot, rootStep } from "./retired-roots.ts";
import { blockedBy, isLogin, mayRetireNow, outsideWindow, type RuleInput, skip } from "./rule-input.ts";

const DAY_MS = 86_400_000;

/**
 * Rule 8: superseded tokens whose grace period has ended. Nothing is retired if it is uncertain which token is current, if the
 * event about it hasn't been sent, or if the worker had to log in with the previous version of its access token. The policy keeps
 * tokens that consumers read, or whose successor nobody has read.
 */
export function retireSuperseded(
  lineage: Lineage,
  verdict: Action | undefined,
  input: RuleInput,
): readonly Action[] {
  if (verdict === undefined || !isHealthy(lineage, input)) return [];
  const { selection, now } = input;
  return lineage.superseded.flatMap((token): (Retire | Fail | Defer | Skip | Wait)[] => {
    if (!isSelected(token, selection) || (verdict.kind !== "settle" && verdict.subject.id === token.id))
      return [];
    if (selection.retireNow && isNamed(token, selection)) {
      if (isLogin(token, input)) return [{ kind: "fail", subject: token, error: stillLoggedInWith(token) }];
      // A token as young as the current one may have replaced it, although DescribeSecret doesn't show that yet.
      const isBehind = lineage.head?.token !== undefined && token.createdAt < lineage.head.token.createdAt;
      if (!isBehind || !isLive(token, now)) return [];
      return mayRetireNow(token, lineage, selection)
        ? [retireNow(token, lineage)]
        : [{ kind: "fail", subject: token, error: notByName(token) }];
    }
    const due = lineage.unannounced === undefined ? stepDue(token, lineage, input) : undefined;
    if (due === undefined)
      return isEndless(token, lineage, input) ? [left(token, "never-retired", lineage, input)] : [];
    if (due === "reactivated") return [left(token, "root-reactivated", lineage, input)];
    if (!isProven(token, lineage, input))
      return isLive(token, now) ? [left(token, "retirement-unproven", lineage, input)] : [];
    const reason = heldBecause(token, lineage, input);
    if (reason !== undefined) return [left(token, reason, lineage, input)];
    if (!input.isClockTrusted)
      return [{ kind: "defer", action: "retire", reason: "grace-over", subject: token }];
    if (!isOpen(input.policy.windows, now))
      return [outsideWindow(token, input.policy, now, "retirement-outside-window")];
    const root = isOurs(token, lineage, input) ? {} : ({ isRoot: true } as const);
    return [{ kind: "retire", reason: "grace-over", subject: token, ...due, ...root }];
  });
}

/** A token that the policy doesn't end. If it never expires, people are told of it, counted from its replacement. */
function left(token: ListedToken, reason: SkipReason, lineage: Lineage, { policy }: RuleInput): Skip {
  const successor = nextSuccessor(token.id, lineage);
  return {
    ...skip(token, reason),
    replacedAt: successor && after(successor.createdAt, promotableForMs(policy)),
  };
}

/** Nothing ends it, neither the policy nor its own expiry. */
function isEndless(token: ListedToken, lineage: Lineage, input: RuleInput): boolean {
  const { deactivateAfterMs, deleteAfterMs } = input.policy.retire;
  if (!isLive(token, input.now) || token.expiresAt !== undefined || blockedBy(lineage) !== undefined)
    return false;
  return (deactivateAfterMs ?? deleteAfterMs) === undefined || !mayEnd(token, lineage, input);
}

/** Also true if the proof hasn't been looked up yet. `observe` then looks it up, and the plan is made again. */
function isProven(token: ListedToken, lineage: Lineage, input: RuleInput): boolean {
  if (!isOurs(token, lineage, input)) return isProvenRoot(token, lineage, input);
  const { provenHere, isSearched, secret } = lineage;
  if (provenHere.has(token.id) || (token.proof === "unknown" && input.hasKeysLeft)) return true;
  return !isSearched && signedMarker(token)?.secretArn === secret?.arn;
}

/**
 * Why the policy keeps a token whose grace period has ended: its consumers would lose it. `observe` first reads the dates of the
 * versions, because every retirement needs their list. Nobody can lose a token that is inactive or has expired. The consumer of the
 * access token is the worker, and it is logged in with the current one.
 */
function heldBecause(token: ListedToken, lineage: Lineage, input: RuleInput): SkipReason | undefined {
  if (input.policy.retire.unread === "ignore" || !isLive(token, input.now)) return undefined;
  return whyNeeded(token, lineage, input);
}

/** Why consumers still need a predecessor, as far as the dates of their reads show that. */
export function whyNeeded(
  token: ListedToken,
  lineage: Lineage,
  input: RuleInput,
): UnreadSuccessor["reason"] | undefined {
  const isRoot = !isOurs(token, lineage, input);
  const { successor, isStillRead } = readsSinceReplaced(token.id, lineage, isRoot);
  if (successor === "unread") return "successor-unread";
  return isStillRead ? "still-read" : undefined;
}

function retireNow(subject: ListedToken, { secret }: Lineage): Retire {
  const former = secret && holderOf(secret, AWSPREVIOUS);
  return { kind: "retire", reason: "retire-now", step: "deactivate", subject, former };
}

/** It is certain which token is current, and that one works. */
export function isHealthy(lineage: Lineage, { now, login }: RuleInput): boolean {
  const { head, isRolledBack, isOwnAccessToken, isShared } = lineage;
  if (head?.kind !== "current" || head.token === undefined || isRolledBack || isShared) return false;
  return isLive(head.token, now) && !(isOwnAccessToken && login.stage === "AWSPREVIOUS");
}

/** Created by this worker for this secret, or perhaps: the key of its marker hasn't been read yet. */
function isOurs({ id, proof }: ListedToken, { madeHere }: Lineage, { hasKeysLeft }: RuleInput): boolean {
  return madeHere.has(id) || (proof === "unknown" && hasKeysLeft);
}

/** The policy retires no token that this worker didn't create, because people may hold its string, unless it has `roots`. */
function mayEnd(token: ListedToken, lineage: Lineage, input: RuleInput): boolean {
  return isOurs(token, lineage, input) || mayEndRoot(token, lineage, input);
}

/** When the policy first ends the token, if consumers don't keep it. Undefined if it never does. */
export function retiredAt(token: ListedToken, lineage: Lineage, input: RuleInput): Date | undefined {
  const { retire, windows } = input.policy;
  const { deactivateAfterMs = Number.POSITIVE_INFINITY, deleteAfterMs = Number.POSITIVE_INFINITY } = retire;
  const afterMs = Math.min(deactivateAfterMs, deleteAfterMs);
  const startsAt = graceStartsAt(token, lineage, input.policy);
  if (startsAt === undefined || !Number.isFinite(afterMs) || !mayEnd(token, lineage, input)) return undefined;
  return nextOpening(windows, after(startsAt, afterMs));
}

/** `reactivated`: somebody has activated a root that the policy had deactivated. */
function stepDue(
  token: ListedToken,
  lineage: Lineage,
  input: RuleInput,
): Required<Pick<Retire, "step" | "dueAt">> | "reactivated" | undefined {
  const { now, policy } = input;
  const startsAt = graceStartsAt(token, lineage, policy);
  if (!mayEnd(token, lineage, input) || startsAt === undefined) return undefined;
  const elapsedMs = now.getTime() - startsAt.getTime();
  const step = isOurs(token, lineage, input)
    ? stepOf(token, elapsedMs, input)
    : rootStep(token, elapsedMs, input);
  if (step === undefined || step === "reactivated") return step;
  const { deactivateAfterMs = 0, deleteAfterMs = 0 } = policy.retire;
  const dueAt = after(startsAt, step === "delete" ? deleteAfterMs : deactivateAfterMs);
  return { step, dueAt: nextOpening(policy.windows, dueAt) };
}

function stepOf(
  token: ListedToken,
  elapsedMs: number,
  { now, policy }: RuleInput,
): Retire["step"] | undefined {
  const { deactivateAfterMs = Number.POSITIVE_INFINITY, deleteAfterMs = Number.POSITIVE_INFINITY } =
    policy.retire;
  if (elapsedMs >= deleteAfterMs) return "delete";
  return elapsedMs >= deactivateAfterMs && token.status === "active" && !isExpired(token, now)
    ? "deactivate"
    : undefined;
}

/**
 * The latest moment at which the token can have stopped being current. If its successor has a successor: when that one was
 * created. While the token is the previous one: the last moment at which the current one could be promoted, or the last change
 * of the secret if that is later, because somebody may have moved AWSCURRENT back and forth. Each edit of a tag is a change too. If the
 * policy keeps what was read after the day of its replacement (`heldBecause`), only the changes of that day count. Reads of a replica
 * have no date here, so then all changes count.
 */
function graceStartsAt(
  { id, createdAt }: ApiToken,
  { secret, chain, head, superseded, isOwnAccessToken }: Lineage,
  policy: Policy,
): Date | undefined {
  if (secret === undefined || head?.token === undefined) return undefined;
  const { versions, lastChangedAt } = secret;
  const isPrevious = versions.some(
    (version) => version.labels.includes(AWSPREVIOUS) && version.id.startsWith(`losant-${id}-`),
  );
  const position = chain.indexOf(id);
  // The chain begins with the head: two positions before the token is the successor of its successor.
  const known = [head.token, ...superseded];
  const [later, successor] = [2, 1].map((steps) =>
    known.find((token) => token.id === chain[position - steps]),
  );
  // An administrator can write a version according to which an older token replaced a younger one.
  const isInOrder = later !== undefined && later.createdAt > (successor?.createdAt ?? createdAt);
  // A token that is younger than the current one may have replaced it, although that is not visible yet.
  const youngestMs = Math.max(createdAt.getTime(), head.token.createdAt.getTime());
  const promotedByMs = youngestMs + promotableForMs(policy);
  if (!isPrevious && position >= 2 && isInOrder) return later.createdAt;
  const isKeptIfRead =
    policy.retire.unread === "hold" && !isOwnAccessToken && secret.primaryRegion === undefined;
  const countsUntilMs = isKeptIfRead
    ? (Math.floor(youngestMs / DAY_MS) + 1) * DAY_MS
    : Number.POSITIVE_INFINITY;
  return new Date(Math.max(Math.min(lastChangedAt.getTime(), countsUntilMs), promotedByMs));
}
