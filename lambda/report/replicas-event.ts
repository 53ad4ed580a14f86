import type { ApplicationContext } from "../apply/context.ts";
import { commonFacts, placeFacts, resourcesOf, subjectFacts } from "../apply/event-details.ts";
import { eventText, expiryText } from "../apply/event-text.ts";
import type { Outcome } from "../apply/outcomes.ts";
import { ERROR_KINDS, RotationError, remedyFor } from "../model/errors.ts";
import type { RotationEvent } from "../model/events.ts";
import type { Replica } from "../model/secret.ts";
import type { LineagePlan } from "../plan/plan.ts";
import { failureReminderAt } from "../policy/reminder-schedule.ts";
import { atOfRun } from "./moment.ts";

type Told = Pick<LineagePlan, "secretArn" | "policy" | "replication">;

const CODE = "replica-failed";

/**
 * The moment for which a scheduled run tells of replicas that don't get the changes of a secret: an hour after its token was created,
 * the warning days before the end of the token that they still hold, and every thirty days. Undefined in all other runs.
 */
export function replicasMoment({ replication, policy }: Told, context: ApplicationContext): Date | undefined {
  if (replication === undefined || context.run.trigger !== "schedule") return undefined;
  return failureReminderAt(replication, atOfRun(context), policy.intervalMs);
}

/** The event about these replicas. A manual run sends one about each rotation. The run doesn't fail. */
export function replicasEvent(
  { subject, secretName, reason, successorId, versionId, failedReplicas = [] }: Outcome,
  lineage: Told,
  context: ApplicationContext,
): RotationEvent | undefined {
  const { trigger, runId, runbook, clock } = context.run;
  const now = clock.now();
  const moment = trigger === "manual" ? runId : replicasMoment(lineage, context)?.toISOString();
  if (failedReplicas.length === 0 || moment === undefined) return undefined;
  const place = { secretName, secretArn: lineage.secretArn };
  const tokenId = successorId ?? subject.id;
  const endsAt = successorId === undefined ? lineage.replication?.expiresAt : subject.expiresAt;
  const end =
    endsAt === undefined || endsAt <= now
      ? ""
      : ` The token that they may still have expires ${expiryText(endsAt, now)}.`;
  const { message } = new RotationError(CODE, `${secretName}: ${failedReplicas.map(wordsOf).join("; ")}`);
  const remedy = remedyFor(CODE, runbook);
  return {
    detailType: "Losant API Token Rotation Failed",
    resources: resourcesOf(place),
    detail: {
      ...commonFacts(`${tokenId}-${CODE}-${moment}`, context),
      ...subjectFacts(subject),
      ...placeFacts(place),
      tokenId,
      ...(successorId === undefined ? {} : { replacedTokenId: subject.id }),
      ...(versionId === undefined ? {} : { versionId }),
      reason,
      code: CODE,
      message,
      retryable: ERROR_KINDS[CODE].retryable,
      remedy,
      ...eventText(
        subject,
        `is current, but replicas of its secret don't get it: ${CODE}.${end}`,
        remedy,
        context,
      ),
    },
  };
}

function wordsOf({ region, status, message }: Replica): string {
  const said = message === undefined ? "" : `: ${message}`;
  return status === "failed"
    ? `the replica in ${region} failed${said}`
    : `the replica in ${region} doesn't have the last change${said}`;
}
