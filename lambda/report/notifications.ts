import type { ApplicationContext } from "../apply/context.ts";
import { commonFacts, placeFacts, resourcesOf, subjectFacts } from "../apply/event-details.ts";
import { adviceOn, adviceOnFailure, eventText, expiryText, meaningOf } from "../apply/event-text.ts";
import type { Outcome } from "../apply/outcomes.ts";
import type { ListedToken, Snapshot } from "../lineage/snapshot.ts";
import { type RotationError, remedyFor } from "../model/errors.ts";
import type { RotationEvent } from "../model/events.ts";
import { type SecretArn, secretNameOf } from "../model/secret.ts";
import { after, isSameSecond } from "../model/time.ts";
import type { LineagePlan } from "../plan/plan.ts";
import { type Reason, restOf } from "../plan/reasons.ts";
import type { Policy } from "../policy/policy.ts";
import {
  failureReminderAt,
  type Standing,
  type WarningDay,
  warningDayReached,
} from "../policy/reminder-schedule.ts";
import { abandonedAfterMs, dueAt, firstRenewedAt } from "../policy/renewal-window.ts";
import { atOfRun } from "./moment.ts";
import { replicasEvent } from "./replicas-event.ts";
import { unreadEvent } from "./unread-event.ts";

/** Whether a token that is skipped for this reason will expire while its consumers may still use it. */
function isLeftToExpire(reason: Reason): boolean {
  return restOf(reason)?.isToldBeforeExpiry === true;
}

const DAY_MS = 86_400_000;

/** A due token may be postponed for two intervals before an event warns that it may never be rotated. */
const PATIENCE_INTERVALS = 2;

/**
 * The events about the outcomes of one lineage, besides those of its rotation: failures, warnings of an expiry that nothing will
 * prevent, successors that consumers don't read, and tokens that were replaced and that nothing ends. A manual run sends an event for
 * each failure. A scheduled run sends them when `reminder-schedule.ts` says so.
 */
export function notificationsOf(
  outcomes: readonly Outcome[],
  { secretArn, policy, replication }: Pick<LineagePlan, "secretArn" | "policy" | "replication">,
  context: ApplicationContext,
): readonly RotationEvent[] {
  // A blocked lineage has the same reason for each token. Only its head, which comes first, is in use.
  const told = new Set<Reason>();
  return outcomes.flatMap((outcome) => {
    const notifications: RotationEvent[] = [];
    const { error, reason } = outcome;
    const moment = error && momentOf(outcome, error, policy, context);
    if (error && moment) notifications.push(failedEvent(outcome, error, moment, secretArn, context));
    const endless = context.run.trigger === "schedule" ? endlessMoment(outcome, policy, context) : undefined;
    if (endless) notifications.push(notRetiredEvent(outcome, endless, secretArn, context));
    const left = replicasEvent(outcome, { secretArn, policy, replication }, context);
    if (left) notifications.push(left);
    const isCovered = isLeftToExpire(reason) && told.has(reason) && restOf(reason)?.isToldOfEach !== true;
    if (context.run.trigger !== "schedule" || isCovered) return notifications;
    told.add(reason);
    const unread = unreadEvent(outcome, secretArn, policy, context);
    if (unread !== undefined) notifications.push(unread);
    const standing = leftToExpire(outcome, policy);
    const daysLeft = standing && warningDayReached(standing, atOfRun(context), policy.intervalMs);
    const { expiresAt } = outcome.subject;
    if (daysLeft === undefined || expiresAt === undefined) return notifications;
    return [...notifications, expiringEvent(outcome, expiresAt, daysLeft, secretArn, context)];
  });
}

/**
 * A warning that the access token expires, if nothing renews it, because after that the worker can renew nothing. Its string has
 * the expiry. If it is unknown which token it is, the only listed token that expires in that second is used.
 */
