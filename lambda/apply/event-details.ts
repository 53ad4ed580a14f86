import type { Evidence } from "../lineage/reads.ts";
import type { RotationEvent } from "../model/events.ts";
import { masked } from "../model/masked.ts";
import { type SecretArn, type SecretName, type Stamp, versionIdOf } from "../model/secret.ts";
import { ownerFacts } from "../model/token.ts";
import type { Discard, Retire, Subject } from "../plan/actions.ts";
import type { Reason } from "../plan/reasons.ts";
import type { ApplicationContext } from "./context.ts";
import { adviceOn, eventText, expiryText, meaningOf } from "./event-text.ts";

interface KnownPlace {
  readonly secretName: SecretName | undefined;
  readonly secretArn?: SecretArn | undefined;
}

/** What is known of the token that a successor replaced. */
interface Replaced {
  /** The secret that held it until now, if that is another one. */
  readonly former?: SecretArn | undefined;
  /** Whether consumers had read it since it replaced another one. */
  readonly read?: Evidence | undefined;
}

/** The event that a successor is current. `versionId` is the same each time the event is sent. */
export function rotatedEvent(
  stamp: Stamp,
  subject: Subject,
  reason: Reason,
  secretName: SecretName,
  secretArn: SecretArn,
  context: ApplicationContext,
  { former: formerSecretArn, read }: Replaced = {},
): RotationEvent {
  const versionId = versionIdOf(stamp);
  const { expiresAt } = subject;
  const end =
    expiresAt === undefined ? "never expires" : `expires ${expiryText(expiresAt, context.run.clock.now())}`;
  const advice =
    formerSecretArn === undefined
      ? "Nothing, if its consumers read the secret again."
      : "Change the consumers of the former secret to read the new one.";
  return {
    detailType: "Losant API Token Rotated",
    resources: resourcesOf({ secretName, secretArn }),
    detail: {
      ...commonFacts(versionId, context),
      ...subjectFacts(subject),
      tokenId: stamp.tokenId,
      replacedTokenId: stamp.replacedId,
      secretName: masked(secretName),
      secretArn: masked(secretArn),
      versionId,
      reason,
      ...(formerSecretArn && { formerSecretArn: masked(formerSecretArn) }),
      ...(read && { replacedRead: read }),
      ...eventText(subject, `was renewed. The new token ${end}.`, advice, context),
    },
  };
}

const SUCCESSOR_READ = {
  read: "Consumers have read its successor.",
  unread: "Nobody has read its successor.",
  unknown: "It isn't known whether consumers have read its successor.",
} as const satisfies Record<Evidence, string>;

export function retiredEvent(
  { subject, reason, step, successorRead = "unknown" }: Omit<Retire, "kind">,
  place: KnownPlace,
  context: ApplicationContext,
): RotationEvent {
  const done = step === "delete" ? "deleted" : "deactivated";
  return {
    detailType: "Losant API Token Retired",
    resources: resourcesOf(place),
    detail: {
      ...commonFacts(`${subject.id}-${done}`, context),
      ...subjectFacts(subject),
      ...placeFacts(place),
      tokenId: subject.id,
      reason,
      step: done,
      successorRead,
      ...eventText(
        subject,
        `was ${done}. Reason: ${meaningOf(reason)}. ${SUCCESSOR_READ[successorRead]}`,
        adviceOn(reason, subject, context.run.runbook),
        context,
      ),
    },
  };
}

export function discardedEvent(
  { subject, reason, step, version }: Pick<Discard, "subject" | "reason" | "step" | "version">,
  place: KnownPlace,
  context: ApplicationContext,
): RotationEvent {
  const isSecond = step === "delete" && version === undefined;
  const done = step === "delete" ? "deleted" : "deactivated";
  const advice =
    done === "deleted"
      ? "Nothing."
      : "Nothing, if nobody uses it. To keep it, activate it in Losant within a week.";
  return {
    detailType: "Losant API Token Orphan Discarded",
    resources: resourcesOf(place),
    detail: {
      // Two steps have two events.
      ...commonFacts(`${subject.id}-${isSecond ? "deleted" : "discarded"}`, context),
      ...subjectFacts(subject),
      ...placeFacts(place),
      tokenId: subject.id,
      reason,
      step: done,
      ...eventText(subject, `was ${done}. Reason: ${meaningOf(reason)}.`, advice, context),
    },
  };
}

export function commonFacts(key: string, { run, application }: ApplicationContext) {
  const { runId, trigger } = run;
  return { schemaVersion: "1" as const, runId, trigger, key, ...ownerFacts(application) };
}

export function subjectFacts({ name, expiresAt }: Subject) {
  return {
    ...(name === undefined ? {} : { tokenName: masked(name) }),
    ...(expiresAt === undefined ? {} : { expirationDate: expiresAt.toISOString() }),
  };
}

export function placeFacts({ secretName, secretArn }: KnownPlace) {
  return {
    ...(secretName === undefined ? {} : { secretName: masked(secretName) }),
    ...(secretArn === undefined ? {} : { secretArn: masked(secretArn) }),
  };
}

export function resourcesOf({ secretArn }: KnownPlace): readonly string[] {
  return secretArn === undefined ? [] : [masked(secretArn)];
}
