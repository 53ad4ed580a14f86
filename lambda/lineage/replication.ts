import { REPLICA_HANGS_AFTER_MS } from "../limits.ts";
import { isReplica, type Replica } from "../model/secret.ts";
import { after } from "../model/time.ts";
import { isLive } from "../model/token.ts";
import type { Lineage } from "./lineage.ts";

/** The current token of a secret with replicas. Nobody can change these dates, unlike those of the secret. */
export interface Replicated {
  /** From then on, each replica should have the token. */
  readonly sinceAt: Date;
  /** When the token ends that replicas may still hold. Undefined if somebody has ended it, or if it never expires. */
  readonly expiresAt: Date | undefined;
}

/** Undefined if the secret has no replicas as far as this is known, or no live token. */
export function replicationOf(
  { secret, head, chain, superseded }: Lineage,
  now: Date,
): Replicated | undefined {
  if (secret?.primaryRegion === undefined || isReplica(secret)) return undefined;
  if (head?.kind !== "current" || head.token === undefined || !isLive(head.token, now)) return undefined;
  const predecessor = superseded.find(({ id }) => id === chain[1]);
  return {
    sinceAt: after(head.token.createdAt, REPLICA_HANGS_AFTER_MS),
    expiresAt: predecessor?.status === "active" ? predecessor.expiresAt : undefined,
  };
}

/** The replicas that don't get the changes of a secret, if it was described. One that is in progress may only be about to. */
export function failedReplicas({ secret }: Lineage, now: Date): readonly Replica[] {
  if (secret === undefined) return [];
  const hangs = now.getTime() - secret.lastChangedAt.getTime() >= REPLICA_HANGS_AFTER_MS;
  return secret.replicas.filter(({ status }) => status === "failed" || (status === "in-progress" && hangs));
}