export function accessTokenNotification(
  { tokens, login, ownId }: Pick<Snapshot, "tokens" | "login" | "ownId">,
  lineages: readonly Pick<LineagePlan, "secretName" | "headId">[],
  context: ApplicationContext,
): RotationEvent | undefined {
  const secretName = secretNameOf(login.arn);
  const isRenewed =
    ownId !== undefined &&
    lineages.some((lineage) => lineage.secretName === secretName && lineage.headId === ownId);
  // The token of a user is not one of an application's tokens. The metric AccessTokenDaysLeft has its expiry.
  const { foundBy, ownerType } = context.application;
  if (foundBy !== undefined && ownerType !== "user") return undefined;
  if (context.run.trigger !== "schedule" || login.expiresAt === undefined || isRenewed) return undefined;
  const subject = ownId === undefined ? onlyOneThatEnds(login.expiresAt, tokens) : tokens.get(ownId);
  if (subject?.expiresAt === undefined) return undefined;
  const standing = { sinceAt: undefined, expiresAt: subject.expiresAt };
  const daysLeft = warningDayReached(standing, atOfRun(context), context.application.policy.intervalMs);
  const what = { subject, secretName, reason: "access-token" } as const;
  if (daysLeft === undefined) return undefined;
  return expiringEvent(what, subject.expiresAt, daysLeft, login.arn, context);
}

function onlyOneThatEnds(at: Date, tokens: Snapshot["tokens"]): ListedToken | undefined {
  const [only, another] = tokens
    .values()
    .filter(({ expiresAt }) => isSameSecond(expiresAt, at))
    .take(2);
  return another === undefined ? only : undefined;
}

/** The last part of the event's key, which tells repeated events about a failure apart. Undefined if this run sends none. */
function momentOf(
  outcome: Outcome,
  { code }: RotationError,
  policy: Policy,
  context: ApplicationContext,
): string | undefined {
  // The bus itself failed, so an event about this can't be sent. The next run sends the missing rotation events.
  if (code.startsWith("bus-")) return undefined;
  const { reason } = outcome;
  if (context.run.trigger === "manual" || reason === "forced" || reason === "retire-now")
    return context.run.runId;
  return failureReminderAt(standingOf(outcome, policy), atOfRun(context), policy.intervalMs)?.toISOString();
}

/** When to tell that a token was replaced and works forever: once it was replaced, and every thirty days after that. */
function endlessMoment(
  { reason, subject, replacedAt: sinceAt }: Outcome,
  policy: Policy,
  context: ApplicationContext,
): Date | undefined {
  const { expiresAt, status } = subject;
  if (restOf(reason)?.isToldIfEndless !== true || expiresAt !== undefined || status === "inactive")
    return undefined;
  return failureReminderAt({ sinceAt, expiresAt }, atOfRun(context), policy.intervalMs);
}

/** Since when a failure matters, and which expiry it may lead to. */
function standingOf({ action, reason, subject, sinceAt }: Outcome, policy: Policy): Standing {
  const { createdAt, expiresAt, status } = subject;
  switch (action) {
    case "rotate":
    case "resume":
    case "skip":
    case "wait": {
      const mayBeInUse = createdAt !== undefined && status !== "inactive";
      // The others wait for nothing, and there may be a hundred thousand of them.
      const begins = action === "rotate" || action === "resume" ? firstRenewedAt : dueAt;
      return { sinceAt: mayBeInUse ? begins({ createdAt, expiresAt }, policy) : undefined, expiresAt };
    }
    case "discard": {
      const waitMs = reason === "lost-race" ? abandonedAfterMs(policy) : policy.orphanAfterMs;
      return { sinceAt: createdAt && after(createdAt, waitMs), expiresAt: undefined };
    }
    case "announce":
      // The missing event is as old as its token.
      return { sinceAt: createdAt, expiresAt: undefined };
    case "retire":
      return { sinceAt, expiresAt: undefined };
    default:
      return action satisfies never;
  }
}

function toldFrom(reason: Reason, expiresAt: Date | undefined): Date | undefined {
  const days = restOf(reason)?.toldDaysBefore;
  return days === undefined || expiresAt === undefined ? undefined : after(expiresAt, -days * DAY_MS);
}

/** Undefined for a token that will be rotated, that nobody is known to use, or that no longer works. */
function leftToExpire(outcome: Outcome, policy: Policy): Standing | undefined {
  const { action, reason, outcome: end, subject } = outcome;
  const { expiresAt, status } = subject;
  if (reason === "revoked") return { sinceAt: undefined, expiresAt };
  if (status === "inactive") return undefined;
  if (outcome.isCovered === true) return undefined;
  if (isLeftToExpire(reason)) return { sinceAt: toldFrom(reason, expiresAt), expiresAt };
  const isToRotate = action === "rotate" || action === "resume";
  const standing = standingOf(outcome, policy);
  if (standing.sinceAt === undefined) return undefined;
  if (reason === "undecided" || (isToRotate && end === "failed")) return standing;
  const isPutOff = reason === "young-orphan" || (isToRotate && end === "deferred");
  if (!isPutOff) return undefined;
  return { sinceAt: after(standing.sinceAt, PATIENCE_INTERVALS * policy.intervalMs), expiresAt };
}

