import { WRITE_PATIENCE_MS } from "../limits.ts";
import { failureOf, type RotationError } from "../model/errors.ts";
import { quoted } from "../model/printable.ts";
import { AWSCURRENT, holderOf, rotatingLabel, type SecretName, versionIdOf } from "../model/secret.ts";
import { after } from "../model/time.ts";
import { type ApiToken, isLive } from "../model/token.ts";
import type { Announce, Resume, Rotate } from "../plan/actions.ts";
import type { LineagePlan } from "../plan/plan.ts";
import type { ApplicationContext, SecretPlace } from "./context.ts";
import { rotatedEvent } from "./event-details.ts";
import { discardOwn, issue, verify } from "./issue.ts";
import { type Outcome, outcomeOf, type Verified } from "./outcomes.ts";
import { retireBehind, retireNow } from "./retire.ts";
import { retryWrite } from "./retry.ts";
import { type Candidate, open, promote, secretValue, settle, stage } from "./store.ts";

/** One rotation: issue, verify, stage, promote, announce, settle. Every prefix of it is a safe place to die. */
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
  const what = `Losant API token ${quoted(subject.name)} of application ${application.id}`;
  const secret = await open(name, what, context);
  // Another run may have been here since the plan was made: look before issuing, not only when promoting.
  if (holderOf(secret, AWSCURRENT) !== from) {
    const place = { secretName: name, secretArn: secret.arn };
    return [
      { action: "skip", reason: "just-rotated", subject, secretName: name, outcome: "skipped" },
      ...(await retireBehind(action, place, context)),
    ];
  }
  const begun = await budget.spend(async () => ({
    until: after(clock.now(), application.policy.orphanAfterMs / 2),
    issued: await issue(action, secret.arn, context),
  }));
  if (begun === undefined) return [outcomeOf(action, name, "deferred")];
  const { until, issued } = begun;
  const verified = await verify(issued, plan.isOwnAccessToken, context);
  const stamp = { tokenId: issued.token.id, replacedId: subject.id };
  const candidate: Candidate = { arn: secret.arn, name, stamp, from, until };
  const value = secretValue(issued, application.id, application.policy.secretFormat);
  const labels = await stage(candidate, value, context);
  return finish({ action, candidate, labels, successor: issued.token, verified }, context);
}

/** The rest of a rotation that an earlier run began. */
export async function resume(
  action: Resume,
  { secretName, secretArn }: SecretPlace,
  context: ApplicationContext,
): Promise<readonly Outcome[]> {
  const { api, run } = context;
  const { successor, version, from } = action;
  const until = after(run.clock.now(), WRITE_PATIENCE_MS);
  // Somebody may have deleted it since; what is about to become current must be alive.
  const living = await api.get(successor.id);
  if (living === undefined || !isLive(living, after(run.clock.now(), context.aheadMs)))
    return [outcomeOf(action, secretName, "deferred")];
  const candidate: Candidate = { arn: secretArn, name: secretName, stamp: version.stamp, from, until };
  return finish({ action, candidate, labels: version.labels, successor }, context);
}

/** A successor whose string is stored, and the action that is to make it current. */
interface Stored {
  readonly action: Rotate | Resume;
  readonly candidate: Candidate;
  /** Those of its version, as the store answered them. */
  readonly labels: readonly string[];
  readonly successor: ApiToken;
  readonly verified?: Verified;
}

/** Promote, announce, settle; then the end of the predecessor, where it was asked for. */
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
  // Only a run's own token, and only one that nobody else can be promoting: the label leaves it to a later run.
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
  // Whether a first version keeps the label it was staged with is not documented: without it, nobody knows what is owed.
  if (!labels.includes(label)) await retryWrite(clock, () => store.attach(arn, versionIdOf(stamp), label));
  const former = action.kind === "rotate" ? action.former : undefined;
  await bus.publish(rotatedEvent(stamp, successor, action.reason, name, arn, context, former));
}

/** Another run was first: the token that this one made is deleted, and its version settled. */
async function concede(stored: Stored, context: ApplicationContext): Promise<Outcome> {
  const { arn, stamp } = stored.candidate;
  const isGone = await discardOwn(stamp.tokenId, context);
  const unsettled = isGone ? await failureOf(settle(arn, stamp, context)) : undefined;
  return outcomeOfLoss(stored, "discarded", unsettled);
}

/** The successor is, or was, current. `error` is what went wrong after that. */
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
    ...(action.kind === "rotate" && action.former !== undefined && { former: action.former }),
  };
}

/** The event that an earlier run owes. */
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
