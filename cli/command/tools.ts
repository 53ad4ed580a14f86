import { secretsManagerStore } from "../../lambda/adapters/aws/secrets-manager.ts";
import { losantTokenApi } from "../../lambda/adapters/losant/token-api.ts";
import type { StoreIndex } from "../../lambda/lineage/store-index.ts";
import { NO_INDEX, once, readIndex } from "../../lambda/observe/read-index.ts";
import { type ApplicationConfig, parseConfigText, type RotationConfig } from "../../lambda/policy/config.ts";
import type { AccessTokenReader, Clock, SecretStore, TokenApi } from "../../lambda/ports.ts";
import { configText } from "./config-file.ts";
import type { Io } from "./io.ts";
import { Refusal } from "./stops.ts";

/** What the operator's commands work with: the worker's own adapters, with the AWS credentials of this machine. */
export interface Tools {
  readonly config: RotationConfig;
  readonly store: SecretStore & AccessTokenReader;
  readonly clock: Clock;
  readonly connect: (application: ApplicationConfig) => TokenApi;
  /** The list of secrets, read when it is first needed; an empty one where this person may not read it. */
  readonly index: () => Promise<StoreIndex>;
}

/** @throws RotationError `config-invalid` */
export async function toolsFor(configFile: string | undefined, io: Io): Promise<Tools> {
  const config = await settings(configFile, io);
  const store = secretsManagerStore(io.aws.secretsManager());
  return {
    config,
    store,
    clock: io.clock,
    index: once(() => readIndex(config, store).catch(() => NO_INDEX)),
    connect: (application) =>
      losantTokenApi({
        baseUrl: config.losantApiUrl,
        application,
        credentials: store,
        secretPrefix: config.secretPrefix,
      }),
  };
}

export async function settings(configFile: string | undefined, io: Pick<Io, "env">): Promise<RotationConfig> {
  return parseConfigText(await configText(configFile, io), "rotation.config.json");
}

/** All applications, or those that were asked for, in the order of the configuration. @throws Refusal */
export function chosenApplications(
  { applications }: RotationConfig,
  asked: string | readonly string[] = [],
): readonly ApplicationConfig[] {
  const ids = [asked].flat();
  const known = applications.map(({ id }): string => id);
  const unknown = ids.find((id) => !known.includes(id.toLowerCase()));
  if (unknown !== undefined)
    throw new Refusal(
      `the application ${unknown} is not in the configuration`,
      `Configured are: ${known.join(", ")}.`,
    );
  if (ids.length === 0) return applications;
  return applications.filter(({ id }) => ids.some((one) => one.toLowerCase() === id));
}
