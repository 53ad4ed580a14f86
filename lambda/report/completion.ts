import type { Trigger } from "../apply/context.ts";
import { MAX_FAILURES_NAMED } from "../limits.ts";
import type { RotationEvent } from "../model/events.ts";
import type { RunId } from "../model/token.ts";
import type { ApplicationRow, Report } from "./report.ts";

export interface Completion {
  readonly runId: RunId;
  readonly trigger: Trigger;
  readonly startedAt: Date;
  readonly finishedAt: Date;
}

/** The news that a run came to its end: what it did, and in which applications it could do nothing. */
export function completedEvent(
  { runId, trigger, startedAt, finishedAt }: Completion,
  succeeded: boolean,
  summary: Report["summary"],
  applications: readonly ApplicationRow[],
): RotationEvent {
  return {
    detailType: "Losant Token Rotation Run Completed",
    resources: [],
    detail: {
      schemaVersion: "1",
      runId,
      trigger,
      key: runId,
      startedAt: startedAt.toISOString(),
      finishedAt: finishedAt.toISOString(),
      succeeded,
      summary,
      failedApplications: applications
        .flatMap(({ applicationId, code }) => (code === undefined ? [] : [{ applicationId, code }]))
        .slice(0, MAX_FAILURES_NAMED),
    },
  };
}
