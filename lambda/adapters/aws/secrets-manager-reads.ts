import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
} from "@aws-sdk/client-secrets-manager";
import { RotationError } from "../../model/errors.ts";
import type { SecretArn, SecretName, SecretState, SecretVersion } from "../../model/secret.ts";
import type { AccessTokenReader, Login } from "../../ports.ts";
import { accessTokenIn, DescribedSecret, ReadSecretValue, VersionsPage } from "./secrets-manager-answers.ts";
import { reading, type SecretsManagerCalls, valueOrThrow } from "./secrets-manager-calls.ts";
import { accessTokenError } from "./secrets-manager-failures.ts";

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

/** All pages, deprecated versions too: that a token may be deleted rests on its absence from this list. */
export async function listVersions(
  calls: SecretsManagerCalls,
  arn: SecretArn,
): Promise<readonly SecretVersion[]> {
  const attempted = reading("ListSecretVersionIds", arn);
  const versions: SecretVersion[] = [];
  let NextToken: string | undefined;
  for (let page = 0; page < calls.limits.maxPages; page += 1) {
    const asked = { SecretId: arn, IncludeDeprecated: true, MaxResults: 100, NextToken };
    const listed = valueOrThrow(
      attempted,
      await calls.read(new ListSecretVersionIdsCommand(asked), VersionsPage),
    );
    if (listed.ARN !== arn)
      throw new RotationError(
        "store-answer-invalid",
        `ListSecretVersionIds of ${arn}: another secret's answer`,
      );
    versions.push(...listed.Versions);
    NextToken = listed.NextToken;
    if (NextToken === undefined) return versions;
  }
  throw new RotationError(
    "store-answer-invalid",
    `ListSecretVersionIds of ${arn}: no end after ${calls.limits.maxPages} pages`,
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
    // One exception for two things; the role has no DescribeSecret on this secret that could tell them apart.
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
