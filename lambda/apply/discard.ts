import { failureOf } from "../model/errors.ts";
import { AWSCURRENT, AWSPREVIOUS, holderOf } from "../model/secret.ts";
import type { Discard } from "../plan/actions.ts";
import type { ApplicationContext, Place } from "./context.ts";
import { discardedEvent } from "./event-details.ts";
import { type Outcome, outcomeOf } from "./outcomes.ts";
import { retryWrite } from "./retry.ts";
import { settle } from "./store.ts";

/** The end of a token that nobody holds. */
export async function discard(
  action: Discard,
  place: Place,
  context: ApplicationContext,
): Promise<readonly Outcome[]> {
  const { subject, version, reason } = action;
  const { secretName, secretArn } = place;
  const { api, run } = context;
  if (version !== undefined) {
    // Promoted since the plan was made? Then it is anything but abandoned.
    const secret = await run.store.describe(secretName);
    const stands = [AWSCURRENT, AWSPREVIOUS].some(
      (label) => secret === undefined || holderOf(secret, label) === version.id,
    );
    if (stands) return [outcomeOf(action, secretName, "deferred")];
  }
  await retryWrite(run.clock, () => api.delete(subject.id));
  const told = await failureOf(run.bus.publish(discardedEvent(action, place, context)));
  const settled = version && (await failureOf(settle(secretArn, version.stamp, context)));
  return [{ action: "discard", reason, subject, secretName, outcome: "discarded", error: settled ?? told }];
}
