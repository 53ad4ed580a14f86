import { BUS_FAILURES } from "../limits.ts";
import { asRotationError, type RotationError, remedyFor } from "../model/errors.ts";
import type { RotationEvent } from "../model/events.ts";
import { type SecretArn, type SecretName, type Stamp, versionIdOf } from "../model/token.ts";
import type { Discard, Retire, Subject } from "../plan/actions.ts";
import type { EventBus } from "../ports.ts";
import type { Rung } from "../report/reminder-schedule.ts";
import type { Scene } from "./context.ts";
import type { Outcome } from "./outcomes.ts";

/** A bus that has refused several events in a row is not asked again in this run: what is owed stays owed. */
export function givingUp(bus: EventBus): EventBus {
  let failures = 0;
  let last: RotationError | undefined;
  return {
    async publish(event) {
      if (last !== undefined && failures >= BUS_FAILURES) throw last;
      try {
        await bus.publish(event);
        failures = 0;
      } catch (thrown) {
        failures += 1;
        last = asRotationError(thrown);
        throw last;
      }
    },
  };
}

interface Place {
  readonly secretName: SecretName | undefined;
  readonly secretArn?: SecretArn | undefined;
}

/** The news that a successor is current. `versionId` is the same however often it is told. */
export function rotatedEvent(
  stamp: Stamp,
  subject: Subject,
  reason: string,
  secretName: SecretName,
  secretArn: SecretArn,
  scene: Scene,
): RotationEvent {
  const versionId = versionIdOf(stamp);
  return {
    detailType: "Losant API Token Rotated",
    resources: [secretArn],
    detail: {
      ...commonFacts(versionId, scene),
      ...subjectFacts(subject),
      tokenId: stamp.tokenId,
      replacedTokenId: stamp.replacedId,
      secretName,
      secretArn,
      versionId,
      reason,
    },
  };
}

export function retiredEvent(
  { subject, reason, step }: Pick<Retire, "subject" | "reason" | "step">,
  place: Place,
  scene: Scene,
): RotationEvent {
  const done = step === "delete" ? "deleted" : "deactivated";
  return {
    detailType: "Losant API Token Retired",
    resources: resourcesOf(place),
    detail: {
      ...commonFacts(`${subject.id}-${done}`, scene),
      ...subjectFacts(subject),
      ...placeFacts(place),
      tokenId: subject.id,
      reason,
      step: done,
    },
  };
}

export function discardedEvent(
  { subject, reason }: Pick<Discard, "subject" | "reason">,
  place: Place,
  scene: Scene,
): RotationEvent {
  return {
    detailType: "Losant API Token Orphan Discarded",
    resources: resourcesOf(place),
    detail: {
      ...commonFacts(`${subject.id}-discarded`, scene),
      ...subjectFacts(subject),
      ...placeFacts(place),
      tokenId: subject.id,
      reason,
    },
  };
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

function commonFacts(key: string, { runId, trigger, application }: Scene) {
  return { schemaVersion: "1" as const, runId, trigger, key, applicationId: application.id };
}

function subjectFacts({ name, expiresAt }: Subject) {
  return {
    ...(name === undefined ? {} : { tokenName: name }),
    ...(expiresAt === undefined ? {} : { expirationDate: expiresAt.toISOString() }),
  };
}

function placeFacts({ secretName, secretArn }: Place) {
  return {
    ...(secretName === undefined ? {} : { secretName }),
    ...(secretArn === undefined ? {} : { secretArn }),
  };
}

function resourcesOf({ secretArn }: Place): readonly string[] {
  return secretArn === undefined ? [] : [secretArn];
}
