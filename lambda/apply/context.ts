import type { SecretArn, SecretName } from "../model/secret.ts";
import type { RunId } from "../model/token.ts";
import type { ApplicationConfig } from "../policy/config.ts";
import type { Trigger } from "../policy/request.ts";
import type { Clock, EventBus, Log, SecretStore, TokenApi } from "../ports.ts";
import type { IssueGate } from "./issue-gate.ts";

/** Who is at work, and through which ports: what every effect on one application's tokens needs. */
export interface ApplicationContext {
  readonly application: ApplicationConfig;
  readonly runId: RunId;
  readonly trigger: Trigger;
  /** What a run tells of goes by its start: the starts of two are about an interval apart, whatever the runs take. */
  readonly startedAt: Date;
  readonly api: TokenApi;
  readonly store: SecretStore;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly log: Log;
  readonly gate: IssueGate;
  /** Where its readers find the runbook; see `articleOn`. */
  readonly runbook: string | undefined;
}

/** The secret of a lineage. */
export interface Place {
  readonly secretName: SecretName;
  readonly secretArn: SecretArn;
}
