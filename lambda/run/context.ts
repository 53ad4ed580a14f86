import type { IssueGate } from "../apply/issue-gate.ts";
import type { RunId } from "../model/token.ts";
import type { ApplicationConfig, RotationConfig } from "../policy/config.ts";
import type { RotationRequest } from "../policy/request.ts";
import type { Clock, EventBus, Log, SecretStore, TokenApi } from "../ports.ts";
import type { Recorder } from "../report/recorder.ts";

/** Everything outside that a run touches. */
export interface RunEnvironment {
  readonly config: RotationConfig;
  readonly runId: RunId;
  readonly deadline: Date;
  readonly clock: Clock;
  readonly log: Log;
  /** Where its readers find the runbook; see `articleOn`. */
  readonly runbook?: string | undefined;
  readonly store: SecretStore;
  readonly bus: EventBus;
  readonly connect: (application: ApplicationConfig) => TokenApi;
}

/** What the parts of one run share. */
export interface RunContext {
  readonly request: RotationRequest;
  readonly startedAt: Date;
  readonly environment: RunEnvironment;
  readonly recorder: Recorder;
  readonly gate: IssueGate;
  readonly observingUntil: Date;
  /** Entries of the event's `tokens` that no listed token has answered to yet. */
  readonly unmatched: Set<string>;
}
