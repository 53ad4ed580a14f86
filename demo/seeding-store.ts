import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { AWSCURRENT, rotatingLabel } from "../lambda/model/secret.ts";
import type { TokenId } from "../lambda/model/token.ts";
import type { Emulators } from "./emulators.ts";
import type { Step } from "./story.ts";

interface StoredVersion {
  readonly secretName: string;
  readonly versionId: string;
  readonly tokenId: TokenId;
  readonly value: string;
}

/** The ARN of the secret. If the secret doesn't exist, creates it without a value, as the worker does. */
export async function openSecret({ aws, client }: Emulators, name: string): Promise<string> {
  const found = aws.secret(name);
  if (found !== undefined) return found.arn;
  const { ARN = "" } = await client.send(new CreateSecretCommand({ Name: name }));
  return ARN;
}

/** Reads the current value, as its consumer does when it starts. */
export async function readAsConsumer({ client }: Emulators, name: string): Promise<string> {
  const { SecretString = "" } = await client.send(new GetSecretValueCommand({ SecretId: name }));
  return SecretString;
}

/** Writes what an earlier run of the worker wrote before it ended or was interrupted. */
export async function storeVersion(
  { aws, client }: Emulators,
  { secretName: SecretId, versionId, tokenId, value }: StoredVersion,
  upTo: Step,
): Promise<void> {
  if (upTo === "issue") return;
  const label = rotatingLabel(tokenId);
  const stages = { ClientRequestToken: versionId, SecretString: value, VersionStages: [label] };
  await client.send(new PutSecretValueCommand({ SecretId, ...stages }));
  if (upTo === "stage") return;
  const versions = aws.secret(SecretId)?.versions ?? [];
  const from = versions.find(({ labels }) => labels.includes(AWSCURRENT))?.versionId;
  if (from !== versionId) {
    const move = { VersionStage: AWSCURRENT, MoveToVersionId: versionId, RemoveFromVersionId: from };
    await client.send(new UpdateSecretVersionStageCommand({ SecretId, ...move }));
  }
  if (upTo === "promote") return;
  const settle = { VersionStage: label, RemoveFromVersionId: versionId };
  await client.send(new UpdateSecretVersionStageCommand({ SecretId, ...settle }));
}

/** The token string that a consumer takes from the value: all of it, or `token` in the JSON. */
export function stringIn(value: string): string {
  if (!value.startsWith("{")) return value;
  const { token } = JSON.parse(value) as { readonly token?: unknown };
  return typeof token === "string" ? token : "";
}
