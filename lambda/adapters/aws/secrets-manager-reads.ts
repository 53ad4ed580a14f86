import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
} from "@aws-sdk/client-secrets-manager";
import * as v from "valibot";
import { RotationError } from "../../model/errors.ts";
import type { Redacted } from "../../model/redacted.ts";
import type { SecretArn, SecretName, SecretState, VersionId } from "../../model/secret.ts";
import type { AccessTokenReader, Login } from "../../ports.ts";
import {
  accessTokenIn,
  DescribedSecret,
  ListedSecret,
  ReadSecretValue,
  SecretsPage,
  VersionsPage,
} from "./secrets-manager-answers.ts";
import { reading, type SecretsManagerCalls, valueOrThrow } from "./secrets-manager-calls.ts";
import { accessTokenError, type StoreAttempt } from "./secrets-manager-failures.ts";

export async function readSecretState(
  calls: SecretsManagerCalls,
  id: SecretName | SecretArn,
): Promise<SecretState | undefined> {
  const read = await calls.read(new DescribeSecretCommand({ SecretId: id }), DescribedSecret);
  if (!read.ok && read.failure.name === "ResourceNotFoundException") return undefined;
  const secret = valueOrThrow(reading("DescribeSecret", id), read);
  if (secret.name === id || secret.arn === id) return secret;
  throw new RotationError(
    "store-answer-invalid",
    `DescribeSecret of ${id}: the answer is about ${secret.name}`,
  );
}

/** All pages, each secret once. The names are checked, because not every service supports the filter. */
export async function listedSecrets(
  calls: SecretsManagerCalls,
  namePrefixes: readonly string[],
): Promise<readonly SecretState[]> {
  const names = namePrefixes.map((prefix) => `${prefix}*`).join(", ");
  const attempted = reading("ListSecrets", names);
  const { maxSecretPages, maxSecrets, listTotalMs } = calls.limits;
  const until = performance.now() + listTotalMs;
  const secrets = new Map<SecretArn, SecretState>();
  let NextToken: string | undefined;
  for (let page = 0; page < maxSecretPages && secrets.size <= maxSecrets; page += 1) {
    const command = new ListSecretsCommand({
      Filters: [{ Key: "name", Values: [...namePrefixes] }],
      IncludePlannedDeletion: true,
      MaxResults: 100,
      NextToken,
    });
    const listed = valueOrThrow(attempted, await calls.read(command, SecretsPage));
    for (const entry of listed.SecretList) {
      const secret = v.safeParse(ListedSecret, entry);
      if (!secret.success || !namePrefixes.some((prefix) => secret.output.name.startsWith(prefix))) continue;
      secrets.set(secret.output.arn, secret.output);
    }
    NextToken = listed.NextToken;
    if (NextToken === undefined) return [...secrets.values()];
    if (performance.now() >= until) throw tooSlow(attempted, listTotalMs);
  }
  const most = secrets.size > maxSecrets ? `${maxSecrets} secrets` : `${maxSecretPages} pages`;
  throw new RotationError(
    "store-answer-invalid",
    `ListSecrets of ${names}: the list doesn't end after ${most}`,
  );
}

function tooSlow({ operation, secret }: StoreAttempt, listTotalMs: number): RotationError {
  const message = `${operation} of ${secret}: the list doesn't end in ${listTotalMs / 1_000} seconds`;
  return new RotationError("store-unreachable", message);
}

/** All pages, including deprecated versions: a token is deleted only if it is absent from this list. */
export async function listVersions(calls: SecretsManagerCalls, arn: SecretArn) {
  const attempted = reading("ListSecretVersionIds", arn);
  const { maxPages, listTotalMs } = calls.limits;
  const until = performance.now() + listTotalMs;
  const versions: v.InferOutput<typeof VersionsPage>["Versions"] = [];
  let NextToken: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const asked = { SecretId: arn, IncludeDeprecated: true, MaxResults: 100, NextToken };
    const listed = valueOrThrow(
      attempted,
      await calls.read(new ListSecretVersionIdsCommand(asked), VersionsPage),
    );
    if (listed.ARN !== arn)
      throw new RotationError(
        "store-answer-invalid",
        `ListSecretVersionIds of ${arn}: the answer is about another secret`,
      );
    versions.push(...listed.Versions);
    NextToken = listed.NextToken;
    if (NextToken === undefined) return versions;
    if (performance.now() >= until) throw tooSlow(attempted, listTotalMs);
  }
  throw new RotationError(
    "store-answer-invalid",
    `ListSecretVersionIds of ${arn}: the list doesn't end after ${maxPages} pages`,
  );
}

/** The only call that reads a value, and only of the secrets that hold access tokens. */
export async function readAccessToken(
  calls: SecretsManagerCalls,
  id: SecretName | SecretArn,
  stage: Login["stage"],
): ReturnType<AccessTokenReader["read"]> {
  const command = new GetSecretValueCommand({ SecretId: id, VersionStage: stage });
  const read = await calls.read(command, ReadSecretValue);
  if (!read.ok) {
    // The exception has two meanings. Without a second call, only its text distinguishes them.
    const { name, said } = read.failure;
    if (name === "ResourceNotFoundException" && said.includes("secret value")) return undefined;
    throw accessTokenError(reading("GetSecretValue", id), read.failure);
  }
  const token = accessTokenIn(read.value.SecretString ?? "");
  if (token !== undefined) return { arn: read.value.ARN, token };
  throw new RotationError(
    "access-token-unreadable",
    `${stage} of the secret ${id} is neither a token nor a JSON object with the key token`,
  );
}

/** The versions of an access token's secret, newest first. */
export async function accessTokenVersions(
  calls: SecretsManagerCalls,
  arn: SecretArn,
): Promise<readonly VersionId[]> {
  const versions = await listVersions(calls, arn);
  const at = ({ createdAt }: (typeof versions)[number]) => createdAt?.getTime() ?? 0;
  return versions.toSorted((one, other) => at(other) - at(one)).map(({ id }) => id);
}

export async function readAccessTokenVersion(
  calls: SecretsManagerCalls,
  arn: SecretArn,
  version: VersionId,
): Promise<Redacted | undefined> {
  const command = new GetSecretValueCommand({ SecretId: arn, VersionId: version });
  const read = await calls.read(command, ReadSecretValue);
  // It was removed after it was listed.
  if (!read.ok && read.failure.name === "ResourceNotFoundException") return undefined;
  if (!read.ok) throw accessTokenError(reading("GetSecretValue", arn), read.failure);
  if (read.value.ARN !== arn || read.value.VersionId !== version)
    throw new RotationError(
      "store-answer-invalid",
      `GetSecretValue of ${arn}: the answer is about another version`,
    );
  return accessTokenIn(read.value.SecretString ?? "");
}
