import type { World } from "../../test/support/world.ts";
import { accessTokenOf, applicationIdOf, DAY_MS, orphansIn, yearlyDue } from "../ground.ts";
import { inMemory, trafficIn } from "../in-memory.ts";

/** A storm in which one secret refuses every string, and its token is due soonest. */
export interface PoisonedStorm {
  /** The kind of secret: a token's, or the access token's. */
  readonly whose: string;
  readonly applications: number;
  readonly tokens: number;
  readonly rotated: number;
  readonly failed: number;
  /** Calls. One of each is for the token whose secret refuses every string. */
  readonly created: number;
  readonly deleted: number;
  readonly orphans: number;
  readonly wallMs: number;
}

const FIRST = applicationIdOf(0);
const POISONED = "token-0";

export function poisonedStorm(tokens: number, applications: number): Promise<PoisonedStorm> {
  const world = inMemory({ applications, tokensEach: tokens / applications, isDue: true });
  const poisoned = world.losant.tokens(FIRST).find(({ name }) => name === POISONED);
  if (poisoned === undefined) throw new Error(`there is no ${POISONED}`);
  world.losant.edit(FIRST, poisoned.id, sooner(world));
  return storm(world, world.secretOf(POISONED, FIRST), { whose: "a token's", tokens, applications });
}

/** The same with the secret of the access token, which is due like all others. */
export function poisonedAccessToken(tokens: number): Promise<PoisonedStorm> {
  const secret = accessTokenOf(FIRST);
  const name = "access token";
  const world = inMemory({ tokensEach: tokens - 1, isDue: true, secrets: { [name]: secret } });
  const { token } = world.losant.addToken(FIRST, { name, ...sooner(world) });
  world.aws.putSecret(secret, token);
  return storm(world, secret, { whose: "the worker's own", tokens, applications: 1 });
}

/** The dates of a token with a lifetime of a year that expires before all others in the storm. */
function sooner(world: World): { readonly creationDate: Date; readonly expirationDate: Date } {
  const { createdAt, expiresAt } = yearlyDue(world.clock.now());
  return { creationDate: createdAt, expirationDate: new Date(expiresAt.getTime() - DAY_MS) };
}

async function storm(
  world: World,
  secret: string,
  of: Pick<PoisonedStorm, "whose" | "tokens" | "applications">,
): Promise<PoisonedStorm> {
  world.aws.deny(secret, "PutSecretValue");
  const traffic = trafficIn(world);
  const startedAt = world.clock.now().getTime();
  const { report } = await world.run({}, { intercept: traffic.intercept });
  const ids = report.applications.map(({ applicationId }) => applicationId);
  return {
    ...of,
    rotated: report.summary.rotated,
    failed: report.summary.failed,
    created: traffic.counts.get("create") ?? 0,
    deleted: traffic.counts.get("delete") ?? 0,
    orphans: ids.reduce((sum, id) => sum + orphansIn(world, id), 0),
    wallMs: world.clock.now().getTime() - startedAt,
  };
}
