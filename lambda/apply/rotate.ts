import { WRITE_PATIENCE_MS } from "../limits.ts";
import { failureOf, type RotationError } from "../model/errors.ts";
import { capKey } from "../model/permission-cap.ts";
import { quoted } from "../model/printable.ts";
import { AWSCURRENT, holderOf, rotatingLabel, type SecretName, versionIdOf } from "../model/secret.ts";
import { after } from "../model/time.ts";
import { type ApiToken, isLive, ownerText } from "../model/token.ts";
import type { Announce, Resume, Rotate } from "../plan/actions.ts";
import type { LineagePlan } from "../plan/plan.ts";
import { outsideWindow } from "../plan/rule-input.ts";
import { isOpen } from "../policy/windows.ts";
import type { ApplicationContext, SecretPlace } from "./context.ts";
import { rotatedEvent } from "./event-details.ts";
import { discardOwn, issue, verify } from "./issue.ts";
import { type Outcome, outcomeOf, type Verified } from "./outcomes.ts";
import { retireBehind, retireNow } from "./retire.ts";
import { retryWrite } from "./retry.ts";
import { type Candidate, open, promote, secretValue, settle, stage } from "./store.ts";

/** One rotation: issue, verify, stage, promote, announce, settle. It may be interrupted safely after each step. */
export async function rotate(
  action: Rotate,
  name: SecretName,
  plan: LineagePlan,
  context: ApplicationContext,
): Promise<readonly Outcome[]> {
  const { application, budget, run } = context;
  const { clock } = run;
  const { subject, from } = action;
  if (!run.gate.mayIssue) return [outcomeOf(action, name, "deferred")];
  // It may have closed since the plan was made.
  const now = after(clock.now(), context.aheadMs);
  if (action.waitsForWindow === true && !isOpen(plan.policy.windows, now))
    return [outcomeOf(outsideWindow(subject, plan.policy, now), name, "deferred")];
  const what = `Losant API token ${quoted(subject.name)} of ${ownerText(application)}`;
  const secret = await open(name, what, context);
  // Another run may have rotated after the plan was made, so this is checked before issuing, not only when promoting.
  if (holderOf(secret, AWSCURRENT) !== from) {
    const place = { secretName: name, secretArn: secret.arn };
    return [
      { action: "skip", reason: "just-rotated", subject, secretName: name, outcome: "skipped" },
      ...(await retireBehind(action, place, context)),
    ];
  }
  const begun = await budget.spend(async () => ({
    until: after(clock.now(), plan.policy.orphanAfterMs / 2),
    issued: await issue(action, secret.arn, plan.policy, context),
  }));
  if (begun === undefined) return [outcomeOf(action, name, "deferred")];
  const { until, issued } = begun;
  const verified = await verify(issued, plan.isOwnAccessToken, context);
  const stamp = { tokenId: issued.token.id, replacedId: subject.id };
  const candidate: Candidate = { arn: secret.arn, name, stamp, from, until };
  const value = secretValue(issued, application, plan.policy.secretFormat);
  const labels = await stage(candidate, value, context);
  return finish({ action, candidate, labels, successor: issued.token, verified }, context);
}

/** Completes a rotation that an earlier run began. */
export async function resume(
  action: Resume,
  { secretName, secretArn }: SecretPlace,
  context: ApplicationContext,
): Promise<readonly Outcome[]> {
  const { api, run } = context;
  const { successor, version, from } = action;
  const until = after(run.clock.now(), WRITE_PATIENCE_MS);
  // Somebody may have deleted it meanwhile. A token that becomes current must be live.
  const living = await api.get(successor.id);
  const isUsable = living !== undefined && isLive(living, after(run.clock.now(), context.aheadMs));
  if (!isUsable || !(await hasItsCap(living, action, context)))
    return [outcomeOf(action, secretName, "deferred")];
  const candidate: Candidate = { arn: secretArn, name: secretName, stamp: version.stamp, from, until };
  return finish({ action, candidate, labels: version.labels, successor }, context);
}

/**
 * People can lower the permission cap of a user's token after its successor was stored. That successor doesn't become current. When it
 * is too old for that, it is discarded, and the next one gets the lower cap.
 */
async function hasItsCap(
  successor: ApiToken,
  { subject }: Resume,
  { api, application }: ApplicationContext,
): Promise<boolean> {
  if (application.ownerType !== "user") return true;
  return capKey((await api.get(subject.id))?.cap) === capKey(successor.cap);
}

