import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { RotationError } from "../../lambda/model/errors.ts";
import type { SecretArn } from "../../lambda/model/secret.ts";
import type { ApplicationConfig, RotationConfig } from "../../lambda/policy/config.ts";
import type { AccessTokenReader } from "../../lambda/ports.ts";
import { watched } from "../../lambda/run/watch.ts";
import type { Progress } from "../terminal/progress.ts";
import type { Screen } from "../terminal/screen.ts";
import { destinationOf } from "./aws.ts";

/** Where a command reads and writes. */
export interface Whereabouts {
  /** Undefined if no access token's secret could be read. Nothing can be written then either. */
  readonly account: string | undefined;
  readonly region: string;
  /** Only if it isn't AWS's own. */
  readonly endpoint: string | undefined;
  readonly losant: string;
}

interface Reach {
  readonly client: SecretsManagerClient;
  readonly store: AccessTokenReader;
  readonly progress?: Pick<Progress, "waits">;
}

/** The account is read from the ARN of an access token's secret. This many secrets are tried. */
const TRIED = 3;

/** @throws RotationError if AWS could not be asked */
export async function placeOf(
  { losantApiUrl }: Pick<RotationConfig, "losantApiUrl">,
  applications: readonly Pick<ApplicationConfig, "accessToken">[],
  { client, store, progress }: Reach,
): Promise<Whereabouts> {
  const read = watched(store, "Secrets Manager", progress);
  const arn = await accessTokenArn(applications.slice(0, TRIED), read);
  return placeAround(arn, client, losantApiUrl);
}

/** The client must have sent a request before: see `destinationOf`. */
export async function placeAround(
  arn: SecretArn | undefined,
  client: SecretsManagerClient,
  losant: string,
): Promise<Whereabouts> {
  const account = arn?.split(":")[4];
  return { account, region: await client.config.region(), endpoint: destinationOf(client), losant };
}

async function accessTokenArn(
  applications: readonly Pick<ApplicationConfig, "accessToken">[],
  store: AccessTokenReader,
): Promise<SecretArn | undefined> {
  for (const { accessToken } of applications) {
    try {
      const found = await store.read(accessToken, "AWSCURRENT");
      if (found !== undefined) return found.arn;
    } catch (thrown) {
      // The run reports what is wrong with one application's secret.
      if (!(thrown instanceof RotationError) || !thrown.code.startsWith("access-token-")) throw thrown;
    }
  }
  return undefined;
}

export function showPlace(
  { account = "unknown", region, endpoint, losant }: Whereabouts,
  screen: Screen,
): void {
  screen.line(`AWS account  ${screen.paint("strong", account)}`);
  screen.line(`Region       ${screen.paint("strong", region)}`);
  if (endpoint !== undefined) screen.line(`Endpoint     ${screen.paint("warn", endpoint)}`);
  screen.line(`Losant       ${losant}`);
  screen.line();
}
