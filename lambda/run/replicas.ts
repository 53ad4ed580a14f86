import type { RunClock, RunStore } from "../apply/context.ts";
import { REPLICA_HANGS_AFTER_MS, REPLICA_PATIENCE_MS } from "../limits.ts";
import { RotationError } from "../model/errors.ts";
import { masked } from "../model/masked.ts";
import type { Replica, SecretArn, SecretName, SecretState } from "../model/secret.ts";
import { after, earliest } from "../model/time.ts";
import type { AccessTokenReader, Log, SecretStore } from "../ports.ts";

const LOOK_PAUSE_MS = 1_000;

/**
 * The same store, which moves no label of a secret while one of its replicas may lack the last change. Two quick moves make
 * replication hang (square/password-rotation-lambda, issue 12). It looks only at secrets that were described in this run and have
 * replicas, so all others cost no call.
 *
 * A replica that failed is told and not waited for. So is one that is still in progress although nothing has changed for
 * `REPLICA_HANGS_AFTER_MS`: waiting longer would let the token expire in the primary region too.
 */
export function awaitingReplicas<Store extends SecretStore & AccessTokenReader>(
  store: Store,
  clock: RunClock,
  log: Log,
): Store & RunStore {
  const replicated = new Map<SecretArn, SecretName>();
  /** AWS doesn't document whether moving a label changes LastChangedDate. */
  const movedAt = new Map<SecretArn, Date>();
  const told = new Set<string>();

  const describe = async (name: SecretName) => {
    const secret = await store.describe(name);
    if (secret !== undefined && secret.primaryRegion !== undefined) replicated.set(secret.arn, name);
    return secret;
  };

  const hangs = ({ arn, lastChangedAt }: SecretState) => {
    const changedAt = Math.max(lastChangedAt.getTime(), movedAt.get(arn)?.getTime() ?? 0);
    return clock.now().getTime() - changedAt >= REPLICA_HANGS_AFTER_MS;
  };

  const tell = (secret: SecretState, replicas: readonly Replica[]) => {
    for (const { region, status, message } of replicas) {
      const key = `${secret.arn} ${region}`;
      if (told.has(key)) continue;
      told.add(key);
      log.warn("a replica doesn't get the changes of its secret", {
        secretName: masked(secret.name),
        region: masked(region),
        status,
        ...(message !== undefined && { detail: masked(message) }),
      });
    }
  };

  const awaitReplicas = async (arn: SecretArn): Promise<void> => {
    const name = replicated.get(arn);
    if (name === undefined) return;
    const until = earliest(after(clock.now(), REPLICA_PATIENCE_MS), clock.endBy);
    for (;;) {
      const secret = await store.describe(name);
      // A secret that was made anew is another one: the write says so.
      if (secret?.arn !== arn) return;
      const behind = secret.replicas.filter(({ status }) => status === "in-progress");
      const failed = secret.replicas.filter(({ status }) => status === "failed");
      if (behind.length === 0) return tell(secret, failed);
      if (clock.now() >= until) {
        if (hangs(secret)) return tell(secret, [...failed, ...behind]);
        const regions = behind.map(({ region }) => region).join(", ");
        throw new RotationError(
          "replica-behind",
          `the replica of ${name} in ${regions} doesn't have its last change yet`,
        );
      }
      await clock.sleep(LOOK_PAUSE_MS);
    }
  };

  const moving =
    <Rest extends readonly unknown[]>(move: (arn: SecretArn, ...rest: Rest) => Promise<void>) =>
    async (arn: SecretArn, ...rest: Rest): Promise<void> => {
      await awaitReplicas(arn);
      if (replicated.has(arn)) movedAt.set(arn, clock.now());
      await move(arn, ...rest);
    };

  return {
    ...store,
    describe,
    awaitReplicas,
    putResourcePolicy: moving((...args) => store.putResourcePolicy(...args)),
    promote: moving((...args) => store.promote(...args)),
    attach: moving((...args) => store.attach(...args)),
    detach: moving((...args) => store.detach(...args)),
  };
}