/** A successor whose string is stored, and the action that makes it current. */
interface Stored {
  readonly action: Rotate | Resume;
  readonly candidate: Candidate;
  /** The labels of its version, from the answer of the store. */
  readonly labels: readonly string[];
  readonly successor: ApiToken;
  readonly verified?: Verified;
}

/** Promote, announce and settle. Then deactivate the predecessor, if the event has `retireNow`. */
async function finish(stored: Stored, context: ApplicationContext): Promise<readonly Outcome[]> {
  const { action, candidate, labels } = stored;
  const { arn, name, stamp } = candidate;
  const place = { secretName: name, secretArn: arn };
  // The first version of a secret became current by itself.
  const promotion = labels.includes(AWSCURRENT) ? "promoted" : await promote(candidate, context);
  if (promotion === "promoted") {
    const owed = await failureOf(announceSuccessor(stored, context));
    if (owed !== undefined) return [replaced(stored, owed)];
    const unsettled = await failureOf(settle(arn, stamp, context));
    return [replaced(stored, unsettled), ...(await retireNow(action, place, context))];
  }
  if (promotion === "superseded") {
    const unsettled = await failureOf(settle(arn, stamp, context));
    return [replaced(stored, unsettled), ...(await retireBehind(action, place, context))];
  }
  // Only a token of this run that no other run can be promoting is deleted. For others, the label tells a later run.
  const isOwn = promotion === "lost" && action.kind === "rotate";
  const conceded = isOwn ? await concede(stored, context) : outcomeOfLoss(stored, "deferred");
  return [conceded, ...(await retireBehind(action, place, context))];
}

async function announceSuccessor(
  { action, candidate, labels, successor }: Stored,
  context: ApplicationContext,
): Promise<void> {
  const { arn, name, stamp } = candidate;
  const { store, bus, clock } = context.run;
  const label = rotatingLabel(stamp.tokenId);
  // AWS doesn't document whether the first version keeps its staging label. Without it, a later run wouldn't know that the
  // event is missing.
  if (!labels.includes(label)) {
    const unlabelled = await failureOf(retryWrite(clock, () => store.attach(arn, versionIdOf(stamp), label)));
    // The event isn't held up by a replica, because no later run would send it.
    if (unlabelled !== undefined && unlabelled.code !== "replica-behind") throw unlabelled;
  }
  // Consumers in other regions read their replica when the event arrives. If that takes too long, the event doesn't wait.
  await failureOf(store.awaitReplicas(arn));
  const former = action.kind === "rotate" ? action.former : undefined;
  const facts = { former, read: action.read };
  await bus.publish(rotatedEvent(stamp, successor, action.reason, name, arn, context, facts));
}

/** Another run was first, so this run's token is deleted and its version settled. */
async function concede(stored: Stored, context: ApplicationContext): Promise<Outcome> {
  const { arn, stamp } = stored.candidate;
  const isGone = await discardOwn(stamp.tokenId, context);
  const unsettled = isGone ? await failureOf(settle(arn, stamp, context)) : undefined;
  return outcomeOfLoss(stored, "discarded", unsettled);
}

/** The successor is or was current. `error` is a failure after that. */
function replaced(stored: Stored, error: RotationError | undefined): Outcome {
  const { kind, reason } = stored.action;
  return { ...factsOf(stored), reason, outcome: kind === "rotate" ? "rotated" : "resumed", error };
}

/** It never became current. */
function outcomeOfLoss(
  stored: Stored,
  outcome: "discarded" | "deferred",
  error?: RotationError | undefined,
): Outcome {
  return { ...factsOf(stored), reason: "lost-race", outcome, error };
}

function factsOf({ action, candidate, verified }: Stored) {
  const { name, stamp } = candidate;
  return {
    action: action.kind,
    subject: action.subject,
    secretName: name,
    successorId: stamp.tokenId,
    versionId: versionIdOf(stamp),
    verified,
    read: action.read,
    ...(action.kind === "rotate" && action.former !== undefined && { former: action.former }),
  };
}

/** Sends the event that an earlier run couldn't send. */
export async function announce(
  { version, subject, reason }: Announce,
  { secretName, secretArn }: SecretPlace,
  context: ApplicationContext,
): Promise<readonly Outcome[]> {
  const event = rotatedEvent(version.stamp, subject, reason, secretName, secretArn, context);
  await context.run.bus.publish(event);
  const error = await failureOf(settle(secretArn, version.stamp, context));
  return [
    { action: "announce", reason, subject, secretName, outcome: "announced", versionId: version.id, error },
  ];
}
