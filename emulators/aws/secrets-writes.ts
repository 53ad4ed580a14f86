import type * as v from "valibot";
import { AwsRefusal } from "./errors.ts";
import { givenRequestToken, givenValue } from "./given.ts";
import { readInput, seconds } from "./input.ts";
import { useKey } from "./keys.ts";
import { CURRENT, labelsOf, moved } from "./labels.ts";
import type { Secrets } from "./secrets.ts";
import * as shapes from "./shapes.ts";
import { type Secret, type StoredValue, versionOfRepeat, withLabels, withVersion } from "./versions.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

export function createSecret(secrets: Secrets, body: unknown): object {
  const input = readInput(shapes.CreateSecret, body);
  secrets.authorize("CreateSecret", input.Name);
  const tags = new Map(input.Tags.map(({ Key, Value }) => [Key, Value]));
  const { Name: name, Description: description, KmsKeyId: kmsKeyId } = input;
  secrets.authorizeNew({ name, description, kmsKeyId, tags });
  const value = givenValue(input);
  const token = givenRequestToken(input.ClientRequestToken, value);
  const existing = secrets.find(input.Name);
  if (existing !== undefined && existing.name === input.Name) {
    refuseSecond(existing);
    const version = token && value ? versionOfRepeat(existing, token, value) : undefined;
    if (version) return { ARN: existing.arn, Name: existing.name, VersionId: version.id };
    throw new AwsRefusal(
      "ResourceExistsException",
      `The operation failed because the secret ${input.Name} already exists.`,
    );
  }
  const replicaRegions = input.AddReplicaRegions.map(({ Region }) => Region);
  refuseOwnRegion(secrets, replicaRegions);
  const primaryRegion = replicaRegions.length === 0 ? undefined : secrets.settings.region;
  const blank = {
    ...secrets.blank({ name, description, kmsKeyId, tags }),
    primaryRegion,
    replicaRegions,
  };
  const secret = secrets.save(token && value ? added(secrets, blank, token, value) : blank);
  secrets.replication.changed(secret);
  return { ARN: secret.arn, Name: secret.name, VersionId: token };
}

function refuseOwnRegion({ settings: { region } }: Secrets, replicaRegions: readonly string[]): void {
  if (replicaRegions.includes(region))
    throw new AwsRefusal(
      "InvalidParameterException",
      `Invalid replica region ${region}. A secret can't have a replica in its own region.`,
    );
}

function refuseSecond({ deletedAt }: Secret): void {
  if (deletedAt === undefined) return;
  throw new AwsRefusal(
    "InvalidRequestException",
    "You can't create this secret because a secret with this name is already scheduled for deletion.",
  );
}

export function putSecretValue(secrets: Secrets, body: unknown): object {
  const input = readInput(shapes.PutSecretValue, body);
  secrets.authorize("PutSecretValue", input.SecretId);
  const value = givenValue(input);
  const token = givenRequestToken(input.ClientRequestToken, value);
  if (value === undefined || token === undefined)
    throw new AwsRefusal("InvalidRequestException", "You must provide either SecretString or SecretBinary.");
  const before = secrets.writable(input.SecretId);
  useKey(before.keyState, "encrypt");
  const isRepeat = versionOfRepeat(before, token, value) !== undefined;
  const secret = isRepeat ? before : secrets.save(added(secrets, before, token, value, input.VersionStages));
  if (!isRepeat) secrets.replication.changed(secret);
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: token,
    VersionStages: labelsOf(secret.labels, token),
  };
}

/** The secret with one more version, not yet saved. */
export function added(
  secrets: Secrets,
  secret: Secret,
  id: string,
  value: StoredValue,
  stages?: readonly string[],
): Secret {
  const version = { id, sequence: secrets.nextSequence(), createdAt: secrets.settings.now(), value };
  return withVersion(secret, version, stages, secrets.settings.firstVersionKeepsLabel);
}

export function updateSecretVersionStage(secrets: Secrets, body: unknown): object {
  const input = readInput(shapes.UpdateSecretVersionStage, body);
  secrets.authorize("UpdateSecretVersionStage", input.SecretId);
  const secret = secrets.writable(input.SecretId);
  checkLabelMove(secret, input);
  const { VersionStage: label, MoveToVersionId: to } = input;
  secrets.replication.changed(secrets.saveRelabelled(withLabels(secret, moved(secret.labels, label, to))));
  return { ARN: secret.arn, Name: secret.name };
}

