import { WRITE_PATIENCE_MS } from "../limits.ts";
import { asRotationError } from "../model/errors.ts";
import { AWSCURRENT, holderOf, rotatingLabel, type SecretName, versionIdOf } from "../model/secret.ts";
import { after } from "../model/time.ts";
import { type ApiToken, isLive } from "../model/token.ts";
import type { Announce, Resume, Rotate } from "../plan/actions.ts";
import type { LineagePlan } from "../plan/plan.ts";
import type { ApplicationContext, Place } from "./context.ts";
import { rotatedEvent } from "./event-details.ts";
import { discardOwn, issue, verify } from "./issue.ts";
import { type Outcome, outcomeOf } from "./outcomes.ts";
import { retireBehind, retireNow } from "./retire.ts";
import { retry } from "./retry.ts";
import { type Candidate, open, promote, secretValue, settle, stage } from "./store.ts";

/** One rotation: issue, verify, stage, promote, announce, settle. Every prefix of it is a safe place to die. */
export async function rotate(
  action: Rotate,
  name: SecretName,
  plan: LineagePlan,
  context: ApplicationContext,
): Promise<readonly Outcome[]> {
  const { application, clock, gate } = context;
  const { subject, reason } = action;
  if (!gate.mayIssue) return [outcomeOf(action, name, "deferred")];
  const secret = await open(
    name,
    `Losant API token ${JSON.stringify(subject.name)} of application ${application.id}`,
    context,
  );
  // Another run may have been here since the plan was made: look before issuing, not only when promoting.
  if (holderOf(secret, AWSCURRENT) !== action.from) {
    const place = { secretName: name, secretArn: secret.arn };
    return [
      { action: "skip", reason: "just-rotated", subject, secretName: name, outcome: "skipped" },
      ...(await retireBehind(action, place, context)),
    ];
  }
  const until = after(clock.now(), application.policy.orphanAfterMs / 2);
  const issued = await issue(action, secret.arn, context);
  const verified = await verify(issued, plan.isOwnAccessToken, context);
  const stamp = { tokenId: issued.token.id, replacedId: subject.id };
  const candidate: Candidate = { arn: secret.arn, name, stamp, from: action.from, until };
  const labels = await stage(
    candidate,
    secretValue(issued, application.id, application.policy.secretFormat),
    context,
  );
  const done: Outcome = {
    action: "rotate",
    reason,
    subject,
    secretName: name,
    outcome: "rotated",
    successorId: stamp.tokenId,
    versionId: versionIdOf(stamp),
    verified,
  };
  return finish(candidate, labels, { done, successor: issued.token, action }, context);
}

/** The rest of a rotation that an earlier run began. */
export async function resume(
  action: Resume,
  { secretName, secretArn }: Place,
  context: ApplicationContext,
): Promise<readonly Outcome[]> {
  const { subject, successor, version, from } = action;
  const until = after(context.clock.now(), WRITE_PATIENCE_MS);
  // Somebody may have deleted it since; what is about to become current must be alive.
  const living = await context.api.get(successor.id);
  if (living === undefined || !isLive(living, context.clock.now()))
    return [outcomeOf(action, secretName, "deferred")];
  const done: Outcome = {
    action: "resume",
    reason: "unfinished",
    subject,
    secretName,
    outcome: "resumed",
    successorId: successor.id,
    versionId: version.id,
  };
  const candidate: Candidate = { arn: secretArn, name: secretName, stamp: version.stamp, from, until };
  return finish(candidate, version.labels, { done, successor, action }, context);
}

interface Ending {
  readonly done: Outcome;
  readonly successor: ApiToken;
  readonly action: Rotate | Resume;
}

async function finish(
  candidate: Candidate,
  labels: readonly string[],
  { done, successor, action }: Ending,
  context: ApplicationContext,
): Promise<readonly Outcome[]> {
  const { arn, name, stamp } = candidate;
  const place = { secretName: name, secretArn: arn };
  // The first version of a secret became current by itself.
  const promotion = labels.includes(AWSCURRENT) ? "promoted" : await promote(candidate, context);
  if (promotion === "lost" || promotion === "displaced") {
    // Only a run's own token, and only one that nobody else can be promoting: the label leaves it to a later run.
    const isOwn = promotion === "lost" && done.action === "rotate";
    const conceded = isOwn ? await concede(candidate, done, context) : ({ ...done, ...DEFERRED } as const);
    return [conceded, ...(await retireBehind(action, place, context))];
  }
  if (promotion === "superseded") {
    const error = await settle(arn, stamp, context).then(() => undefined, asRotationError);
    return [{ ...done, error }, ...(await retireBehind(action, place, context))];
  }
  try {
    if (!labels.includes(rotatingLabel(stamp.tokenId))) {
      const attach = () => context.store.attach(arn, versionIdOf(stamp), rotatingLabel(stamp.tokenId));
      await retry(context.clock, after(context.clock.now(), WRITE_PATIENCE_MS), attach);
    }
    await context.bus.publish(rotatedEvent(stamp, successor, done.reason, name, arn, context));
  } catch (thrown) {
    return [{ ...done, error: asRotationError(thrown) }];
  }
  const error = await settle(arn, stamp, context).then(() => undefined, asRotationError);
  return [{ ...done, error }, ...(await retireNow(action, place, context))];
}

const DEFERRED = { reason: "lost-race", outcome: "deferred" } as const;

/** Another run was first: the token that this one made is deleted, and its version settled. */
async function concede(
  { arn, stamp }: Candidate,
  done: Outcome,
  context: ApplicationContext,
): Promise<Outcome> {
  const isGone = await discardOwn(stamp.tokenId, context);
  const error = isGone ? await settle(arn, stamp, context).then(() => undefined, asRotationError) : undefined;
  return { ...done, reason: "lost-race", outcome: "discarded", error };
}

/** The event that an earlier run owes. */
export async function announce(
  action: Announce,
  { secretName, secretArn }: Place,
  context: ApplicationContext,
): Promise<readonly Outcome[]> {
  const { version, subject, reason } = action;
  await context.bus.publish(rotatedEvent(version.stamp, subject, reason, secretName, secretArn, context));
  const error = await settle(secretArn, version.stamp, context).then(() => undefined, asRotationError);
  return [
    { action: "announce", reason, subject, secretName, outcome: "announced", versionId: version.id, error },
  ];
}
