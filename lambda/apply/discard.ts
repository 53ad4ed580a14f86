import { WRITE_PATIENCE_MS } from "../limits.ts";
import { asRotationError } from "../model/errors.ts";
import { AWSCURRENT, AWSPREVIOUS, holderOf } from "../model/secret.ts";
import { after } from "../model/time.ts";
import type { Discard } from "../plan/actions.ts";
import type { ApplicationContext, Place } from "./context.ts";
import { discardedEvent } from "./event-details.ts";
import { type Outcome, outcomeOf } from "./outcomes.ts";
import { retry } from "./retry.ts";
import { settle } from "./store.ts";

/** The end of a token that nobody holds. */
export async function discard(
  action: Discard,
  place: Place,
  context: ApplicationContext,
): Promise<readonly Outcome[]> {
  const { subject, version, reason } = action;
  const { secretName, secretArn } = place;
  const { api, bus, clock, store } = context;
  if (version !== undefined) {
    // Promoted since the plan was made? Then it is anything but abandoned.
    const secret = await store.describe(secretName);
    const stands = [AWSCURRENT, AWSPREVIOUS].some(
      (label) => secret === undefined || holderOf(secret, label) === version.id,
    );
    if (stands) return [outcomeOf(action, secretName, "deferred")];
  }
  await retry(clock, after(clock.now(), WRITE_PATIENCE_MS), () => api.delete(subject.id));
  const told = await bus
    .publish(discardedEvent(action, place, context))
    .then(() => undefined, asRotationError);
  const settled =
    version && (await settle(secretArn, version.stamp, context).then(() => undefined, asRotationError));
  return [{ action: "discard", reason, subject, secretName, outcome: "discarded", error: settled ?? told }];
}
