import type { StoreIndex } from "../lineage/store-index.ts";
import type { SecretArn, SecretName } from "../model/secret.ts";
import type { RunId, TokenId } from "../model/token.ts";
import type { ApplicationConfig } from "../policy/config.ts";
import type { Trigger } from "../policy/request.ts";
import type { Clock, EventBus, Log, SecretStore, TokenApi } from "../ports.ts";
import type { IssueBudget } from "./issue-budget.ts";
import type { IssueGate } from "./issue-gate.ts";

/** One run, as its effects see it: who is at work, through which ports, and within which bounds. */
export interface EffectContext {
  readonly runId: RunId;
  readonly trigger: Trigger;
  /** What a run tells of goes by its start: the starts of two are about an interval apart, whatever the runs take. */
  readonly startedAt: Date;
  /** Its writes keep to the rate that this run may write at. */
  readonly store: SecretStore;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly log: Log;
  readonly gate: IssueGate;
  /** The list of secrets as it was when the run began to look. */
  readonly index: () => Promise<StoreIndex>;
  /** The tokens that configured applications are logged in with, as far as they have been looked at. */
  readonly loginIds: ReadonlySet<TokenId>;
  /** Where its readers find the runbook; see `articleOn`. */
  readonly runbook: string | undefined;
}

/** One application in one run: what every effect on its tokens needs. */
export interface ApplicationContext {
  readonly run: EffectContext;
  readonly application: ApplicationConfig;
  readonly api: TokenApi;
  readonly budget: IssueBudget;
  /** How far Losant's clock is ahead of this one, in milliseconds. */
  readonly aheadMs: number;
  /** Whether the token was there before the plan was made: then no answer can make it a successor. */
  readonly wasListed: (id: TokenId) => boolean;
}

/** The secret of a lineage. */
export interface SecretPlace {
  readonly secretName: SecretName;
  readonly secretArn: SecretArn;
}
