import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { Progress } from "../terminal/progress.ts";
import type { CommandIo } from "./io.ts";
import { Refusal } from "./stops.ts";

/** Words in the errors of the SDK's credential providers about single sign-on, which have no codes. */
const SIGN_ON = /\bsso\b|token is expired|refresh/i;
/** The SDK would ask for a code only if it were given a function for that. */
const MULTI_FACTOR = /\bmulti-factor\b/;
/** In the SDK's error about a region that can't be part of a host name. */
const NOT_ACCEPTED = /\bnot accepted\b/;

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
  // A profile that doesn't exist has no region either, so its credentials are asked for first.
  if (profile === undefined) await regionOf(client);
  const answered = progress.waits("AWS credentials");
  try {
    await client.config.credentials();
  } catch (thrown) {
    throw withoutCredentials(messageOf(thrown), profile);
  } finally {
    answered();
  }
  await regionOf(client);
  watchDestination(client);
  return client;
}

const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : "");

function withoutCredentials(said: string, profile: string | undefined): Refusal {
  const ofProfile = profile === undefined ? "" : ` --profile ${profile}`;
  if (SIGN_ON.test(said))
    return new Refusal("you have no AWS SSO session, or it has expired", `Log in: aws sso login${ofProfile}`);
  if (MULTI_FACTOR.test(said))
    return new Refusal(
      "this AWS profile asks for a code (MFA), which the command can't ask you for",
      "Get temporary credentials first (aws sts get-session-token, or your own tool), and use those.",
    );
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

/** @throws Refusal if there is none, or one that can't exist */
export async function regionOf(client: SecretsManagerClient | EventBridgeClient): Promise<string> {
  try {
    const region = await client.config.region();
    if (region !== "") return region;
  } catch (thrown) {
    if (NOT_ACCEPTED.test(messageOf(thrown)))
      throw new Refusal(
        "this is not the name of an AWS region",
        "Correct --region, AWS_REGION or the `region` of your AWS profile. A region is called, for example, eu-west-1.",
      );
  }
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
