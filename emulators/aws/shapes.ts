import * as v from "valibot";
import { text } from "./input.ts";

// The lengths are from the published service model (secretsmanager-2017-10-17).
const SecretId = text(1, 2048);
const VersionId = text(32, 64);
const VersionStage = text(1, 256);
const Value = {
  // Checked separately, because AWS has a separate error for each of these rules.
  ClientRequestToken: v.optional(v.string()),
  SecretString: v.optional(v.string()),
  SecretBinary: v.optional(v.string()),
};
const Tags = v.array(v.object({ Key: text(1, 128), Value: v.optional(text(0, 256), "") }));
const Paging = {
  MaxResults: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100))),
  NextToken: v.optional(text(1, 4096)),
};

export const CreateSecret = v.object({
  Name: text(1, 512),
  ...Value,
  Description: v.optional(text(0, 2048)),
  KmsKeyId: v.optional(text(0, 2048)),
  Tags: v.optional(Tags, []),
  AddReplicaRegions: v.optional(
    v.array(v.object({ Region: text(1, 128), KmsKeyId: v.optional(text(0, 2048)) })),
    [],
  ),
  ForceOverwriteReplicaSecret: v.optional(v.boolean(), false),
});

export const PutSecretValue = v.object({
  SecretId,
  ...Value,
  VersionStages: v.optional(v.pipe(v.array(VersionStage), v.minLength(1), v.maxLength(20))),
});

export const UpdateSecretVersionStage = v.object({
  SecretId,
  VersionStage,
  MoveToVersionId: v.optional(VersionId),
  RemoveFromVersionId: v.optional(VersionId),
});

export const DeleteSecret = v.object({
  SecretId,
  RecoveryWindowInDays: v.optional(v.pipe(v.number(), v.integer())),
  ForceDeleteWithoutRecovery: v.optional(v.boolean(), false),
});

export const PutResourcePolicy = v.object({
  SecretId,
  ResourcePolicy: text(1, 20_480),
  BlockPublicPolicy: v.optional(v.boolean(), false),
});

export const TagResource = v.object({ SecretId, Tags });

export const OneSecret = v.object({ SecretId });

export const GetSecretValue = v.object({
  SecretId,
  VersionId: v.optional(VersionId),
  VersionStage: v.optional(VersionStage),
});

export const ListSecretVersionIds = v.object({
  SecretId,
  ...Paging,
  IncludeDeprecated: v.optional(v.boolean(), false),
});

export const ListSecrets = v.object({
  ...Paging,
  IncludePlannedDeletion: v.optional(v.boolean(), false),
  // Only the filter by name is emulated. Other filters are refused instead of ignored. A filter has ten values at most.
  Filters: v.optional(
    v.array(v.object({ Key: v.literal("name"), Values: v.pipe(v.array(v.string()), v.maxLength(10)) })),
    [],
  ),
});
