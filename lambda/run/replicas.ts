import type { RunClock, RunStore } from "../apply/context.ts";
import { REPLICA_HANGS_AFTER_MS, REPLICA_PATIENCE_MS } from "../limits.ts";
import { RotationError } from "../model/errors.ts";
import { masked } from "../model/masked.ts";
import type { Replica, SecretArn, SecretName, SecretState } from "../model/secret.ts";
import { after, earliest } from "../model/time.ts";
import type { AccessTokenReader, Log, SecretStore } from "../ports.ts";

const LOOK_PAUSE_MS = 1_000;

/**
 * The same store, which changes no secret while one of its replicas may lack the last change. Two quick changes make replication
 * hang (square/password-rotation-lambda, issue 12). It looks only at secrets that were described in this run and have replicas, so
 * all others cost no call.
 *
 * A replica that failed is told and not waited for. So is one that hangs: waiting longer would let the token expire in the primary
 * region too.
 */
export function awaitingReplicas<Store extends SecretStore & AccessTokenReader>(
  store: Store,
  clock: RunClock,
  log: Log,
): Store & RunStore {
  const replicated = new Map<SecretArn, SecretName>();
  /** AWS doesn't document whether moving a label changes LastChangedDate. */
  const movedAt = new Map<SecretArn, Date>();
  /** What the last look showed. */
  const failed = new Map<SecretName, readonly Replica[]>();
  /** By secret and region. */
  const hanging = new Set<string>();
  const told = new Set<string>();

  const describe = async (name: SecretName) => {
    const secret = await store.describe(name);
    if (secret !== undefined && secret.primaryRegion !== undefined) replicated.set(secret.arn, name);
    return secret;
  };

  const isAwaited =
    ({ arn }: SecretState) =>
    ({ region, status }: Replica) =>
      status === "in-progress" && !hanging.has(`${arn} ${region}`);

  /** Looks until no replica is in progress, or until it has waited long enough. */
  const settled = async (name: SecretName): Promise<SecretState | undefined> => {
    const until = earliest(after(clock.now(), REPLICA_PATIENCE_MS), clock.endBy);
    for (;;) {
      const secret = await store.describe(name);
      const isSettled = secret === undefined || !secret.replicas.some(isAwaited(secret));
      if (isSettled || clock.now() >= until) return secret;
      await clock.sleep(LOOK_PAUSE_MS);
    }
  };

  /**
   * Nothing has changed for a while. Or it only seems to change, because somebody edits its tags again and again: nobody can change the
   * dates of its versions. Once a replica hangs, this run waits only for the others.
   */
  const hangs = async ({ arn, createdAt, lastChangedAt }: SecretState): Promise<boolean> => {
    const isLongAgo = (at: Date) => {
      const changedAt = Math.max(at.getTime(), movedAt.get(arn)?.getTime() ?? 0);
      return clock.now().getTime() - changedAt >= REPLICA_HANGS_AFTER_MS;
    };
    if (isLongAgo(lastChangedAt)) return true;
    if (!isLongAgo(createdAt)) return false;
    const versions = await store.history(arn);
    return versions.every((version) => isLongAgo(version.createdAt ?? lastChangedAt));
  };

  const tell = (name: SecretName, replicas: readonly Replica[]) => {
    failed.set(name, replicas);
    for (const { region, status, message } of replicas) {
      const key = `${name} ${region}`;
      if (told.has(key)) continue;
      told.add(key);
      log.warn("a replica doesn't get the changes of its secret", {
        secretName: masked(name),
        region: masked(region),
        status,
        ...(message !== undefined && { detail: masked(message) }),
      });
    }
  };

  const awaitReplicas = async (arn: SecretArn): Promise<void> => {
    const name = replicated.get(arn);
    if (name === undefined) return;
    const secret = await settled(name);
    // A secret that was made anew is another one: the write says so.
    if (secret?.arn !== arn) return;
    const behind = secret.replicas.filter(isAwaited(secret));
    if (behind.length > 0 && !(await hangs(secret))) {
      const regions = behind.map(({ region }) => region).join(", ");
      const message = `the replica of ${name} in ${regions} doesn't have its last change yet`;
      throw new RotationError("replica-behind", message);
    }
    for (const { region } of behind) hanging.add(`${arn} ${region}`);
    tell(name, notInSync(secret));
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
    failedReplicas: (name) => failed.get(name) ?? [],
    lookAtReplicas: async (name) => {
      const secret = await settled(name);
      if (secret !== undefined) tell(name, notInSync(secret));
      return failed.get(name) ?? [];
    },
    putResourcePolicy: moving((...args) => store.putResourcePolicy(...args)),
    promote: moving((...args) => store.promote(...args)),
    attach: moving((...args) => store.attach(...args)),
    detach: moving((...args) => store.detach(...args)),
  };
}

function notInSync({ replicas }: SecretState): readonly Replica[] {
  return replicas.filter(({ status }) => status !== "in-sync");
}
