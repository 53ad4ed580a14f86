import type { ActionName, OldString, Outcome, Verified } from "../apply/outcomes.ts";
import { MAX_FAILURES_NAMED, MAX_REPORT_ROWS } from "../limits.ts";
import type { UnusedEntry } from "../lineage/mappings.ts";
import type { Evidence } from "../lineage/reads.ts";
import type { RotationError } from "../model/errors.ts";
import type { RotationEvent, Summary } from "../model/events.ts";
import { masked } from "../model/masked.ts";
import type { Replica } from "../model/secret.ts";
import type { ApplicationId, RunId } from "../model/token.ts";
import type { UnusedPolicy } from "../policy/policy-use.ts";
import type { Trigger } from "../policy/request.ts";
import type { Share } from "../policy/slots.ts";
import type { ShardFacts } from "./coverage.ts";

/** The result of one token. A key is absent if it has no value. */
export interface ReportRow {
  readonly applicationId: string;
  readonly tokenId: string;
  readonly name?: string;
  readonly secretName?: string;
  readonly expirationDate?: string;
  readonly action: Outcome["action"];
  readonly reason: Outcome["reason"];
  readonly outcome: Outcome["outcome"];
  readonly successorId?: string;
  readonly versionId?: string;
  readonly verified?: Verified;
  /** The secret that held the token until now, if that is another one. */
  readonly formerSecretArn?: string;
  /** When a waiting token becomes due. */
  readonly dueDate?: string;
  /** When the grace period of a token that was replaced ends, and the policy retires it unless consumers still need it. */
  readonly retirementDate?: string;
  /** Of a current token that replaced another one: whether consumers have read it since. */
  readonly read?: Evidence;
  /** Of a token that was retired: the same of the tokens that replaced it. */
  readonly successorRead?: Evidence;
  /** With retireNow: the state of this token's old string. */
  readonly oldString?: OldString;
  /** Replicas of its secret that don't get the changes. The run doesn't fail because of them. */
  readonly failedReplicas?: readonly ReplicaRow[];
  readonly code?: string;
  readonly message?: string;
}

export type ReplicaRow = Pick<Replica, "region" | "status"> & { readonly message?: string };

export interface ApplicationRow {
  /** The id of a user, if `ownerType` is there. */
  readonly applicationId: string;
  /** The row is about a user, whose access token the worker renews. */
  readonly ownerType?: "user";
  /** `gone`: a discovered application that was deleted before its tokens could be listed. */
  readonly outcome: "ok" | "failed" | "gone";
  readonly code?: string;
  readonly message?: string;
  /** Entries of `secrets` that fit no token. */
  readonly unusedSecrets?: readonly UnusedEntry[];
}

/** What an invocation returns. */
export interface Report {
  readonly runId: string;
  readonly trigger: Trigger;
  readonly dryRun: boolean;
  /** Only in a fleet: which share of the applications the run took. */
  readonly shard?: Share;
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Only a dry run has `planned`. */
  readonly summary: Summary & { readonly planned?: number };
  /** How many rows are left out of `tokens`. */
  readonly omitted: number;
  readonly tokens: readonly ReportRow[];
  readonly applications: readonly ApplicationRow[];
  /** How many rows are left out of `applications`, if any are. */
  readonly omittedApplications?: number;
  /** Entries of `policy.tokens` that decide for no token, if the run looked at every application that has them. */
  readonly unusedPolicies?: readonly UnusedPolicy[];
}

/**
 * As many rows of applications as a report may have: first those that say more than `ok`, then those with tokens in the report. An
 * answer of Lambda may have six megabytes.
 */
export function applicationRows(
  rows: readonly ApplicationRow[],
  tokens: readonly ReportRow[],
): Pick<Report, "applications" | "omittedApplications"> {
  const omitted = rows.length - MAX_REPORT_ROWS;
  if (omitted <= 0) return { applications: rows };
  const shown = new Set(tokens.map(({ applicationId }) => applicationId));
  const rank = ({ applicationId, outcome, unusedSecrets }: ApplicationRow) => {
    if (outcome !== "ok" || unusedSecrets !== undefined) return 0;
    return shown.has(applicationId) ? 1 : 2;
  };
  const kept = new Set(rows.toSorted((one, other) => rank(one) - rank(other)).slice(0, MAX_REPORT_ROWS));
  return { applications: rows.filter((row) => kept.has(row)), omittedApplications: omitted };
}

/** If two things happened to one token, the first of these is shown. */
const WEIGHT: readonly ActionName[] = ["rotate", "resume", "retire", "discard", "announce", "skip", "wait"];

/** The most important first. */
export function byWeight(one: Pick<Outcome, "action">, other: Pick<Outcome, "action">): number {
  return WEIGHT.indexOf(one.action) - WEIGHT.indexOf(other.action);
}

