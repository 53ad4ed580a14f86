import { AwsRefusal } from "./errors.ts";
import { readInput, seconds } from "./input.ts";
import { useKey } from "./keys.ts";
import { CURRENT, labelsOf } from "./labels.ts";
import { page } from "./paging.ts";
import { startsWithAny } from "./prefixes.ts";
import type { Secrets } from "./secrets.ts";
import * as shapes from "./shapes.ts";
import type { Secret, Version } from "./versions.ts";

export function describeSecret(secrets: Secrets, body: unknown): object {
  const { SecretId } = readInput(shapes.OneSecret, body);
  secrets.authorize("DescribeSecret", SecretId);
  const secret = secrets.get(SecretId);
  return {
    ...description(secret),
    VersionIdsToStages: stagesByVersion(secret),
    ReplicationStatus: replicationStatus(secrets, secret),
  };
}

function replicationStatus(secrets: Secrets, secret: Secret): readonly object[] | undefined {
  const replicas = secrets.replication.statesOf(secret);
  return replicas.length === 0
    ? undefined
    : replicas.map((replica) => ({ ...replica, KmsKeyId: "alias/aws/secretsmanager" }));
}

/** "Secrets Manager only returns fields that have a value in the response." */
function description(secret: Secret): object {
  return {
    ARN: secret.arn,
    Name: secret.name,
    Description: secret.description,
    KmsKeyId: secret.kmsKeyId,
    CreatedDate: seconds(secret.createdAt),
    LastChangedDate: seconds(secret.lastChangedAt),
    LastAccessedDate: secret.lastReadAt && seconds(secret.lastReadAt),
    DeletedDate: secret.deletedAt && seconds(secret.deletedAt),
    OwningService: secret.owningService,
    PrimaryRegion: secret.primaryRegion,
    Tags: [...secret.tags].map(([Key, Value]) => ({ Key, Value })),
  };
}

function stagesByVersion(secret: Secret): object | undefined {
  const labelled = secret.versions
    .map(({ id }) => [id, labelsOf(secret.labels, id)] as const)
    .filter(([, labels]) => labels.length > 0);
  return labelled.length === 0 ? undefined : Object.fromEntries(labelled);
}

export function getSecretValue(secrets: Secrets, body: unknown): object {
  const { SecretId, VersionId, VersionStage } = readInput(shapes.GetSecretValue, body);
  secrets.authorize("GetSecretValue", SecretId);
  const secret = secrets.usable(SecretId);
  const version = foundVersion(secret, VersionId, VersionStage);
  useKey(secret.keyState, "decrypt");
  showRead(secrets, secret, version, secrets.settings.now());
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: version.id,
    VersionStages: labelsOf(secret.labels, version.id),
    CreatedDate: seconds(version.createdAt),
    [version.value.kind === "string" ? "SecretString" : "SecretBinary"]: version.value.data,
  };
}

/** The dates of the secret and of the version show the day of a read, unless they show a later one. */
export function showRead(secrets: Secrets, secret: Secret, version: Version, at: Date): void {
  const day = dayOf(at);
  if (version.lastReadAt !== undefined && version.lastReadAt >= day) return;
  const versions = secret.versions.map((one) => (one === version ? { ...one, lastReadAt: day } : one));
  const isLatest = secret.lastReadAt === undefined || secret.lastReadAt < day;
  secrets.save({ ...secret, versions, ...(isLatest && { lastReadAt: day }) });
}

/** AWS documents a date, and answers with its first moment in UTC. */
function dayOf(at: Date): Date {
  return new Date(at.toISOString().slice(0, 10));
}

function foundVersion(secret: Secret, versionId: string | undefined, stage: string | undefined): Version {
  const wanted = versionId ?? secret.labels.get(stage ?? CURRENT);
  const version = secret.versions.find(({ id }) => id === wanted);
  if (version === undefined) {
    const by = versionId === undefined ? `staging label: ${stage ?? CURRENT}` : `VersionId: ${versionId}`;
    throw new AwsRefusal(
      "ResourceNotFoundException",
      `Secrets Manager can't find the specified secret value for ${by}`,
    );
  }
  if (stage !== undefined && secret.labels.get(stage) !== version.id)
    throw new AwsRefusal(
      "InvalidRequestException",
      "You provided a VersionStage that is not associated to the provided VersionId.",
    );
  return version;
}

export function listSecretVersionIds(secrets: Secrets, body: unknown): object {
  const input = readInput(shapes.ListSecretVersionIds, body);
  secrets.authorize("ListSecretVersionIds", input.SecretId);
  const secret = secrets.get(input.SecretId);
  const listed = page(secret.versions, secret.arn, secrets.settings.pageSize, input);
  // The filter applies to one page, so a page can be empty and still have a NextToken: "This can occur even when
  // the response includes no values at all, such as when you ask for a filtered view of a long list."
  const Versions = listed.items
    .map(({ id, createdAt, lastReadAt }) => {
      const labels = labelsOf(secret.labels, id);
      const VersionStages = labels.length === 0 ? undefined : labels;
      const LastAccessedDate = lastReadAt && seconds(lastReadAt);
      return { VersionId: id, VersionStages, CreatedDate: seconds(createdAt), LastAccessedDate };
    })
    .filter(({ VersionStages }) => input.IncludeDeprecated || VersionStages !== undefined);
  return { ARN: secret.arn, Name: secret.name, Versions, NextToken: listed.nextToken };
}

export function listSecrets(secrets: Secrets, body: unknown): object {
  const input = readInput(shapes.ListSecrets, body);
  // The filter applies to the whole list, so pages are full.
  const filters = input.Filters.map(({ Values }) => startsWithAny(Values));
  const found = secrets
    .indexed()
    .filter(({ deletedAt }) => input.IncludePlannedDeletion || deletedAt === undefined)
    .filter(({ name }) => filters.every((fits) => fits(name)));
  const { items, nextToken } = page(found, "secrets", secrets.settings.pageSize, input);
  const SecretList = items.map((secret) => ({
    ...description(secret),
    SecretVersionsToStages: stagesByVersion(secret),
  }));
  return { SecretList, NextToken: nextToken };
}