/** Continues a sentence that begins with the token. */
const FAILED = {
  rotate: "could not be renewed",
  resume: "could not be renewed",
  announce: "was renewed, but its rotation could not be finished",
  retire: "was replaced, but could not be ended",
  discard: "is used by nobody, but could not be ended",
  skip: "can't be renewed",
  wait: "can't be renewed",
} as const satisfies Record<Outcome["action"], string>;

/** The event about one token's failure. `moment` distinguishes events, and is the same if one is sent again. */
export function failedEvent(
  { subject, secretName, action, reason, successorId, versionId }: Outcome,
  error: RotationError,
  moment: string,
  secretArn: SecretArn | undefined,
  context: ApplicationContext,
): RotationEvent {
  const { code, message, retryable } = error;
  const place = { secretName, secretArn };
  const { runbook, clock } = context.run;
  const { expiresAt } = subject;
  const now = clock.now();
  const isLive = expiresAt !== undefined && expiresAt > now;
  const end = isLive ? ` It expires ${expiryText(expiresAt, now)}.` : "";
  const remedy = remedyFor(code, runbook);
  return {
    detailType: "Losant API Token Rotation Failed",
    resources: resourcesOf(place),
    detail: {
      ...commonFacts(`${subject.id}-${code}-${moment}`, context),
      ...subjectFacts(subject),
      ...placeFacts(place),
      tokenId: successorId ?? subject.id,
      ...(successorId === undefined ? {} : { replacedTokenId: subject.id }),
      ...(versionId === undefined ? {} : { versionId }),
      reason,
      code,
      message,
      retryable,
      remedy,
      ...eventText(subject, `${FAILED[action]}: ${code}.${end}`, remedy, context),
    },
  };
}

/** The event about a token that was replaced, never expires, and that the policy doesn't end. `moment` as for a failure. */
function notRetiredEvent(
  { subject, secretName, reason }: Outcome,
  moment: Date,
  secretArn: SecretArn | undefined,
  context: ApplicationContext,
): RotationEvent {
  const place = { secretName, secretArn };
  const what = `never expires, and still works. Reason: ${meaningOf(reason)}.`;
  return {
    detailType: "Losant API Token Not Retired",
    resources: resourcesOf(place),
    detail: {
      ...commonFacts(`${subject.id}-not-retired-${moment.toISOString()}`, context),
      ...subjectFacts(subject),
      ...placeFacts(place),
      tokenId: subject.id,
      reason,
      ...eventText(subject, what, adviceOn(reason, subject, context.run.runbook), context),
    },
  };
}

type Expiring = Pick<Outcome, "subject" | "secretName" | "error"> & {
  readonly action?: Outcome["action"];
  readonly reason: Reason | "access-token";
};

/** The event about a token that will expire, on one of the warning days. */
export function expiringEvent(
  { subject, secretName, reason, action, error }: Expiring,
  expiresAt: Date,
  daysLeft: WarningDay,
  secretArn: SecretArn | undefined,
  context: ApplicationContext,
): RotationEvent {
  const place = { secretName, secretArn };
  const { runbook, clock } = context.run;
  const isHeldUp = error !== undefined || action === "rotate" || action === "resume";
  const why = isHeldUp ? "its rotation fails or is postponed" : meaningOf(reason);
  const what = `expires ${expiryText(expiresAt, clock.now())}, and will not be renewed. Reason: ${why}.`;
  const advice = isHeldUp ? adviceOnFailure(error?.code, runbook) : adviceOn(reason, subject, runbook);
  return {
    detailType: "Losant API Token Expiring",
    resources: resourcesOf(place),
    detail: {
      ...commonFacts(`${subject.id}-${daysLeft}`, context),
      ...subjectFacts(subject),
      ...placeFacts(place),
      tokenId: subject.id,
      expirationDate: expiresAt.toISOString(),
      reason,
      daysLeft,
      ...(error && { code: error.code, retryable: error.retryable }),
      ...eventText(subject, what, advice, context),
    },
  };
}
