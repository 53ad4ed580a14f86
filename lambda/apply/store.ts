import { STAGE_PATIENCE_MS } from "../limits.ts";
import { asRotationError, type ErrorCode, failureOf, RotationError } from "../model/errors.ts";
import { masked } from "../model/masked.ts";
import { Redacted } from "../model/redacted.ts";
import {
  AWSCURRENT,
  AWSPREVIOUS,
  holderOf,
  isReplica,
  rotatingLabel,
  type SecretArn,
  type SecretName,
  type SecretState,
  type Stamp,
  stampOf,
  type VersionId,
  versionIdOf,
} from "../model/secret.ts";
import { after, earliest } from "../model/time.ts";
import type { TokenOwner } from "../model/token.ts";
import type { IssuedToken } from "../ports.ts";
import type { ApplicationContext } from "./context.ts";
import { discarding } from "./issue.ts";
import { descriptionOfNew, restrict } from "./restrict.ts";
import { patienceFrom, retry, retryWrite } from "./retry.ts";

const LOOK_PAUSE_MS = 500;
/** How often a promotion is tried that was refused although the labels show no cause. */
const CONTRADICTIONS = 3;

/** The secret. If there is none, it is created without a value, because its ARN must be known before a token is issued. */
export async function open(
  name: SecretName,
  what: string,
  context: ApplicationContext,
): Promise<SecretState> {
  const { run, application } = context;
  const { store, clock } = run;
  const until = patienceFrom(clock);
  // To store a string is to add a label, and a string that waits for that is in memory only.
  const opened = async (secret: SecretState, sent?: string) => {
    const { arn } = takingWrites(secret);
    await restrict(secret, sent, context);
    await store.awaitReplicas(arn);
    return secret;
  };
  const found = await store.describe(name);
  if (found !== undefined) return opened(found);
  const description = await descriptionOfNew(name, what, context);
  await retry(clock, until, () => store.create(name, description, application.newSecrets));
  for (;;) {
    const made = await store.describe(name);
    if (made !== undefined) return opened(made, description);
    if (clock.now() >= until)
      throw new RotationError(
        "store-unavailable",
        `the secret ${name} was created, but Secrets Manager doesn't find it`,
      );
    await clock.sleep(LOOK_PAUSE_MS);
  }
}

function takingWrites(secret: SecretState): SecretState {
  if (secret.deletedAt !== undefined)
    throw new RotationError("store-refused", `the secret ${secret.name} is scheduled for deletion`);
  if (secret.owningService !== undefined)
    throw new RotationError("store-refused", `the secret ${secret.name} belongs to another AWS service`);
  if (isReplica(secret))
    throw new RotationError("store-refused", `the secret ${secret.name} is a replica and accepts no writes`);
  return secret;
}

/** A version that is about to become current. */
export interface Candidate {
  readonly arn: SecretArn;
  readonly name: SecretName;
  readonly stamp: Stamp;
  readonly from: VersionId | undefined;
  /** After this, it is neither staged nor promoted, because another run may already be discarding the token. */
  readonly until: Date;
}

/**
 * Step three: store the string, with a label that marks the rotation as unfinished. Returns the labels of the version. If the
 * string is certainly not stored, the token is deleted. If it may be stored, a later run decides.
 */
