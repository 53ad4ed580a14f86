import {
  CreateSecretCommand,
  GetResourcePolicyCommand,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
  type UpdateSecretVersionStageCommandInput,
} from "@aws-sdk/client-secrets-manager";
import { RotationError } from "../../model/errors.ts";
import type { NewSecrets } from "../../model/new-secrets.ts";
import type { Redacted } from "../../model/redacted.ts";
import {
  AWSCURRENT,
  type SecretArn,
  type SecretName,
  type SecretState,
  type SecretVersion,
  type VersionId,
} from "../../model/secret.ts";
import type { AccessTokenReader, Login, SecretStore } from "../../ports.ts";
import { AWS_CLIENT, type AwsPlace } from "./client.ts";
import { BEFORE_SIGNING, guard, INNERMOST, withPossibleClock } from "./guard.ts";
import { AttachedPolicy, accessTokenIn, ChangedSecret, StoredVersion } from "./secrets-manager-answers.ts";
import {
  reading,
  SecretsManagerCalls,
  STORE_LIMITS,
  type StoreLimits,
  valueOrThrow,
  writing,
} from "./secrets-manager-calls.ts";
import {
  accessTokenVersions,
  listedSecrets,
  listVersions,
  readAccessToken,
  readAccessTokenVersion,
  readSecretState,
} from "./secrets-manager-reads.ts";

/** `settings` have priority over what the SDK finds by itself. */
export function secretsManagerClient(settings: AwsPlace = {}): SecretsManagerClient {
  const client = new SecretsManagerClient({ ...AWS_CLIENT, ...settings });
  client.middlewareStack.add(guard, INNERMOST);
  client.middlewareStack.add(withPossibleClock(client.config), BEFORE_SIGNING);
  return client;
}

/** The client must not retry by itself, like the one from `secretsManagerClient`: see AWS_CLIENT. */
export function secretsManagerStore(
  client: SecretsManagerClient,
  limits: Partial<StoreLimits> = {},
): SecretStore & AccessTokenReader {
  return new SecretsManagerStore(new SecretsManagerCalls(client, { ...STORE_LIMITS, ...limits }));
}

class SecretsManagerStore implements SecretStore, AccessTokenReader {
  readonly #calls: SecretsManagerCalls;

  constructor(calls: SecretsManagerCalls) {
    this.#calls = calls;
  }

  describe(name: SecretName): Promise<SecretState | undefined> {
    return readSecretState(this.#calls, name);
  }

  history(arn: SecretArn): Promise<readonly SecretVersion[]> {
    return listVersions(this.#calls, arn);
  }

  read(id: SecretName | SecretArn, stage: Login["stage"]): ReturnType<AccessTokenReader["read"]> {
    return readAccessToken(this.#calls, id, stage);
  }

  list(...namePrefixes: readonly string[]): Promise<readonly SecretState[]> {
    return listedSecrets(this.#calls, namePrefixes);
  }

  versions(arn: SecretArn): Promise<readonly VersionId[]> {
    return accessTokenVersions(this.#calls, arn);
  }

  readVersion(arn: SecretArn, version: VersionId): Promise<Redacted | undefined> {
    return readAccessTokenVersion(this.#calls, arn, version);
  }

  async create(
    name: SecretName,
    description: string,
    { kmsKeyArn, tags, replicas }: NewSecrets,
  ): Promise<void> {
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    const command = new CreateSecretCommand({
      Name: name,
      Description: description,
      ...(kmsKeyArn !== undefined && { KmsKeyId: kmsKeyArn }),
      ...(Tags.length > 0 && { Tags }),
      ...(replicas.length > 0 && {
        AddReplicaRegions: replicas.map(({ region, kmsKeyArn }) => ({
          Region: region,
          ...(kmsKeyArn !== undefined && { KmsKeyId: kmsKeyArn }),
        })),
        // A secret of that name in the other region may be somebody else's.
        ForceOverwriteReplicaSecret: false,
      }),
    });
    const made = await this.#calls.write(command, ChangedSecret);
    if (!made.ok && made.failure.name === "ResourceExistsException") return;
    valueOrThrow(writing("CreateSecret", name), made);
  }

  async hasResourcePolicy(arn: SecretArn): Promise<boolean> {
    const read = await this.#calls.read(new GetResourcePolicyCommand({ SecretId: arn }), AttachedPolicy);
    return valueOrThrow(reading("GetResourcePolicy", arn), read).ResourcePolicy !== undefined;
  }

  async putResourcePolicy(arn: SecretArn, policy: string): Promise<void> {
    const command = new PutResourcePolicyCommand({
      SecretId: arn,
      ResourcePolicy: policy,
      BlockPublicPolicy: true,
    });
    valueOrThrow(writing("PutResourcePolicy", arn), await this.#calls.write(command, ChangedSecret));
  }

  async stage(
    arn: SecretArn,
    version: VersionId,
    value: Redacted,
    label: string,
  ): Promise<readonly string[]> {
    const command = new PutSecretValueCommand({
      SecretId: arn,
      ClientRequestToken: version,
      SecretString: value.reveal(),
      // Without VersionStages, the version would become AWSCURRENT at once.
      VersionStages: [label],
    });
    const token = accessTokenIn(value.reveal());
    const secrets = token === undefined ? [value] : [value, token];
    const put = await this.#calls.write(command, StoredVersion, secrets);
    const stored = valueOrThrow(writing("PutSecretValue", arn), put);
    if (stored.VersionId === version) return stored.VersionStages;
    throw new RotationError(
      "store-answer-invalid",
      `PutSecretValue of ${arn}: the answer is about another version`,
      {
        effect: "unknown",
      },
    );
  }

  async promote(arn: SecretArn, version: VersionId, from: VersionId | undefined): Promise<void> {
    const changed = await this.#label({
      SecretId: arn,
      VersionStage: AWSCURRENT,
      MoveToVersionId: version,
      RemoveFromVersionId: from,
    });
    valueOrThrow(labelling(arn), changed);
  }

  attach(arn: SecretArn, version: VersionId, label: string): Promise<void> {
    const input = { SecretId: arn, VersionStage: label, MoveToVersionId: version };
    return this.#labelUnless(input, version, (labels) => labels.includes(label));
  }

  detach(arn: SecretArn, version: VersionId, label: string): Promise<void> {
    const input = { SecretId: arn, VersionStage: label, RemoveFromVersionId: version };
    return this.#labelUnless(input, version, (labels) => !labels.includes(label));
  }

  /** A rejection may mean that the label is already as requested. Only the labels of the version show that. */
  async #labelUnless(
    input: UpdateSecretVersionStageCommandInput & { readonly SecretId: SecretArn },
    version: VersionId,
    isSo: (labels: readonly string[]) => boolean,
  ): Promise<void> {
    const changed = await this.#label(input);
    if (!changed.ok && changed.failure.kind === "refused") {
      const secret = await readSecretState(this.#calls, input.SecretId);
      const labels = secret?.versions.find(({ id }) => id === version)?.labels ?? [];
      if (secret !== undefined && isSo(labels)) return;
    }
    valueOrThrow(labelling(input.SecretId), changed);
  }

  #label(input: UpdateSecretVersionStageCommandInput) {
    return this.#calls.write(new UpdateSecretVersionStageCommand(input), ChangedSecret);
  }
}

const labelling = (arn: SecretArn) => writing("UpdateSecretVersionStage", arn);
