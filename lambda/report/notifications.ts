import type { Scene } from "../apply/context.ts";
import { commonFacts, placeFacts, resourcesOf, subjectFacts } from "../apply/event-details.ts";
import type { Outcome, Reason } from "../apply/outcomes.ts";
import type { Snapshot } from "../lineage/snapshot.ts";
import { type RotationError, remedyFor } from "../model/errors.ts";
import type { RotationEvent } from "../model/events.ts";
import { type SecretArn, secretNameOf } from "../model/secret.ts";
import { after } from "../model/time.ts";
import type { LineagePlan } from "../plan/plan.ts";
import type { Policy } from "../policy/policy.ts";
import { abandonedAfterMs, dueAt } from "../policy/renewal-window.ts";
import { failureTold, type Rung, rungReached, type Standing } from "./reminder-schedule.ts";

/** Skipped for one of these, a token is left to its expiry, and whoever uses it with it. */
const LEFT_TO_EXPIRE: ReadonlySet<Reason> = new Set<Reason>([
  "excluded",
  "no-scope",
  "too-short-lived",
  "damaged-marker",
  "revoked",
  "missing",
  "rolled-back",
  "secret-scheduled-for-deletion",
  "secret-owned-by-service",
]);

/** A token that is due may be put off for two intervals before anybody is told that it may never have its turn. */
const PATIENCE_INTERVALS = 2;

/**
 * What is told of the outcomes of one lineage, beside the events that its rotation owes: its failures, and warnings of an
 * expiry that nothing will prevent. A run by hand tells of each failure; a scheduled one when `ladder.ts` says so.
 */
export function newsOf(
  outcomes: readonly Outcome[],
  secretArn: SecretArn | undefined,
  scene: Scene,
): readonly RotationEvent[] {
  const { policy } = scene.application;
  // A lineage that is blocked is so for each of its tokens: only the one it stands on, which comes first, is in use.
  const told = new Set<Reason>();
  return outcomes.flatMap((outcome) => {
    const news: RotationEvent[] = [];
    const { error, reason } = outcome;
    const moment = error && momentOf(outcome, error, scene);
    if (error && moment) news.push(failedEvent(outcome, error, moment, secretArn, scene));
    if (scene.trigger !== "schedule" || (LEFT_TO_EXPIRE.has(reason) && told.has(reason))) return news;
    told.add(reason);
    const standing = leftToExpire(outcome, policy);
    const rung = standing && rungReached(standing, scene.startedAt, policy.intervalMs);
    const { expiresAt } = outcome.subject;
    if (rung === undefined || expiresAt === undefined) return news;
    return [...news, expiringEvent(outcome, expiresAt, rung, secretArn, scene)];
  });
}

/**
 * A warning of the access token's expiry, where nothing renews it: with it, all renewing ends. Its string says when it
 * expires, and nothing that is documented says which token it is: the only listed one that expires in that second.
 */
export function newsOfAccessToken(
  { tokens, login }: Pick<Snapshot, "tokens" | "login">,
  lineages: readonly Pick<LineagePlan, "secretName">[],
  scene: Scene,
): RotationEvent | undefined {
  const secretName = secretNameOf(login.arn);
  const isRenewed = lineages.some((lineage) => lineage.secretName === secretName);
  if (scene.trigger !== "schedule" || login.expiresAt === undefined || isRenewed) return undefined;
  const second = secondOf(login.expiresAt);
  const [subject, another] = tokens
    .values()
    .filter(({ expiresAt }) => expiresAt && secondOf(expiresAt) === second)
    .take(2);
  if (subject?.expiresAt === undefined || another !== undefined) return undefined;
  const standing = { sinceAt: undefined, expiresAt: subject.expiresAt };
  const rung = rungReached(standing, scene.startedAt, scene.application.policy.intervalMs);
  const what = { subject, secretName, reason: "access-token" };
  return rung && expiringEvent(what, subject.expiresAt, rung, login.arn, scene);
}

function secondOf(at: Date): number {
  return Math.floor(at.getTime() / 1_000);
}

