import { EventBridge } from "@aws-sdk/client-eventbridge";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { createClient } from "losant-rest";
import { rotateDueTokens } from "./rotation.ts";

const secrets = new SecretsManager({});
const events = new EventBridge({});

/** The first draft as a Lambda function. It uses the parts of the worker's configuration that it understands. */
export async function handler(event: { readonly parallel?: boolean }): Promise<{ readonly rotated: number }> {
  const { losantApiUrl, applications } = JSON.parse(process.env.ROTATION_CONFIG ?? "{}") as {
    readonly losantApiUrl: string;
    readonly applications: readonly { readonly id: string; readonly accessToken: string }[];
  };
  let rotated = 0;
  for (const { id, accessToken } of applications) {
    const { SecretString = "" } = await secrets.getSecretValue({ SecretId: accessToken });
    const losant = createClient({ accessToken: SecretString, url: losantApiUrl });
    const options = { applicationId: id, isParallel: event.parallel ?? false };
    rotated += await rotateDueTokens({ losant, secrets, events, now: Date.now }, options);
  }
  return { rotated };
}
