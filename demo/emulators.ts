import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { type AwsEmulator, startAws } from "../emulators/aws/server.ts";
import { type LosantEmulator, startLosant } from "../emulators/losant/server.ts";

export interface Emulators {
  readonly losant: LosantEmulator;
  readonly aws: AwsEmulator;
  readonly region: string;
  /** A real client, for operations that only the API has. */
  readonly client: SecretsManagerClient;
  /** Sets the time of both emulators, to create the demo's history. Undefined is the present. */
  setTime(at: Date | undefined): void;
  close(): Promise<void>;
}

export const REGION = "us-east-1";
export const ACCOUNT = "111122223333";

/** Both services on free ports of this machine. */
export async function startEmulators(): Promise<Emulators> {
  let past: Date | undefined;
  const now = () => past ?? new Date();
  const losant = await startLosant({ now });
  const aws = await startAws({ now, region: REGION, account: ACCOUNT });
  const credentials = { accessKeyId: "demo", secretAccessKey: "demo" };
  const client = new SecretsManagerClient({ endpoint: aws.url, region: REGION, credentials });
  return {
    losant,
    aws,
    region: REGION,
    client,
    setTime: (at) => {
      past = at;
    },
    close: async () => {
      client.destroy();
      await Promise.all([losant.close(), aws.close()]);
    },
  };
}
