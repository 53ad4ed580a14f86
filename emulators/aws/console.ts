import { CURRENT, moved } from "./labels.ts";
import type { Demands, Secrets } from "./secrets.ts";
import { showRead } from "./secrets-reads.ts";
import { added, scheduled } from "./secrets-writes.ts";
import { type KeyState, MAX_LABELS, type Secret, withLabels } from "./versions.ts";
import { type SecretView, secretView } from "./views.ts";

/** The beginning of labels that somebody else added. */
const SOMEBODYS = "somebodys-";

/** What a person can do in the AWS console. Quotas and faults don't apply. */
export interface SecretsConsole {
  /**
   * Creates the secret with this value, or stores a new current value in an existing one. With a version id in the
   * worker's format, it looks as if the worker had stored the value.
   */
  putSecret(
    name: string,
    value: string,
    versionId?: string,
  ): { readonly arn: string; readonly versionId: string };
  /** A stored string. Undefined if there is none. */
  value(name: string, stageOrVersionId?: string): string | undefined;
  secret(name: string): SecretView | undefined;
  /** Shows that somebody read the version at this moment: AWS may show that later than it happened. */
  showRead(name: string, versionId: string, at: Date): void;
  /** Adds a tag, or changes its value. */
  tag(name: string, key: string, value: string): void;
  /** The names of all secrets, including those scheduled for deletion, in the order of their creation. */
  secretNames(): readonly string[];
  /** Writes that the quota has refused so far. */
  throttledWrites(): number;
  scheduleDeletion(name: string, days?: number): void;
  restore(name: string): void;
  setOwningService(name: string, service: string | undefined): void;
  /** Makes the secret a replica of a secret in that region. Without a region, promotes it to a secret of its own. */
  makeReplica(name: string, primaryRegion: string | undefined): void;
  /** Gives the secret replicas in these regions. The emulator doesn't store the replicas. */
  replicateTo(name: string, regions: readonly string[]): void;
  /** From now on, the replica in this region fails with this message. Without one, it works again. */
  failReplica(name: string, region: string, message: string | undefined): void;
  /** From now on, the replicas of the secret get no changes, or get them again. */
  hangReplicas(name: string, hangs: boolean): void;
  /** The secrets whose replicas get no changes. */
  hangingReplicas(): readonly string[];
  /** Creates a secret without a value, or replaces the description of an existing one. */
  describeSecret(name: string, description: string | undefined): void;
  /** Attaches this resource policy, or removes the one that is attached. It doesn't decide who may read. */
  setResourcePolicy(name: string, policy: string | undefined): void;
  /** Policies deny these operations on the secret with this name, even if it doesn't exist yet. An empty list ends that. */
  deny(name: string, ...operations: readonly string[]): void;
  /** The organization refuses new secrets without these tags, and without a key of their own. It doesn't apply to `putSecret`. */
  demand(demands: Demands): void;
  /** Sets the state of the KMS key that encrypts the secret. */
  setKeyState(name: string, state: KeyState): void;
  /** Adds labels to the oldest version until the secret has the maximum number. `clearLabels` removes them. */
  fillLabels(name: string): void;
  clearLabels(name: string): void;
  /** Moves a label to a version, given by its id or by one of its labels. Undefined removes the label. */
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
    showRead(name: string, versionId: string, at: Date) {
      const secret = secrets.find(name);
      const version = versionOf(secret, versionId);
      if (secret !== undefined && version !== undefined) showRead(secrets, secret, version, at);
    },
    tag(name: string, key: string, value: string) {
      const secret = secrets.get(name);
      secrets.saveChanged({ ...secret, tags: new Map([...secret.tags, [key, value]]) });
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
    failReplica: (name: string, region: string, message: string | undefined) =>
      secrets.replication.fail(name, region, message),
    hangReplicas: (name: string, hangs: boolean) => secrets.replication.hang(name, hangs),
    hangingReplicas: () => secrets.replication.hanging,
    describeSecret(name: string, description: string | undefined) {
      const secret =
        secrets.find(name) ?? secrets.blank({ name, description, kmsKeyId: undefined, tags: new Map() });
      secrets.saveChanged({ ...secret, description });
    },
    setResourcePolicy: (name: string, resourcePolicy: string | undefined) =>
      void secrets.saveChanged({ ...secrets.get(name), resourcePolicy }),
    deny: (name: string, ...operations: readonly string[]) => secrets.deny(name, operations),
    demand: (demands: Demands) => secrets.demand(demands),
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
