import { AwsRefusal } from "./errors.ts";
import { CURRENT, type Labels, labelsOf, moved } from "./labels.ts";

export interface StoredValue {
  readonly kind: "string" | "binary";
  /** The string, or the bytes in base64 as they were sent. */
  readonly data: string;
}

export interface Version {
  readonly id: string;
  readonly sequence: number;
  readonly createdAt: Date;
  readonly value: StoredValue;
  /** The day, in UTC, of the last GetSecretValue that answered it. */
  readonly lastReadAt?: Date;
}

/** The state of the key that encrypts a secret: usable, disabled, or with a policy that doesn't allow the caller to use it. */
export type KeyState = "enabled" | "disabled" | "denied";

export interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly sequence: number;
  readonly createdAt: Date;
  readonly lastChangedAt: Date;
  /** The day, in UTC, of the last GetSecretValue. */
  readonly lastReadAt: Date | undefined;
  readonly deletedAt: Date | undefined;
  readonly owningService: string | undefined;
  /** The region of the primary secret, if the secret has replicas or is one. */
  readonly primaryRegion: string | undefined;
  readonly replicaRegions: readonly string[];
  /** As JSON. */
  readonly resourcePolicy: string | undefined;
  readonly description: string | undefined;
  readonly kmsKeyId: string | undefined;
  readonly keyState: KeyState;
  readonly tags: ReadonlyMap<string, string>;
  readonly labels: Labels;
  readonly versions: readonly Version[];
}

export const MAX_LABELS = 20;
const KEPT_VERSIONS = 100;
const DAY_MS = 24 * 60 * 60 * 1000;

export function withLabels(secret: Secret, labels: Labels): Secret {
  if (labels.size > MAX_LABELS)
    throw new AwsRefusal("LimitExceededException", `A secret has at most ${MAX_LABELS} staging labels.`);
  return { ...secret, labels };
}

/** The version that an earlier request with this token created. Undefined if the token is new. */
export function versionOfRepeat(secret: Secret, token: string, value: StoredValue): Version | undefined {
  const version = secret.versions.find(({ id }) => id === token);
  if (version === undefined) return undefined;
  if (version.value.kind === value.kind && version.value.data === value.data) return version;
  throw new AwsRefusal(
    "ResourceExistsException",
    `You can't use ClientRequestToken ${token} because that value is already in use for a version of secret ${secret.arn}.`,
  );
}

/**
 * The secret with one more version, and the labels moved to that version. Without `stages`, the version becomes current.
 * The first version always becomes current. Whether it also gets the labels in the request is not documented, so the
 * caller decides.
 */
export function withVersion(
  secret: Secret,
  version: Version,
  stages: readonly string[] | undefined,
  firstVersionKeepsLabel: boolean,
): Secret {
  const first = secret.versions.length === 0;
  const asked = first && !firstVersionKeepsLabel ? [] : (stages ?? []);
  const wanted = first || stages === undefined ? [...asked, CURRENT] : asked;
  const labels = wanted.reduce<Labels>((before, label) => moved(before, label, version.id), secret.labels);
  const kept = remaining([...secret.versions, version], labels, version.createdAt);
  return withLabels({ ...secret, versions: kept, lastChangedAt: version.createdAt }, labels);
}

/**
 * "Secrets Manager removes unlabeled versions when there are more than 100, but it does not remove versions
 * created less than 24 hours ago" (AWS Secrets Manager quotas). Oldest first.
 */
function remaining(versions: readonly Version[], labels: Labels, now: Date): readonly Version[] {
  const isYoung = ({ createdAt }: Version) => now.getTime() - createdAt.getTime() < DAY_MS;
  if (versions.filter(isYoung).length > KEPT_VERSIONS)
    throw new AwsRefusal(
      "LimitExceededException",
      `More than ${KEPT_VERSIONS} versions of the secret would be younger than 24 hours.`,
    );
  let surplus = versions.length - KEPT_VERSIONS;
  return versions.filter((version) => {
    if (surplus <= 0 || isYoung(version) || labelsOf(labels, version.id).length > 0) return true;
    surplus -= 1;
    return false;
  });
}
