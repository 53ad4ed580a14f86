import { AwsRefusal } from "../emulators/aws/errors.ts";
import { startsWithAny } from "../emulators/aws/prefixes.ts";
import { WriteQuota } from "../emulators/aws/quota.ts";
import { DIRECTORY_PAGES_AT_ONCE } from "../lambda/limits.ts";
import { RotationError } from "../lambda/model/errors.ts";
import type { Call, Fate, Intercept } from "../test/support/ports.ts";
import { World } from "../test/support/world.ts";
import { applicationIdOf, SCOPE, sowLineage, yearlyDue, yearlyFresh } from "./ground.ts";
import { LATENCY_MS, WRITES_PER_SECOND } from "./latencies.ts";

/** The world in memory and in virtual time, with applications whose tokens the worker created earlier. */
export function inMemory({
  applications = 1,
  tokensEach,
  isDue,
  secrets = {},
}: {
  readonly applications?: number;
  readonly tokensEach: number;
  readonly isDue: boolean;
  /** Maps the name of a token to the name of a secret. */
  readonly secrets?: Record<string, string>;
}): World {
  const ids = Array.from({ length: applications }, (_, number) => applicationIdOf(number));
  const world = new World({ applications: ids, policy: { maxRotationsPerRun: 100_000 }, secrets });
  const now = world.clock.now();
  for (const [application, applicationId] of ids.entries())
    for (let token = 0; token < tokensEach; token += 1)
      sowLineage(world, {
        applicationId,
        name: `token-${token}`,
        number: application * tokensEach + token,
        ...(isDue ? yearlyDue(now) : yearlyFresh(now)),
        scope: SCOPE,
      });
  return world;
}

const LATENCIES: ReadonlyMap<string, number> = new Map([
  ...["list", "listApplications", "get", "create", "deactivate", "delete", "probe"].map(
    (operation) => [operation, LATENCY_MS.losant] as const,
  ),
  ["publish", LATENCY_MS.bus],
]);
const latencyOf = ({ operation }: Call) => LATENCIES.get(operation) ?? LATENCY_MS.store;
const STORE_WRITES = new Set(["createSecret", "stage", "promote", "attach", "detach"]);

/** Answers the worker's calls with latencies and throttling, and counts them. */
export interface Traffic {
  readonly intercept: Intercept;
  /** Of the writes to the store. Other programs may use it too. */
  readonly quota: WriteQuota;
  readonly counts: ReadonlyMap<string, number>;
  readonly total: number;
  /** The sum of the latencies of all calls: the time of a run that makes one call after the other. */
  readonly latencyMs: number;
  readonly throttled: number;
}

/** The number of secrets in one answer of ListSecrets, and of applications in one page of Losant's list. */
const LISTED_AT_ONCE = 100;
const APPLICATIONS_PER_PAGE = 1_000;

/**
 * Every call has its latency, and the store limits writes. A list counts as one call per page. `applications`: how many Losant lists.
 */
export function trafficIn(world: World, applications = 1): Traffic {
  const quota = new WriteQuota(WRITES_PER_SECOND, () => world.clock.now());
  const counts = new Map<string, number>();
  const traffic = { counts, quota, total: 0, latencyMs: 0, throttled: 0 };
  const pagesOfApplications = Math.ceil(applications / APPLICATIONS_PER_PAGE);
  const pagesOf = ({ operation, subject }: Call) => {
    if (operation === "listApplications") return pagesOfApplications;
    if (operation !== "listSecrets") return 1;
    const isListed = startsWithAny(subject.split(" "));
    const listed = world.secrets.indexed().filter(({ name }) => isListed(name));
    return Math.max(1, Math.ceil(listed.length / LISTED_AT_ONCE));
  };
  const intercept = (call: Call): Fate => {
    const calls = pagesOf(call);
    // The pages of applications after the first one are read together.
    const inTurn =
      call.operation === "listApplications" ? 1 + Math.ceil((calls - 1) / DIRECTORY_PAGES_AT_ONCE) : calls;
    const latencyMs = inTurn * latencyOf(call);
    counts.set(call.operation, (counts.get(call.operation) ?? 0) + calls);
    traffic.total += calls;
    traffic.latencyMs += latencyMs;
    if (!STORE_WRITES.has(call.operation)) return { latencyMs };
    return {
      latencyMs,
      // Evaluated when the call arrives, not when it is sent.
      get before() {
        const refusal = refusalOf(quota);
        if (refusal !== undefined) traffic.throttled += 1;
        return refusal;
      },
    };
  };
  return Object.assign(traffic, { intercept });
}

function refusalOf(quota: WriteQuota): RotationError | undefined {
  try {
    quota.take();
    return undefined;
  } catch (error) {
    if (!(error instanceof AwsRefusal)) throw error;
    return new RotationError("store-throttled", error.message);
  }
}
