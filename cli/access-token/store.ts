import { randomUUID } from "node:crypto";
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import * as v from "valibot";
import { ChangedSecret, StoredVersion } from "../../lambda/adapters/aws/secrets-manager-answers.ts";
import {
  SecretsManagerCalls,
  STORE_LIMITS,
  valueOrThrow,
  writing,
} from "../../lambda/adapters/aws/secrets-manager-calls.ts";
import { readSecretState } from "../../lambda/adapters/aws/secrets-manager-reads.ts";
import { retry } from "../../lambda/apply/retry.ts";
import { WRITE_PATIENCE_MS } from "../../lambda/limits.ts";
import type { Redacted } from "../../lambda/model/redacted.ts";
import { isReplica, SecretName, type SecretState } from "../../lambda/model/secret.ts";
import { after } from "../../lambda/model/time.ts";
import type { ApplicationConfig } from "../../lambda/policy/config.ts";
import type { Clock } from "../../lambda/ports.ts";
import { watched } from "../../lambda/run/watch.ts";
import { Refusal } from "../command/stops.ts";
import type { Progress } from "../terminal/progress.ts";

/** The secret that `accessToken` names, as it is before anything is written. It is undefined if there is none. */
export interface Target {
  readonly id: ApplicationConfig["accessToken"];
  readonly secret: SecretState | undefined;
}

/** @throws Refusal if nothing can be stored there; RotationError if AWS could not be asked */
export async function targetOf(
  { accessToken: id }: Pick<ApplicationConfig, "accessToken">,
  client: SecretsManagerClient,
  progress: Pick<Progress, "waits">,
): Promise<Target> {
  const secret = await readSecretState(callsOf(client, progress), id);
  if (secret === undefined && id.startsWith("arn:"))
    throw new Refusal(
      `there is no secret ${id}`,
      "AWS chooses the ARN when a secret is created. Use the name of the new secret in `accessToken` instead.",
    );
  if (secret?.deletedAt !== undefined)
    throw new Refusal(
      `the secret ${secret.name} is scheduled for deletion`,
      `Restore it first: aws secretsmanager restore-secret --secret-id ${secret.name}`,
    );
  if (secret?.owningService !== undefined)
    throw new Refusal(
      `the secret ${secret.name} belongs to ${secret.owningService}`,
      "Use another secret in `accessToken`.",
    );
  if (secret !== undefined && isReplica(secret))
    throw new Refusal(
      `the secret ${secret.name} is a replica of a secret in ${secret.primaryRegion}, and can't be written`,
      "Store the token in that region, or use another secret in `accessToken`.",
    );
  return { id, secret };
}

/**
 * Creates the secret with the string, or makes the string its current version. All attempts use one id, so it is stored once.
 * `purpose`: what the token is for, for the description of a new secret.
 */
export async function store(
  { id, secret }: Target,
  string: Redacted,
  purpose: string,
  {
    client,
    clock,
    progress,
  }: {
    readonly client: SecretsManagerClient;
    readonly clock: Clock;
    readonly progress: Pick<Progress, "waits">;
  },
): Promise<"created" | "updated"> {
  const ClientRequestToken = randomUUID();
  const SecretString = string.reveal();
  const calls = callsOf(client, progress);
  const until = after(clock.now(), WRITE_PATIENCE_MS);
  if (secret !== undefined) {
    const command = new PutSecretValueCommand({ SecretId: secret.arn, ClientRequestToken, SecretString });
    await retry(clock, until, async () =>
      valueOrThrow(
        writing("PutSecretValue", secret.name),
        await calls.write(command, StoredVersion, [string]),
      ),
    );
    return "updated";
  }
  const command = new CreateSecretCommand({
    Name: v.parse(SecretName, id),
    Description: `Access token that the token rotation uses to log in to Losant, for ${purpose}`,
    ClientRequestToken,
    SecretString,
  });
  await retry(clock, until, async () =>
    valueOrThrow(writing("CreateSecret", id), await calls.write(command, ChangedSecret, [string])),
  );
  return "created";
}

function callsOf(client: SecretsManagerClient, progress: Pick<Progress, "waits">): SecretsManagerCalls {
  return watched(new SecretsManagerCalls(client, STORE_LIMITS), "Secrets Manager", progress);
}
