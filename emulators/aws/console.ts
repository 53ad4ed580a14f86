import { CURRENT, moved } from "./labels.ts";
import type { Secrets } from "./secrets.ts";
import { added, scheduled } from "./secrets-writes.ts";
import { type KeyState, MAX_LABELS, type Secret, withLabels } from "./versions.ts";
import { type SecretView, secretView } from "./views.ts";

/** Labels of somebody else begin with this. */
const SOMEBODYS = "somebodys-";

/** A person with the console, whom neither quotas nor faults concern. */
export interface SecretsConsole {
  /**
   * A person creates the secret with this value, or gives an existing one a new current value. With a version id of
   * the worker's, it is as if the worker had.
   */
  putSecret(
    name: string,
    value: string,
    versionId?: string,
  ): { readonly arn: string; readonly versionId: string };
  /** A stored string; undefined when there is none. */
  value(name: string, stageOrVersionId?: string): string | undefined;
  secret(name: string): SecretView | undefined;
  /** Also those scheduled for deletion, in the order of their creation. */
  secretNames(): readonly string[];
  /** Writes that the quota has refused so far. */
  throttledWrites(): number;
  scheduleDeletion(name: string, days?: number): void;
  restore(name: string): void;
  setOwningService(name: string, service: string | undefined): void;
  /** The secret is a replica of one in that region; without a region it is promoted to a secret of its own. */
  makeReplica(name: string, primaryRegion: string | undefined): void;
  /** The secret has replicas in these regions, which this emulator does not hold. */
  replicateTo(name: string, regions: readonly string[]): void;
  /** Policies deny these operations on what has this name, a secret or not yet one; an empty list takes that back. */
  deny(name: string, ...operations: readonly string[]): void;
  /** What becomes of the KMS key that the secret is encrypted with. */
  setKeyState(name: string, state: KeyState): void;
  /** Somebody's labels, on its oldest version, until the secret has as many as it may have; and takes them off. */
  fillLabels(name: string): void;
  clearLabels(name: string): void;
  /** A person moves a label to a version, named by its id or by a label it holds; to none removes it. */
  moveLabel(name: string, label: string, to: string | undefined): void;
}

export function secretsConsole(secrets: Secrets): SecretsConsole {
  const versionOf = (secret: Secret | undefined, stageOrVersionId: string) => {
    const wanted = secret?.labels.get(stageOrVersionId) ?? stageOrVersionId;
    return secret?.versions.find(({ id }) => id === wanted);
  };
  return {
    putSecret(
      name: string,
      data: string,
      versionId = `by-hand-${String(secrets.nextSequence()).padStart(28, "0")}`,
    ) {
      const blank = { name, description: undefined, kmsKeyId: undefined, tags: new Map() };
      const before = secrets.find(name) ?? secrets.blank(blank);
      secrets.save(added(secrets, before, versionId, { kind: "string", data }));
      return { arn: before.arn, versionId };
    },
    value(name: string, stageOrVersionId = CURRENT) {
      const value = versionOf(secrets.find(name), stageOrVersionId)?.value;
      return value?.kind === "string" ? value.data : undefined;
    },
    secret(name: string) {
      const secret = secrets.find(name);
      return secret && secretView(secret);
    },
    throttledWrites: () => secrets.quota.refused,
    secretNames: () => secrets.all().map(({ name }) => name),
    scheduleDeletion: (name: string, days?: number) => void scheduled(secrets, secrets.get(name), days),
    restore: (name: string) => void secrets.saveChanged({ ...secrets.get(name), deletedAt: undefined }),
    setOwningService: (name: string, owningService: string | undefined) =>
      void secrets.save({ ...secrets.get(name), owningService }),
    makeReplica: (name: string, primaryRegion: string | undefined) =>
      void secrets.save({ ...secrets.get(name), primaryRegion, replicaRegions: [] }),
    replicateTo(name: string, replicaRegions: readonly string[]) {
      const primaryRegion = replicaRegions.length === 0 ? undefined : secrets.settings.region;
      secrets.save({ ...secrets.get(name), primaryRegion, replicaRegions });
    },
    deny: (name: string, ...operations: readonly string[]) => secrets.deny(name, operations),
    setKeyState: (name: string, keyState: KeyState) => void secrets.save({ ...secrets.get(name), keyState }),
    fillLabels(name: string) {
      const secret = secrets.get(name);
      const holder = secret.versions[0]?.id;
      if (holder === undefined) throw new Error(`${name} has no version that could carry labels`);
      const free = MAX_LABELS - secret.labels.size;
      const added = Array.from({ length: free }, (_, index) => [`${SOMEBODYS}${index}`, holder] as const);
      secrets.saveRelabelled(withLabels(secret, new Map([...secret.labels, ...added])));
    },
    clearLabels(name: string) {
      const secret = secrets.get(name);
      const kept = [...secret.labels].filter(([label]) => !label.startsWith(SOMEBODYS));
      secrets.saveRelabelled(withLabels(secret, new Map(kept)));
    },
    moveLabel(name: string, label: string, to: string | undefined) {
      const secret = secrets.get(name);
      const version = to === undefined ? undefined : versionOf(secret, to);
      if (to !== undefined && version === undefined) throw new Error(`${name} has no version ${to}`);
      secrets.saveRelabelled(withLabels(secret, moved(secret.labels, label, version?.id)));
    },
  };
}
