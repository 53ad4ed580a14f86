import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { CommandIo } from "./io.ts";
import { Refusal } from "./stops.ts";

/** What the SDK's credential providers say of single sign-on; they have no codes. */
const SIGN_ON = /\bsso\b|token is expired|refresh/i;

/**
 * The client of Secrets Manager, once there are a region and credentials to use it with: so what is wrong with this machine
 * is told as such, and once.
 * @throws Refusal
 */
export async function secretsManagerHere({
  aws,
  env,
}: Pick<CommandIo, "aws" | "env">): Promise<SecretsManagerClient> {
  const client = aws.secretsManager();
  const profile = aws.settings.profile ?? env.AWS_PROFILE;
  await regionOf(client);
  watchDestination(client);
  try {
    await client.config.credentials();
  } catch (thrown) {
    throw withoutCredentials(thrown instanceof Error ? thrown.message : "", profile);
  }
  return client;
}

function withoutCredentials(said: string, profile: string | undefined): Refusal {
  const ofProfile = profile === undefined ? "" : ` --profile ${profile}`;
  if (SIGN_ON.test(said))
    return new Refusal(
      "your AWS SSO session has expired, or there was none",
      `Log in: aws sso login${ofProfile}`,
    );
  if (profile !== undefined)
    return new Refusal(
      `there is no AWS profile ${profile}, or it has no credentials`,
      "See aws configure list-profiles, and name another one with --profile.",
    );
  return new Refusal(
    "there are no AWS credentials on this machine",
    "Log in (aws sso login, or aws configure), or name a profile that has some with --profile.",
  );
}

/** @throws Refusal where there is none */
export async function regionOf(client: SecretsManagerClient | EventBridgeClient): Promise<string> {
  const region = await client.config.region().catch(() => "");
  if (region !== "") return region;
  throw new Refusal(
    "there is no AWS region on this machine",
    "Add --region, or set AWS_REGION, or `region` in your AWS profile.",
  );
}

const destinations = new WeakMap<SecretsManagerClient, string>();
const OF_AWS = /\.(amazonaws\.com(\.cn)?|amazonaws\.eu|api\.aws)$/;

/** Where an endpoint is set, in which variable or profile, only the SDK knows: so its requests are looked at. */
function watchDestination(client: SecretsManagerClient): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const { protocol = "", hostname = "", port } = args.request as Partial<URL>;
      if (!OF_AWS.test(hostname))
        destinations.set(client, `${protocol}//${hostname}${port ? `:${port}` : ""}`);
      return next(args);
    },
    { step: "finalizeRequest", name: "watchDestination" },
  );
}

/** The address to which the client has sent a request, where that is none of AWS's own. */
export function destinationOf(client: SecretsManagerClient): string | undefined {
  return destinations.get(client);
}
