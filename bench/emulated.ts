import { type AwsEmulator, startAws } from "../emulators/aws/server.ts";
import { type LosantEmulator, startLosant } from "../emulators/losant/server.ts";
import { CONFIG, type FleetSize, idsByShard, sowShard } from "./fleet/shard.ts";
import {
  accessTokenOf,
  applicationIdOf,
  DISCOVERS,
  FLEET_ACCESS,
  sowApplication,
  sowLineage,
  sowOrganization,
  yearlyDue,
  yearlyFresh,
} from "./ground.ts";
import { LATENCY_MS, WRITES_PER_SECOND } from "./latencies.ts";

export interface Scale {
  readonly applications?: number;
  readonly tokensEach: number;
  readonly isDue: boolean;
  /** With the latencies of LATENCY_MS. Otherwise there are none. */
  readonly isSlow: boolean;
  /** One access token of a user discovers the applications. Otherwise, each is in the configuration, with its own. */
  readonly isDiscovered?: boolean;
}

/** Losant and AWS on the loopback interface, with applications whose tokens the worker created earlier. */
export interface Emulated {
  readonly losant: LosantEmulator;
  readonly aws: AwsEmulator;
  readonly config: object;
  readonly env: Readonly<Record<string, string>>;
  /** The secrets of the tokens. */
  readonly secretArns: readonly string[];
  close(): Promise<void>;
}

const REGION = "eu-central-1";

export async function emulated({
  applications = 1,
  tokensEach,
  isDue,
  isSlow,
  isDiscovered = false,
}: Scale): Promise<Emulated> {
  const losant = await startLosant();
  const aws = await startAws({ region: REGION, writesPerSecond: WRITES_PER_SECOND });
  const now = new Date();
  const ids = Array.from({ length: applications }, (_, number) => applicationIdOf(number));
  const add = isDiscovered
    ? sowOrganization({ losant, aws })
    : (id: string) => sowApplication({ losant, aws }, id, now);
  const secretArns = ids.flatMap((applicationId, application) => {
    add(applicationId);
    return Array.from({ length: tokensEach }, (_, token) =>
      sowLineage(
        { losant, aws },
        {
          applicationId,
          name: `token-${token}`,
          number: application * tokensEach + token,
          ...(isDue ? yearlyDue(now) : yearlyFresh(now)),
          ...(isDiscovered && { access: FLEET_ACCESS }),
        },
      ),
    );
  });
  if (isSlow) slowDown(losant, aws);
  const config = {
    losantApiUrl: losant.url,
    policy: { maxRotationsPerRun: 100_000 },
    ...(isDiscovered
      ? DISCOVERS
      : { applications: ids.map((id) => ({ id, accessToken: accessTokenOf(id) })) }),
  };
  return {
    losant,
    aws,
    config,
    env: {
      AWS_ENDPOINT_URL: aws.url,
      AWS_REGION: REGION,
      AWS_DEFAULT_REGION: REGION,
      // A longer configuration doesn't fit into the environment of a process. It is in a file next to the handler.
      ...(applications <= 100 && { ROTATION_CONFIG: JSON.stringify(config) }),
    },
    secretArns,
    close: async () => {
      await Promise.all([losant.close(), aws.close()]);
    },
  };
}

/**
 * The same for a fleet: all applications are in Losant's list, and those of one shard have tokens, of which none is due. With the
 * latencies of LATENCY_MS.
 */
export async function emulatedFleet(shard: number, size: FleetSize): Promise<Emulated> {
  const losant = await startLosant({ maxApplicationsPerPage: 1_000 });
  const aws = await startAws({ region: REGION, writesPerSecond: WRITES_PER_SECOND });
  const ids = idsByShard(size.applications);
  const all = [...ids.values()].flat().toSorted();
  sowShard({ losant, aws }, all, ids.get(shard) ?? [], { ...size, isDue: false }, new Date());
  slowDown(losant, aws);
  return {
    losant,
    aws,
    config: { losantApiUrl: losant.url, ...CONFIG },
    env: { AWS_ENDPOINT_URL: aws.url, AWS_REGION: REGION, AWS_DEFAULT_REGION: REGION },
    secretArns: [],
    close: async () => {
      await Promise.all([losant.close(), aws.close()]);
    },
  };
}

function slowDown(losant: LosantEmulator, aws: AwsEmulator): void {
  losant.faults.add({ latencyMs: LATENCY_MS.losant });
  aws.faults.add({ operation: "PutEvents", latencyMs: LATENCY_MS.bus }, { latencyMs: LATENCY_MS.store });
}
