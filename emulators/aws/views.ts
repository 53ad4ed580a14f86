import { labelsOf } from "./labels.ts";
import type { Secret, StoredValue } from "./versions.ts";

export interface VersionView {
  readonly versionId: string;
  /** Empty for a deprecated version. */
  readonly labels: readonly string[];
  readonly createdDate: Date;
}

/** A secret without its values. */
export interface SecretView {
  readonly name: string;
  readonly arn: string;
  readonly createdDate: Date;
  readonly lastChangedDate: Date;
  readonly deletedDate: Date | undefined;
  readonly owningService: string | undefined;
  readonly primaryRegion: string | undefined;
  readonly replicaRegions: readonly string[];
  readonly resourcePolicy: string | undefined;
  readonly description: string | undefined;
  readonly kmsKeyId: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** Oldest first, including deprecated versions. */
  readonly versions: readonly VersionView[];
}

export function secretView(secret: Secret): SecretView {
  return {
    name: secret.name,
    arn: secret.arn,
    createdDate: secret.createdAt,
    lastChangedDate: secret.lastChangedAt,
    deletedDate: secret.deletedAt,
    owningService: secret.owningService,
    primaryRegion: secret.primaryRegion,
    replicaRegions: secret.replicaRegions,
    resourcePolicy: secret.resourcePolicy,
    description: secret.description,
    kmsKeyId: secret.kmsKeyId,
    tags: Object.fromEntries(secret.tags),
    versions: secret.versions.map(({ id, createdAt }) => ({
      versionId: id,
      labels: labelsOf(secret.labels, id),
      createdDate: createdAt,
    })),
  };
}

/** For `GET /_emulator/state`: shows that each version has a value, and its length, but not the value. */
export function maskedView(secret: Secret): object {
  const values = new Map(secret.versions.map(({ id, value }) => [id, masked(value)]));
  const { versions, ...view } = secretView(secret);
  return {
    ...view,
    versions: versions.map((version) => ({ ...version, value: values.get(version.versionId) })),
  };
}

function masked({ kind, data }: StoredValue): string {
  return `*** (${Buffer.byteLength(data, kind === "string" ? "utf8" : "base64")} bytes)`;
}