export async function stage(
  { arn, name, stamp, until }: Candidate,
  value: Redacted,
  context: ApplicationContext,
): Promise<readonly string[]> {
  const { store, clock, gate } = context.run;
  const versionId = versionIdOf(stamp);
  const patience = earliest(until, gate.storeBy, after(clock.now(), STAGE_PATIENCE_MS));
  try {
    if (clock.now() >= patience) throw tooLate("store", versionId, name);
    const labels = await retry(clock, patience, () =>
      store.stage(arn, versionId, value, rotatingLabel(stamp.tokenId)),
    );
    gate.storeProved();
    return labels;
  } catch (thrown) {
    const error = asRotationError(thrown);
    // Also after a refusal: a token whose string may be in use isn't deleted because of one answer.
    const found = isUnsent(error) ? [] : await store.history(arn).catch(() => undefined);
    const stored = found?.find(({ id }) => id === versionId);
    // The label is written together with the string. A version without any may be somebody else's, with another value.
    if (stored !== undefined && stored.labels.length > 0) return stored.labels;
    gate.storeFailed(error);
    if (found === undefined || stored !== undefined)
      throw new RotationError(
        error.code,
        `${error.message}; whether ${name} holds the string of the token ${stamp.tokenId} is unknown`,
        {
          effect: "unknown",
        },
      );
    throw await discarding(stamp.tokenId, error, context);
  }
}

/** This side knows that it sent nothing, or AWS rejected the signature of everything. */
const UNSENT: ReadonlySet<ErrorCode> = new Set([
  "store-unreachable",
  "store-unavailable",
  "aws-untrusted",
  "aws-settings-invalid",
  "aws-clock-skewed",
]);

function isUnsent({ code, effect }: RotationError): boolean {
  return effect === "none" && UNSENT.has(code);
}

/**
 * `superseded`: it was promoted, and then another version was. `lost`: another run replaced the same token first.
 * `displaced`: something else became current, and another run may be promoting this version from there.
 */
export type Promotion = "promoted" | "superseded" | "lost" | "displaced";

/**
 * Step four: move AWSCURRENT, if it is still where the plan saw it. This fails if another run was faster, but also if its own
 * first answer was lost. After any error, only the labels show which.
 */
export async function promote(
  { arn, name, stamp, from, until }: Candidate,
  { run: { store, clock } }: ApplicationContext,
): Promise<Promotion> {
  const versionId = versionIdOf(stamp);
  const patience = earliest(until, patienceFrom(clock));
  for (let contradictions = 0; ; ) {
    if (clock.now() >= until) throw tooLate("promote", versionId, name);
    const error = await failureOf(store.promote(arn, versionId, from));
    if (error === undefined) return "promoted";
    const seen = await retry(clock, patience, () => store.describe(name));
    const current = seen && holderOf(seen, AWSCURRENT);
    if (current === versionId) return "promoted";
    if (seen !== undefined && holderOf(seen, AWSPREVIOUS) === versionId) return "superseded";
    if (seen !== undefined && current !== from && error.effect === "none")
      return current && stampOf(current)?.replacedId === stamp.replacedId ? "lost" : "displaced";
    if (!error.retryable) contradictions += 1;
    if (contradictions >= CONTRADICTIONS || clock.now() >= patience) throw error;
    await clock.sleep(LOOK_PAUSE_MS);
  }
}

/** The process was paused. By now, other runs may treat the token as abandoned. */
function tooLate(step: "store" | "promote", versionId: VersionId, name: SecretName): RotationError {
  return new RotationError(
    "store-unavailable",
    `it is too late to ${step} ${versionId} of ${name}; a later run continues`,
  );
}

/** The last step: remove the label that marked the rotation as unfinished. */
export async function settle(
  arn: SecretArn,
  stamp: Stamp,
  { run: { store, clock } }: ApplicationContext,
): Promise<void> {
  await retryWrite(clock, () => store.detach(arn, versionIdOf(stamp), rotatingLabel(stamp.tokenId)));
}

/** What consumers read from the secret: only the string, or JSON that also describes the token. */
export function secretValue(
  { token, string }: IssuedToken,
  { id: applicationId, ownerType }: TokenOwner,
  format: "json" | "plain",
): Redacted {
  if (format === "plain") return string;
  const { id, name, scope, expiresAt } = token;
  return new Redacted(
    JSON.stringify({
      token: string.reveal(),
      tokenId: id,
      applicationId,
      ownerType,
      name: masked(name),
      scope,
      expirationDate: expiresAt?.toISOString(),
    }),
  );
}