/** Counts outcomes, and keeps only as many rows as a report may have. */
export class Tally {
  readonly #counts = {
    listed: 0,
    rotated: 0,
    resumed: 0,
    announced: 0,
    retired: 0,
    discarded: 0,
    skipped: 0,
    waiting: 0,
    deferred: 0,
    failed: 0,
    planned: 0,
  };
  #rows: ReportRow[] = [];
  #omitted = 0;

  list(count: number): void {
    this.#counts.listed += count;
  }

  /** Adds the outcomes of one lineage. Several outcomes of one token become one row, but each is counted. */
  add(applicationId: ApplicationId, outcomes: readonly Outcome[]): void {
    const weightiest = new Map<string, Outcome>();
    for (const outcome of outcomes) {
      this.#counts[counterOf(outcome)] += 1;
      if (outcome.error !== undefined && outcome.outcome !== "failed") this.#counts.failed += 1;
      const { id } = outcome.subject;
      const other = weightiest.get(id);
      weightiest.set(id, other === undefined ? outcome : weightierOf(outcome, other));
    }
    for (const outcome of weightiest.values()) this.#rows.push(rowOf(applicationId, outcome));
    if (this.#rows.length > 4 * MAX_REPORT_ROWS) this.#trim();
  }

  /** Counts a failure that is not about a token. */
  fail(): void {
    this.#counts.failed += 1;
  }

  result(dryRun: boolean): Pick<Report, "summary" | "omitted" | "tokens"> {
    this.#trim();
    const { planned, ...summary } = this.#counts;
    return {
      summary: dryRun ? { ...summary, planned } : summary,
      omitted: this.#omitted,
      tokens: this.#rows,
    };
  }

  #trim(): void {
    const omitted = this.#rows.length - MAX_REPORT_ROWS;
    if (omitted > 0) {
      // A thousand tokens that expired long ago must not hide what failed.
      this.#rows.sort((one, other) => rankOf(one) - rankOf(other) || byInterest(one, other));
      this.#rows = this.#rows.slice(0, MAX_REPORT_ROWS);
      this.#omitted += omitted;
    }
    this.#rows.sort(byInterest);
  }
}

/** The error of the less important one is shown too: a rotation may have succeeded, and the retirement after it failed. */
function weightierOf(one: Outcome, other: Outcome): Outcome {
  const isHeavier = byWeight(one, other) < 0;
  const [heavy, light] = isHeavier ? [one, other] : [other, one];
  const failedReplicas = heavy.failedReplicas ?? light.failedReplicas;
  return {
    ...heavy,
    error: heavy.error ?? light.error,
    oldString: heavy.oldString ?? light.oldString,
    ...(failedReplicas && { failedReplicas }),
  };
}

function counterOf({ outcome }: Outcome): keyof Summary | "planned" {
  return outcome === "deactivated" || outcome === "deleted" ? "retired" : outcome;
}

/** What is left out last, if a report has too many rows: failures, and what was done. */
function rankOf({ code, outcome, failedReplicas }: ReportRow): number {
  if (code !== undefined || failedReplicas !== undefined) return 0;
  if (outcome === "waiting") return 3;
  return outcome === "skipped" ? 2 : 1;
}

/** Waiting tokens come last. Within each group, the soonest expiry is first, and tokens that never expire are last. */
function byInterest(one: ReportRow, other: ReportRow): number {
  const waits = Number(one.outcome === "waiting") - Number(other.outcome === "waiting");
  if (waits !== 0) return waits;
  const [a, b] = [one.expirationDate ?? "~", other.expirationDate ?? "~"];
  return a < b ? -1 : Number(a > b);
}

export function rowOf(applicationId: ApplicationId, { subject, error, dueAt, ...rest }: Outcome): ReportRow {
  const { secretName, action, reason, outcome, successorId, versionId, verified, former, oldString } = rest;
  const { failedReplicas, read, successorRead } = rest;
  const row = {
    applicationId,
    tokenId: subject.id,
    name: subject.name && masked(subject.name),
    secretName: secretName && masked(secretName),
    expirationDate: subject.expiresAt?.toISOString(),
    action,
    reason,
    outcome,
    successorId,
    versionId,
    verified,
    formerSecretArn: former && masked(former),
    dueDate: dueAt?.toISOString(),
    retirementDate: rest.retiresAt?.toISOString(),
    read,
    successorRead,
    oldString: oldString && { ...oldString, heldBy: masked(oldString.heldBy) },
    failedReplicas: failedReplicas?.map(replicaRowOf),
    ...errorFacts(error),
  };
  return Object.fromEntries(
    Object.entries(row).filter(([, value]) => value !== undefined),
  ) as unknown as ReportRow;
}

export function replicaRowOf({ region, status, message }: Replica): ReplicaRow {
  return { region: masked(region), status, ...(message !== undefined && { message: masked(message) }) };
}

export function errorFacts(error: RotationError | undefined): {
  readonly code?: string;
  readonly message?: string;
} {
  return error === undefined ? {} : { code: error.code, message: error.message };
}

export interface Completion {
  readonly runId: RunId;
  readonly trigger: Trigger;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  /** Only in a fleet. */
  readonly ofShard?: ShardFacts | undefined;
}

/** The event of a completed run: what it did, and which applications failed. */
export function completedEvent(
  { runId, trigger, startedAt, finishedAt, ofShard }: Completion,
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
      ...ofShard,
    },
  };
}
