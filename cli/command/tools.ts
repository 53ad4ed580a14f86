import { secretsManagerClient, secretsManagerStore } from "../../lambda/adapters/aws/secrets-manager.ts";
import { losantTokenApi } from "../../lambda/adapters/losant/token-api.ts";
import { type ApplicationConfig, parseConfigText, type RotationConfig } from "../../lambda/policy/config.ts";
import type { AccessTokenReader, Clock, SecretStore, TokenApi } from "../../lambda/ports.ts";
import { configText } from "./config-file.ts";
import { Refusal } from "./refusal.ts";

export const realClock: Clock = {
  now: () => new Date(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** What the operator's commands work with: the worker's own adapters, with the AWS credentials of this machine. */
export interface Tools {
  readonly config: RotationConfig;
  readonly store: SecretStore & AccessTokenReader;
  readonly clock: Clock;
  readonly connect: (application: ApplicationConfig) => TokenApi;
}

/** @throws RotationError `config-invalid` */
export async function toolsFor(configFile: string | undefined): Promise<Tools> {
  const config = await settings(configFile);
  const store = secretsManagerStore(secretsManagerClient());
  return {
    config,
    store,
    clock: realClock,
    connect: (application) =>
      losantTokenApi({ baseUrl: config.losantApiUrl, application, credentials: store }),
  };
}

export async function settings(configFile: string | undefined): Promise<RotationConfig> {
  return parseConfigText(await configText(configFile, process.env.ROTATION_CONFIG), "rotation.config.json");
}

/** All applications, or the one that was asked for. */
export function chosenApplications(
  { applications }: RotationConfig,
  id: string | undefined,
): readonly ApplicationConfig[] {
  if (id === undefined) return applications;
  const found = applications.filter((application) => application.id === id.toLowerCase());
  if (found.length > 0) return found;
  throw new Refusal(
    `the application ${id} is not in the configuration`,
    `Configured are: ${applications.map((application) => application.id).join(", ")}.`,
  );
}
