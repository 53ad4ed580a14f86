import type { ApplicationContext } from "../apply/context.ts";
import { commonFacts, placeFacts, resourcesOf, subjectFacts } from "../apply/event-details.ts";
import { adviceOn, eventText, expiryText, meaningOf } from "../apply/event-text.ts";
import type { Outcome } from "../apply/outcomes.ts";
import type { RotationEvent } from "../model/events.ts";
import type { SecretArn } from "../model/secret.ts";
import { lostAt } from "../plan/unread.ts";
import type { Policy } from "../policy/policy.ts";
import { unreadReminderAt } from "../policy/reminder-schedule.ts";
import { atOfRun } from "./moment.ts";

/** The event that consumers don't read the successor of a token, if this run sends one. */
export function unreadEvent(
  { subject, secretName, unread }: Outcome,
  secretArn: SecretArn | undefined,
  { intervalMs }: Policy,
  context: ApplicationContext,
): RotationEvent | undefined {
  if (unread === undefined) return undefined;
  const { reason, successorId, replacedAt, retiresAt } = unread;
  const endsAt = lostAt(subject, unread);
  const reminder = unreadReminderAt({ sinceAt: unread.sinceAt, endsAt }, atOfRun(context), intervalMs);
  if (reminder === undefined) return undefined;
  const { runbook, clock } = context.run;
  const place = { secretName, secretArn };
  const isRetired = retiresAt !== undefined && endsAt === retiresAt;
  const end =
    endsAt === undefined
      ? "never expires"
      : `${isRetired ? "is ended by your policy" : "expires"} ${expiryText(endsAt, clock.now())}`;
  return {
    detailType: "Losant API Token Successor Unread",
    resources: resourcesOf(place),
    detail: {
      ...commonFacts(`${subject.id}-unread-${reminder.at.toISOString()}`, context),
      ...subjectFacts(subject),
      ...placeFacts(place),
      tokenId: subject.id,
      reason,
      successorId,
      replacedDate: replacedAt.toISOString(),
      ...(isRetired && { retirementDate: retiresAt.toISOString() }),
      ...(reminder.daysLeft !== undefined && { daysLeft: reminder.daysLeft }),
      ...eventText(
        subject,
        `${meaningOf(reason)}. It ${end}.`,
        adviceOn(reason, subject, runbook, "successor-unread"),
        context,
      ),
    },
  };
}
