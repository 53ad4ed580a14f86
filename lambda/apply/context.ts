import type { StoreIndex } from "../lineage/store-index.ts";
import type { Replica, SecretArn, SecretName } from "../model/secret.ts";
import type { ApplicationId, RunId, TokenId } from "../model/token.ts";
import type { ApplicationConfig } from "../policy/config.ts";
import type { Trigger } from "../policy/request.ts";
import type { Clock, EventBus, Log, SecretStore, TokenApi } from "../ports.ts";
import type { IssueBudget } from "./issue-budget.ts";
import type { IssueGate } from "./issue-gate.ts";

/** The clock of one run. After `endBy`, nothing is tried again, so that the run can report before its deadline. */
export interface RunClock extends Clock {
  readonly endBy: Date;
}

/** The store of a run. It moves no label of a secret while one of its replicas may lack the last change. */
export interface RunStore extends SecretStore {
  /**
   * Waits until each replica of a secret that this run has described has the last change, or can't get it. Without replicas, it asks
   * nobody. Reads only.
   * @throws RotationError `replica-behind` if one of them needs longer
   */
  awaitReplicas(arn: SecretArn): Promise<void>;
  /** The replicas of a secret that don't get its changes, as far as this run has looked. */
  failedReplicas(name: SecretName): readonly Replica[];
  /** The same after a look, which waits for replicas that are in progress. Reads only. */
  lookAtReplicas(name: SecretName): Promise<readonly Replica[]>;
}

/** One run, as effects see it: its id, its ports and its limits. */
export interface EffectContext {
  readonly runId: RunId;
  readonly trigger: Trigger;
  /**
   * Decides which events a run sends, see `Slot`. The moments of two runs are about an interval apart, however long the runs take.
   */
  readonly at: Date;
  readonly startedAt: Date;
  /** Its writes are limited to the rate of this run. */
  readonly store: RunStore;
  readonly bus: EventBus;
  readonly clock: RunClock;
  readonly log: Log;
  readonly gate: IssueGate;
  /** The list of secrets at the beginning of the run. */
  readonly index: (of: ApplicationId) => Promise<StoreIndex>;
  /** Secrets that the list doesn't contain because of their names, by the tokens that their labelled versions hold. */
  readonly heldElsewhere: ReadonlyMap<TokenId, ReadonlySet<SecretName>>;
  /** The tokens that the configured applications are logged in with, as far as they have been read. */
  readonly loginIds: ReadonlySet<TokenId>;
  /** The address of the runbook; see `articleOn`. */
  readonly runbook: string | undefined;
}

/** One application in one run, with everything that effects on its tokens need. */
export interface ApplicationContext {
  readonly run: EffectContext;
  readonly application: ApplicationConfig;
  readonly api: TokenApi;
  readonly budget: IssueBudget;
  /** How far Losant's clock is ahead of this one, in milliseconds. */
  readonly aheadMs: number;
  /** Whether the token existed before the plan was made. Such a token can't be a successor. */
  readonly wasListed: (id: TokenId) => boolean;
}

/** The secret of a lineage. */
export interface SecretPlace {
  readonly secretName: SecretName;
  readonly secretArn: SecretArn;
}