/** "If the label is attached and you either do not specify this parameter, or the version ID does not match, then the operation fails." */
function checkLabelMove(
  secret: Secret,
  {
    VersionStage: label,
    MoveToVersionId: to,
    RemoveFromVersionId: from,
  }: v.InferOutput<typeof shapes.UpdateSecretVersionStage>,
): void {
  const holder = secret.labels.get(label);
  const refuse = (message: string) => {
    throw new AwsRefusal("InvalidParameterException", message);
  };
  if (to === undefined && from === undefined)
    refuse("You must specify MoveToVersionId, RemoveFromVersionId, or both.");
  if (to !== undefined && !secret.versions.some(({ id }) => id === to))
    throw new AwsRefusal("ResourceNotFoundException", `Secrets Manager can't find the version ${to}.`);
  if (from !== undefined && from !== holder)
    refuse(`RemoveFromVersionId must be the version that staging label ${label} is currently attached to.`);
  if (from === undefined && holder !== undefined && holder !== to)
    refuse(
      `The parameter RemoveFromVersionId can't be empty. Staging label ${label} is currently attached to version ${holder}, so you must explicitly reference that version in RemoveFromVersionId.`,
    );
  if (to === undefined && label === CURRENT)
    refuse(`You can only move staging label ${CURRENT} to a different version. It can't be removed.`);
}

export function deleteSecret(secrets: Secrets, body: unknown): object {
  const input = readInput(shapes.DeleteSecret, body);
  secrets.authorize("DeleteSecret", input.SecretId);
  const { RecoveryWindowInDays: days, ForceDeleteWithoutRecovery: force } = input;
  if (force && days !== undefined)
    throw new AwsRefusal(
      "InvalidParameterException",
      "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
    );
  if (days !== undefined && (days < 7 || days > 30))
    throw new AwsRefusal("InvalidParameterException", "RecoveryWindowInDays must be between 7 and 30.");
  if (force) return deleteAtOnce(secrets, input.SecretId);
  const secret = scheduled(secrets, withoutReplicas(secrets.writable(input.SecretId)), days);
  return { ARN: secret.arn, Name: secret.name, DeletionDate: secret.deletedAt && seconds(secret.deletedAt) };
}

/** "If you forcibly delete an already deleted or nonexistent secret, the operation does not return ResourceNotFoundException." */
function deleteAtOnce(secrets: Secrets, id: string): object {
  const DeletionDate = seconds(secrets.settings.now());
  const secret = secrets.find(id);
  if (secret === undefined) return { Name: id, DeletionDate };
  secrets.remove(withoutReplicas(secrets.changeable(secret)));
  return { ARN: secret.arn, Name: secret.name, DeletionDate };
}

function withoutReplicas(secret: Secret): Secret {
  if (secret.replicaRegions.length === 0) return secret;
  throw new AwsRefusal(
    "InvalidParameterException",
    `You can't delete secret ${secret.arn} that still has replica regions [${secret.replicaRegions.join(", ")}].`,
  );
}

export function scheduled(secrets: Secrets, secret: Secret, days = 30): Secret {
  const deletedAt = new Date(secrets.settings.now().getTime() + days * DAY_MS);
  return secrets.saveChanged({ ...secret, deletedAt });
}

export function restoreSecret(secrets: Secrets, body: unknown): object {
  const { SecretId } = readInput(shapes.OneSecret, body);
  secrets.authorize("RestoreSecret", SecretId);
  const secret = secrets.changeable(secrets.get(SecretId));
  secrets.saveChanged({ ...secret, deletedAt: undefined });
  return { ARN: secret.arn, Name: secret.name };
}

export function tagResource(secrets: Secrets, body: unknown): object {
  const { SecretId, Tags } = readInput(shapes.TagResource, body);
  secrets.authorize("TagResource", SecretId);
  const secret = secrets.writable(SecretId);
  const tags = new Map([...secret.tags, ...Tags.map(({ Key, Value }) => [Key, Value] as const)]);
  secrets.saveChanged({ ...secret, tags });
  return {};
}
