import type { Secret } from "./versions.ts";

/** What the replica of a secret is like: the Status of ReplicationStatusType, and a message if it failed. */
interface ReplicaState {
  readonly Region: string;
  readonly Status: "InSync" | "InProgress" | "Failed";
  readonly StatusMessage?: string;
}

/**
 * The replicas of all secrets, without their contents. A change reaches them after a while. A change that comes before that makes
 * replication hang for ever, as square/password-rotation-lambda (issue 12) has seen it.
 */
export class Replication {
  readonly #now: () => Date;
  readonly #lagMs: (name: string) => number;
  readonly #changedAt = new Map<string, Date>();
  readonly #hanging = new Set<string>();
  readonly #failed = new Map<string, ReadonlyMap<string, string>>();
  readonly #outOfOrder = new Map<string, "fails" | "hangs">();

  constructor(now: () => Date, lagMs: (name: string) => number = () => 0) {
    this.#now = now;
    this.#lagMs = lagMs;
  }

  /** A value was stored, or a label moved. */
  changed({ name, replicaRegions }: Secret): void {
    if (replicaRegions.length === 0) return;
    if (this.#isBehind(name)) this.#hanging.add(name);
    this.#changedAt.set(name, this.#now());
  }

  /** From now on, the replica in this region fails. Without a message, it works again. */
  fail(name: string, region: string, message: string | undefined): void {
    const others = [...(this.#failed.get(name) ?? [])].filter(([one]) => one !== region);
    this.#failed.set(name, new Map(message === undefined ? others : [...others, [region, message]]));
  }

  /** From now on, every replica in this region fails, or never gets a change. */
  disable(region: string, how: "fails" | "hangs"): void {
    this.#outOfOrder.set(region, how);
  }

  /** From now on, its replication hangs, or no longer. */
  hang(name: string, hangs: boolean): void {
    if (hangs) this.#hanging.add(name);
    else this.#hanging.delete(name);
  }

  /** The secrets whose replication hangs. */
  get hanging(): readonly string[] {
    return [...this.#hanging];
  }

  statesOf({ name, replicaRegions }: Secret): readonly ReplicaState[] {
    return replicaRegions.map((Region) => {
      const how = this.#outOfOrder.get(Region);
      const everywhere = how === "fails" ? "the region is out of order" : undefined;
      const StatusMessage = this.#failed.get(name)?.get(Region) ?? everywhere;
      if (StatusMessage !== undefined) return { Region, Status: "Failed", StatusMessage };
      return { Region, Status: how === "hangs" || this.#isBehind(name) ? "InProgress" : "InSync" };
    });
  }

  #isBehind(name: string): boolean {
    if (this.#hanging.has(name)) return true;
    const changedAt = this.#changedAt.get(name);
    return changedAt !== undefined && this.#now().getTime() - changedAt.getTime() < this.#lagMs(name);
  }
}
