import { WRITE_PATIENCE_MS } from "../limits.ts";
import { asRotationError, RotationError } from "../model/errors.ts";
import {
  AWSCURRENT,
  AWSPREVIOUS,
  holderOf,
  type SecretArn,
  type SecretName,
  stampOf,
} from "../model/token.ts";
import type { Announce, Discard, Retire } from "../plan/actions.ts";
import type { Scene } from "./context.ts";
import { discardedEvent, retiredEvent, rotatedEvent } from "./event-details.ts";
import { type Outcome, outcomeOf } from "./outcomes.ts";
import { after, persist } from "./retry.ts";
import { settle } from "./store.ts";

/** The secret of a lineage. */
export interface Place {
  readonly secretName: SecretName;
  readonly secretArn: SecretArn;
}

/** The event that an earlier run owes. */
export async function announce(
  action: Announce,
  { secretName, secretArn }: Place,
  scene: Scene,
): Promise<readonly Outcome[]> {
  const { version, subject, reason } = action;
  await scene.bus.publish(rotatedEvent(version.stamp, subject, reason, secretName, secretArn, scene));
  const error = await settle(secretArn, version.stamp, scene).then(() => undefined, asRotationError);
  return [
    { action: "announce", reason, subject, secretName, outcome: "announced", versionId: version.id, error },
  ];
}

/** The end of a token that nobody holds. */
export async function discard(action: Discard, place: Place, scene: Scene): Promise<readonly Outcome[]> {
  const { subject, version, reason } = action;
  const { secretName, secretArn } = place;
  const { api, bus, clock, store } = scene;
  if (version !== undefined) {
    // Promoted since the plan was made? Then it is anything but abandoned.
    const secret = await store.describe(secretName);
    const stands = [AWSCURRENT, AWSPREVIOUS].some(
      (label) => secret === undefined || holderOf(secret, label) === version.id,
    );
    if (stands) return [outcomeOf(action, secretName, "deferred")];
  }
  await persist(clock, after(clock.now(), WRITE_PATIENCE_MS), () => api.delete(subject.id));
  const told = await bus.publish(discardedEvent(action, place, scene)).then(() => undefined, asRotationError);
  const settled =
    version && (await settle(secretArn, version.stamp, scene).then(() => undefined, asRotationError));
  return [{ action: "discard", reason, subject, secretName, outcome: "discarded", error: settled ?? told }];
}

/** The end of a token that was superseded. */
export async function retire(action: Retire, place: Place, scene: Scene): Promise<readonly Outcome[]> {
  // Rolled back since the plan was made? Then its life must not end.
  const secret = await scene.store.describe(place.secretName);
  const current = secret && holderOf(secret, AWSCURRENT);
  const stamp = current && stampOf(current);
  if (stamp === undefined || stamp.tokenId === action.subject.id)
    return [outcomeOf(action, place.secretName, "deferred")];
  return [await endLife(action, place, scene)];
}

export async function endLife(action: Retire, place: Place, scene: Scene): Promise<Outcome> {
  const { subject, reason, step } = action;
  const { api, bus, clock } = scene;
  const end = step === "delete" ? () => api.delete(subject.id) : () => api.deactivate(subject.id);
  await persist(clock, after(clock.now(), WRITE_PATIENCE_MS), end).catch((thrown) => {
    const { code, message, effect } = asRotationError(thrown);
    const works = effect === "none" ? "still works" : "may still work";
    throw reason === "retire-now"
      ? new RotationError(code, `${message}; the old string ${works}`, { effect })
      : thrown;
  });
  const error = await bus.publish(retiredEvent(action, place, scene)).then(() => undefined, asRotationError);
  const outcome = step === "delete" ? "deleted" : "deactivated";
  return { action: "retire", reason, subject, secretName: place.secretName, outcome, error };
}