/** Which telling of a failure this is, as its key says: undefined where this run keeps quiet. */
function momentOf(outcome: Outcome, { code }: RotationError, scene: Scene): string | undefined {
  // The bus itself failed: it owes its events, and the next run sends them. Telling it of that is no use.
  if (code.startsWith("bus-")) return undefined;
  const { reason } = outcome;
  if (scene.trigger === "manual" || reason === "forced" || reason === "retire-now") return scene.runId;
  const { policy } = scene.application;
  return failureTold(standingOf(outcome, policy), scene.startedAt, policy.intervalMs)?.toISOString();
}

/** Since when a failure matters, and whether an expiry is at stake. */
function standingOf({ action, reason, subject, sinceAt }: Outcome, policy: Policy): Standing {
  const { createdAt, expiresAt, status } = subject;
  switch (action) {
    case "rotate":
    case "resume":
    case "skip":
    case "wait": {
      const mayBeInUse = createdAt !== undefined && status !== "inactive";
      return { sinceAt: mayBeInUse ? dueAt({ createdAt, expiresAt }, policy) : undefined, expiresAt };
    }
    case "discard": {
      const waitMs = reason === "lost-race" ? abandonedAfterMs(policy) : policy.orphanAfterMs;
      return { sinceAt: createdAt && after(createdAt, waitMs), expiresAt: undefined };
    }
    case "announce":
      // The promise is as old as the token that it is about.
      return { sinceAt: createdAt, expiresAt: undefined };
    case "retire":
      return { sinceAt, expiresAt: undefined };
    default:
      return action satisfies never;
  }
}

/** Undefined for a token that will be rotated, that nobody is known to use, or that is dead already. */
function leftToExpire(outcome: Outcome, policy: Policy): Standing | undefined {
  const { action, reason, outcome: end, subject } = outcome;
  const { expiresAt, status } = subject;
  if (reason === "revoked") return { sinceAt: undefined, expiresAt };
  if (status === "inactive") return undefined;
  if (LEFT_TO_EXPIRE.has(reason)) return { sinceAt: undefined, expiresAt };
  const isToRotate = action === "rotate" || action === "resume";
  const standing = standingOf(outcome, policy);
  if (standing.sinceAt === undefined) return undefined;
  if (reason === "undecided" || (isToRotate && end === "failed")) return standing;
  const isPutOff = reason === "young-orphan" || (isToRotate && end === "deferred");
  if (!isPutOff) return undefined;
  return { sinceAt: after(standing.sinceAt, PATIENCE_INTERVALS * policy.intervalMs), expiresAt };
}

/** One token's failure. `moment` says which telling of it this is, and is the same when that is repeated. */
export function failedEvent(
  { subject, secretName, reason, successorId, versionId }: Outcome,
  error: RotationError,
  moment: string,
  secretArn: SecretArn | undefined,
  scene: Scene,
): RotationEvent {
  const { code, message, retryable } = error;
  const place = { secretName, secretArn };
  return {
    detailType: "Losant API Token Rotation Failed",
    resources: resourcesOf(place),
    detail: {
      ...commonFacts(`${subject.id}-${code}-${moment}`, scene),
      ...subjectFacts(subject),
      ...placeFacts(place),
      tokenId: successorId ?? subject.id,
      ...(successorId === undefined ? {} : { replacedTokenId: subject.id }),
      ...(versionId === undefined ? {} : { versionId }),
      reason,
      code,
      message,
      retryable,
      remedy: remedyFor(code, scene.runbook),
    },
  };
}

/** A token that will expire as it is, at a rung of the ladder of warnings. */
export function expiringEvent(
  { subject, secretName, reason }: Pick<Outcome, "subject" | "secretName"> & { readonly reason: string },
  expiresAt: Date,
  daysLeft: Rung,
  secretArn: SecretArn | undefined,
  scene: Scene,
): RotationEvent {
  const place = { secretName, secretArn };
  return {
    detailType: "Losant API Token Expiring",
    resources: resourcesOf(place),
    detail: {
      ...commonFacts(`${subject.id}-${daysLeft}`, scene),
      ...subjectFacts(subject),
      ...placeFacts(place),
      tokenId: subject.id,
      expirationDate: expiresAt.toISOString(),
      reason,
      daysLeft,
    },
  };
}
