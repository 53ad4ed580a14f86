import type { ListedToken } from "../lineage/snapshot.ts";
import { asRotationError, failureOf, RotationError } from "../model/errors.ts";
import {
  AWSCURRENT,
  AWSPREVIOUS,
  holderOf,
  rotatingLabel,
  type SecretState,
  stampOf,
} from "../model/secret.ts";
import { after } from "../model/time.ts";
import type { ApiToken } from "../model/token.ts";
import { notByName, type Resume, type Retire, type Rotate, stillLoggedInWith } from "../plan/actions.ts";
import { outsideWindow } from "../plan/rule-input.ts";
import type { Policy } from "../policy/policy.ts";
import { isOpen } from "../policy/windows.ts";
import type { ApplicationContext, SecretPlace } from "./context.ts";
import { deactivateForDiscard } from "./discard.ts";
import { retiredEvent } from "./event-details.ts";
import { kept, whatKeeps } from "./last-look.ts";
import { failedOutcome, type Outcome, outcomeOf } from "./outcomes.ts";
import { patienceFrom, retryWrite } from "./retry.ts";

const ANNOUNCED_PAUSE_MS = 1_000;

type Replacing = Rotate | Resume;

/** Deactivates the predecessor in the run that replaced it, if the event has `retireNow`. */
export async function retireNow(
  { subject, retireNow: isAsked, spared }: Replacing,
  place: SecretPlace,
  context: ApplicationContext,
): Promise<readonly Outcome[]> {
  const retirement = retirementOf(subject);
  if (spared === "until-replaced")
    return [failedOutcome(retirement, place.secretName, stillLoggedInWith(subject))];
  if (spared === "named-by-name") return [failedOutcome(retirement, place.secretName, notByName(subject))];
  if (!isAsked) return [];
  try {
    return [await endLife(retirement, place, context)];
  } catch (thrown) {
    return [failedOutcome(retirement, place.secretName, asRotationError(thrown))];
  }
}

/**
 * The same if another run replaced it first. It waits until the event about that run's successor has been accepted, which only
 * the label shows. The wait is limited. After that, it is an error, and the same event deactivates the token later.
 */
export async function retireBehind(
  action: Replacing,
  place: SecretPlace,
  context: ApplicationContext,
): Promise<readonly Outcome[]> {
  const { store, clock } = context.run;
  const { subject } = action;
  if (!action.retireNow) return retireNow(action, place, context);
  const until = patienceFrom(clock);
  try {
    for (;;) {
      const secret = await store.describe(place.secretName);
      if (secret !== undefined && isAnnouncedOver(subject, secret)) return retireNow(action, place, context);
      if (clock.now() >= until) throw stillActive(subject, place);
      await clock.sleep(ANNOUNCED_PAUSE_MS);
    }
  } catch (thrown) {
    return [failedOutcome(retirementOf(subject), place.secretName, asRotationError(thrown))];
  }
}

function retirementOf(subject: ListedToken): Retire {
  return { kind: "retire", reason: "retire-now", step: "deactivate", subject };
}

function isAnnouncedOver({ id }: ApiToken, { versions }: SecretState): boolean {
  const current = versions.find(({ labels }) => labels.includes(AWSCURRENT));
  const stamp = current && stampOf(current.id);
  if (current === undefined || stamp === undefined || stamp.tokenId === id) return false;
  return !current.labels.includes(rotatingLabel(stamp.tokenId));
}

function stillActive({ id }: ApiToken, { secretName }: SecretPlace): RotationError {
  return new RotationError(
    "predecessor-active",
    `${id} was not deactivated: the event about its successor in ${secretName} has not been sent yet`,
  );
}

/** Retires a superseded token. */
export async function retire(
  action: Retire,
  place: SecretPlace,
  policy: Policy,
  context: ApplicationContext,
): Promise<readonly Outcome[]> {
  // The maintenance window may have closed since the plan was made.
  const now = after(context.run.clock.now(), context.aheadMs);
  if (action.reason === "grace-over" && !isOpen(policy.windows, now))
    return [
      outcomeOf(
        outsideWindow(action.subject, policy, now, "retirement-outside-window"),
        place.secretName,
        "deferred",
      ),
    ];
  // If somebody rolled back after the plan was made, the token must stay.
  const secret = await context.run.store.describe(place.secretName);
  const current = secret && holderOf(secret, AWSCURRENT);
  const stamp = current && stampOf(current);
  if (stamp === undefined || stamp.tokenId === action.subject.id)
    return [outcomeOf(action, place.secretName, "deferred")];
  return [await endLife(action, place, context)];
}

async function endLife(action: Retire, place: SecretPlace, context: ApplicationContext): Promise<Outcome> {
  const { subject, reason, step, successorRead } = action;
  const { run } = context;
  const why = await whatStillKeeps(action, place, context);
  if (why !== undefined) {
    if (reason === "retire-now") throw kept(subject.id, why);
    return outcomeOf(action, place.secretName, "deferred");
  }
  await retryWrite(run.clock, () => end(action, context)).catch((thrown) => {
    const { code, message, effect } = asRotationError(thrown);
    const works = effect === "none" ? "still works" : "may still work";
    throw reason === "retire-now"
      ? new RotationError(code, `${message}; the old string ${works}`, { effect })
      : thrown;
  });
  const error = await failureOf(run.bus.publish(retiredEvent(action, place, context)));
  const outcome = step === "delete" ? "deleted" : "deactivated";
  const { secretName } = place;
  return { action: "retire", reason, subject, secretName, outcome, successorRead, error };
}

async function end({ subject: { id }, step, isRoot }: Retire, context: ApplicationContext): Promise<void> {
  if (step === "delete") return context.api.delete(id);
  return isRoot ? deactivateForDiscard(id, context) : context.api.deactivate(id);
}

/** DescribeSecret may still show a label that has just moved. With `retireNow`, it waits for that. */
async function whatStillKeeps(
  { subject, reason }: Retire,
  place: SecretPlace,
  context: ApplicationContext,
): Promise<string | undefined> {
  const { clock } = context.run;
  const until = reason === "retire-now" ? patienceFrom(clock) : clock.now();
  for (;;) {
    const why = await whatKeeps(subject.id, place, [AWSPREVIOUS, rotatingLabel(subject.id)], context);
    if (why === undefined || clock.now() >= until) return why;
    await clock.sleep(ANNOUNCED_PAUSE_MS);
  }
}
