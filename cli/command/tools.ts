import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { secretsManagerStore } from "../../lambda/adapters/aws/secrets-manager.ts";
import { losantTokenApi } from "../../lambda/adapters/losant/token-api.ts";
import type { StoreIndex } from "../../lambda/lineage/store-index.ts";
import { nearestWord } from "../../lambda/model/nearest.ts";
import { once } from "../../lambda/model/remembered.ts";
import { NO_INDEX, readIndex } from "../../lambda/observe/read-index.ts";
import { type ApplicationConfig, parseConfigText, type RotationConfig } from "../../lambda/policy/config.ts";
import type { AccessTokenReader, Clock, SecretStore, TokenApi } from "../../lambda/ports.ts";
import { watched } from "../../lambda/run/watch.ts";
import type { Progress } from "../terminal/progress.ts";
import { secretsManagerHere } from "./aws.ts";
import { configText } from "./config-file.ts";
import type { CommandIo, Io } from "./io.ts";
import { Misuse } from "./stops.ts";

/** What the commands work with: the worker's own adapters, with the AWS credentials of this machine. */
export interface Tools {
  readonly config: RotationConfig;
  readonly client: SecretsManagerClient;
  readonly store: SecretStore & AccessTokenReader;
  readonly clock: Clock;
  readonly connect: (application: ApplicationConfig) => TokenApi;
  /** The list of secrets, read when it is first needed. It is empty if these credentials don't allow ListSecrets. */
  readonly index: () => Promise<StoreIndex>;
  /** Shows every call that takes long. */
  readonly progress: Pick<Progress, "waits">;
}

/** @throws RotationError `config-invalid`; Refusal, see secretsManagerHere */
export async function toolsFor(
  configFile: string | undefined,
  progress: Pick<Progress, "waits">,
  io: CommandIo,
): Promise<Tools> {
  const config = await settings(configFile, io);
  const client = await secretsManagerHere(io, progress);
  return toolsOn(progress, { config, client, clock: io.clock });
}

/** Tools whose calls this line of progress shows. */
export function toolsOn(
  progress: Pick<Progress, "waits">,
  { config, client, clock }: Pick<Tools, "config" | "client" | "clock">,
): Tools {
  const store = watched(secretsManagerStore(client), "Secrets Manager", progress);
  return {
    config,
    client,
    store,
    clock,
    progress,
    index: once(() => readIndex(config, store).catch(() => NO_INDEX)),
    connect: (application) => {
      const { losantApiUrl: baseUrl, secretPrefix } = config;
      const api = losantTokenApi({ baseUrl, application, credentials: store, secretPrefix });
      return watched(api, "Losant", progress);
    },
  };
}

export async function settings(configFile: string | undefined, io: Pick<Io, "env">): Promise<RotationConfig> {
  return parsedConfig(await configText(configFile, io));
}

/** The text must come from `configText`, which has checked it. */
export function parsedConfig(text: string): RotationConfig {
  return parseConfigText(text, "rotation.config.json");
}

/** All applications, or the chosen ones, in the order of the configuration. @throws Misuse */
export function chosenApplications(
  { applications }: RotationConfig,
  asked: string | readonly string[] = [],
): readonly ApplicationConfig[] {
  const ids = [asked].flat();
  const known = applications.map(({ id }): string => id);
  const unknown = ids.find((id) => !known.includes(id.toLowerCase()));
  if (unknown !== undefined)
    throw new Misuse(
      `The application ${unknown} is not in the configuration. ${suggestion(unknown, known)}`,
      { isComplete: true },
    );
  if (ids.length === 0) return applications;
  return applications.filter(({ id }) => ids.some((one) => one.toLowerCase() === id));
}

const NAMED = 10;

function suggestion(unknown: string, known: readonly string[]): string {
  const meant = nearestWord(unknown, known);
  if (meant !== undefined) return `Did you mean ${meant}?`;
  const more = known.length > NAMED ? ` and ${known.length - NAMED} more` : "";
  return `The configuration has ${known.slice(0, NAMED).join(", ")}${more}.`;
}
