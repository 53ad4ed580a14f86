import { failureOf } from "../model/errors.ts";
import { rotatingLabel } from "../model/secret.ts";
import { after } from "../model/time.ts";
import type { TokenId } from "../model/token.ts";
import type { Discard } from "../plan/actions.ts";
import type { ApplicationContext, SecretPlace } from "./context.ts";
import { discardedEvent } from "./event-details.ts";
import { whatKeeps } from "./last-look.ts";
import { type Outcome, outcomeOf } from "./outcomes.ts";
import { retryWrite } from "./retry.ts";
import { settle } from "./store.ts";

/** Discards a token that nobody holds: in one step if there are two proofs, otherwise in two steps. */
export async function discard(
  action: Discard,
  place: SecretPlace,
  context: ApplicationContext,
): Promise<readonly Outcome[]> {
  const { subject, version, reason } = action;
  const { secretName, secretArn } = place;
  const { run } = context;
  // If it was promoted after the plan was made, it is in use.
  const own = version === undefined ? [] : [rotatingLabel(subject.id)];
  if ((await whatKeeps(subject.id, place, own, context)) !== undefined)
    return [outcomeOf(action, secretName, "deferred")];
  await retryWrite(run.clock, () => end(action, context));
  const told = await failureOf(run.bus.publish(discardedEvent(action, place, context)));
  const settled = version && (await failureOf(settle(secretArn, version.stamp, context)));
  return [{ action: "discard", reason, subject, secretName, outcome: "discarded", error: settled ?? told }];
}

async function end({ step, subject }: Discard, context: ApplicationContext): Promise<void> {
  if (step === "delete" || !("description" in subject)) return context.api.delete(subject.id);
  await deactivateForDiscard(subject.id, context);
}

/** Deactivates a token with a line that says when. Somebody may have edited its description after it was listed. That text is kept. */
export async function deactivateForDiscard(
  id: TokenId,
  { api, run, aheadMs }: ApplicationContext,
): Promise<void> {
  const living = await api.get(id);
  if (living !== undefined) await api.deactivateForDiscard(living, after(run.clock.now(), aheadMs));
}
