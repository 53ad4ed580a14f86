import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { Progress } from "../terminal/progress.ts";
import type { CommandIo } from "./io.ts";
import { Refusal } from "./stops.ts";

/** Words in the errors of the SDK's credential providers about single sign-on, which have no codes. */
const SIGN_ON = /\bsso\b|token is expired|refresh/i;

/**
 * The client of Secrets Manager. It first checks that this machine has a region and credentials, so that a missing one is
 * reported once, and as a problem of this machine.
 * @throws Refusal
 */
export async function secretsManagerHere(
  { aws, env }: Pick<CommandIo, "aws" | "env">,
  progress: Pick<Progress, "waits">,
): Promise<SecretsManagerClient> {
  const client = aws.secretsManager();
  const profile = aws.settings.profile ?? env.AWS_PROFILE;
  await regionOf(client);
  watchDestination(client);
  const answered = progress.waits("AWS credentials");
  try {
    await client.config.credentials();
  } catch (thrown) {
    throw withoutCredentials(thrown instanceof Error ? thrown.message : "", profile);
  } finally {
    answered();
  }
  return client;
}

function withoutCredentials(said: string, profile: string | undefined): Refusal {
  const ofProfile = profile === undefined ? "" : ` --profile ${profile}`;
  if (SIGN_ON.test(said))
    return new Refusal("you have no AWS SSO session, or it has expired", `Log in: aws sso login${ofProfile}`);
  if (profile !== undefined)
    return new Refusal(
      `the AWS profile ${profile} doesn't exist, or has no credentials`,
      "To see your profiles: aws configure list-profiles. Choose another one with --profile.",
    );
  return new Refusal(
    "this machine has no AWS credentials",
    "Log in (aws sso login, or aws configure), or choose a profile that has credentials with --profile.",
  );
}

/** @throws Refusal if there is none */
export async function regionOf(client: SecretsManagerClient | EventBridgeClient): Promise<string> {
  const region = await client.config.region().catch(() => "");
  if (region !== "") return region;
  throw new Refusal(
    "no AWS region is set",
    "Add --region, or set AWS_REGION or the `region` of your AWS profile.",
  );
}

const destinations = new WeakMap<SecretsManagerClient, string>();
const OF_AWS = /\.(amazonaws\.com(\.cn)?|amazonaws\.eu|api\.aws)$/;

/** Only the SDK knows which variable or profile sets an endpoint, so the address is read from its requests. */
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

/** The address that the client has sent a request to, if it isn't one of AWS's own. */
export function destinationOf(client: SecretsManagerClient): string | undefined {
  return destinations.get(client);
}
