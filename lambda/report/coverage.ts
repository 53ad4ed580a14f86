import type { ErrorCode } from "../model/errors.ts";
import type { Share } from "../policy/slots.ts";

/** How far a run of a fleet came with the applications of its shard. Each application is counted once. */
export interface Coverage {
  /** Its tokens were listed, or it was deleted meanwhile. */
  readonly seen: number;
  /** It failed for a reason of its own. */
  readonly failed: number;
  /** There was no time to look at it. */
  readonly unseen: number;
}

/** What a run of a fleet says about its shard. */
export interface ShardFacts {
  readonly shard: Share;
  readonly applications: Coverage;
}

/** An application with such a failure was not looked at because of the run, and not because of itself. */
const UNSEEN: ReadonlySet<string> = new Set<ErrorCode>(["out-of-time", "losant-throttled"]);

export function coverageOf(rows: Iterable<{ readonly outcome: string; readonly code?: string }>): Coverage {
  let [seen, failed, unseen] = [0, 0, 0];
  for (const { outcome, code } of rows) {
    if (outcome !== "failed") seen += 1;
    else if (code !== undefined && UNSEEN.has(code)) unseen += 1;
    else failed += 1;
  }
  return { seen, failed, unseen };
}

/** What decides whether a run of a fleet is completed. */
interface Course {
  readonly applications: Coverage;
  /** Each entry of `discover` listed all of its applications, and enough of them. */
  readonly isDiscovered: boolean;
  /** As far as the run knows, the store accepts strings. */
  readonly storeWorks: boolean;
  /** The bus accepted the event of the run. */
  readonly isTold: boolean;
}

/**
 * Whether a run of a fleet did what it must do. Of a million tokens, some always fail, so a failure of single tokens and
 * applications doesn't decide this: it has its own events, and the metric `Failed`.
 */
export function isCompleted({ applications, isDiscovered, storeWorks, isTold }: Course): boolean {
  const { seen, failed, unseen } = applications;
  const haveAllFailed = seen === 0 && failed > 0;
  return isDiscovered && unseen === 0 && !haveAllFailed && storeWorks && isTold;
}
