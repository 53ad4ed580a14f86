import { secretsManagerClient, secretsManagerStore } from "../../lambda/adapters/aws/secrets-manager.ts";
import type { Reply, SeenRequest } from "../support/http.ts";
import { awsAnswering, seconds } from "./aws-bench.ts";
import { PATIENCE_MS } from "./patience.ts";
import { ARN, LABEL, NAME, OLDER, VERSION } from "./store-calls.ts";

export const QUICK = { callTimeoutMs: PATIENCE_MS, firstPauseMs: 1 };

export async function storeAnswering(
  answer: (request: SeenRequest, index: number) => Reply,
  limits: object = {},
) {
  const server = await awsAnswering(answer);
  return { server, store: secretsManagerStore(secretsManagerClient(), { ...QUICK, ...limits }) };
}

/** The fields that DescribeSecret and ListSecrets share, for a secret that has all of them. */
export const LABELS = { [VERSION]: ["AWSCURRENT", LABEL], [OLDER]: ["AWSPREVIOUS"] };
export const EVERY_FACT = {
  LastChangedDate: seconds("2029-06-01T00:00:00Z"),
  LastAccessedDate: seconds("2029-06-02T00:00:00Z"),
  DeletedDate: seconds("2029-07-01T00:00:00Z"),
  OwningService: "rds",
  PrimaryRegion: "eu-west-1",
};

/** The state that the store reads from them. */
export const AS_READ = {
  arn: ARN,
  name: NAME,
  versions: [
    { id: VERSION, labels: ["AWSCURRENT", LABEL] },
    { id: OLDER, labels: ["AWSPREVIOUS"] },
  ],
  createdAt: new Date("2029-01-01T00:00:00Z"),
  lastChangedAt: new Date("2029-06-01T00:00:00Z"),
  lastReadAt: new Date("2029-06-02T00:00:00Z"),
  deletedAt: new Date("2029-07-01T00:00:00Z"),
  owningService: "rds",
  primaryRegion: "eu-west-1",
  description: undefined,
  replicas: [],
};
