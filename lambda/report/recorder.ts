import type { ApplicationContext } from "../apply/context.ts";
import type { Outcome } from "../apply/outcomes.ts";
import { MAX_FAILURES_NAMED, MAX_REPORT_ROWS } from "../limits.ts";
import type { UnusedEntry } from "../lineage/mappings.ts";
import type { Snapshot } from "../lineage/snapshot.ts";
import {
  asRotationError,
  type ErrorCode,
  failureOf,
  type RotationError,
  remedyFor,
} from "../model/errors.ts";
import type { RotationEvent } from "../model/events.ts";
import { quoted } from "../model/printable.ts";
import { type ApplicationId, ownerFacts, ownerText, type TokenOwner } from "../model/token.ts";
import type { LineagePlan } from "../plan/plan.ts";
import { restOf } from "../plan/reasons.ts";
import type { UnusedPolicy } from "../policy/policy-use.ts";
import type { EventBus, Log, LogFields } from "../ports.ts";
import { expiryAtStake, isOrphanLeft, type RunFacts } from "./metrics.ts";
import { accessTokenNotification, notificationsOf } from "./notifications.ts";
import {
  type ApplicationRow,
  type Completion,
  completedEvent,
  errorFacts,
  type Report,
  rowOf,
  Tally,
} from "./report.ts";

/** Records the results of a run: in the log, in events, and for the report. */
export class Recorder {
  readonly #log: Log;
  readonly #isDryRun: boolean;
  readonly #runbook: string | undefined;
  readonly #tally = new Tally();
  /** The result of each application, in no order. */
  readonly applications = new Map<ApplicationId, ApplicationRow>();
  /** The keys of the events that this recorder sent. */
  readonly #told = new Set<string>();
  readonly #failures: string[] = [];
  readonly #codes = new Set<ErrorCode>();
  #failureCount = 0;
  #restingSeen = 0;
  #orphans = 0;
  #unreadSuccessors = 0;
  #soonestExpiryAt: Date | undefined;
  #accessTokenExpiresAt: RunFacts["accessTokenExpiresAt"];

  /** `runbook`: its address; see `articleOn`. */
  constructor(log: Log, isDryRun: boolean, runbook?: string) {
    this.#log = log;
    this.#isDryRun = isDryRun;
    this.#runbook = runbook;
  }

  /** Records the tokens of an application, and the plans for them. */
  async listed(
    snapshot: Pick<Snapshot, "tokens" | "unreadable" | "login" | "ownId">,
    lineages: readonly LineagePlan[],
    context: ApplicationContext,
  ): Promise<void> {
    const { application } = context;
    this.#tally.list(snapshot.tokens.size + snapshot.unreadable.size);
    this.accessToken(snapshot.login.expiresAt);
    // Two access tokens may belong to one user.
    if (this.applications.get(application.id)?.outcome !== "failed")
      this.applications.set(application.id, { ...ownerFacts(application), outcome: "ok" });
    const warning = this.#isDryRun ? undefined : accessTokenNotification(snapshot, lineages, context);
    if (warning !== undefined) await this.#publish(warning, context);
  }

  /** Records when the access token of one application expires. If one is unknown, it is unknown which expires first. */
  accessToken(expiresAt: RunFacts["accessTokenExpiresAt"]): void {
    const known = this.#accessTokenExpiresAt;
    this.#accessTokenExpiresAt =
      known === "unknown" || expiresAt === "unknown" ? "unknown" : earlier(known, expiresAt);
  }

  /** Records entries of `secrets` that fit no token, because otherwise nobody would notice that they have no effect. */
  unusedSecrets(applicationId: ApplicationId, unusedSecrets: readonly UnusedEntry[]): void {
    const row = this.applications.get(applicationId);
    if (row === undefined || unusedSecrets.length === 0) return;
    this.applications.set(applicationId, { ...row, unusedSecrets });
    this.#log.warn("entries of `secrets` fit no token", { applicationId, unusedSecrets });
  }

  /** Records entries of `policy.tokens` that decide for no token. */
  unusedPolicies(unused: readonly UnusedPolicy[]): void {
    if (unused.length > 0)
      this.#log.warn("entries of `policy.tokens` fit no token", { unusedPolicies: unused });
  }

  applicationFailed(owner: TokenOwner, error: RotationError): void {
    const known = this.applications.get(owner.id);
    const facts = { outcome: "failed" as const, ...errorFacts(error) };
    this.applications.set(owner.id, { ...known, ...ownerFacts(owner), ...facts });
    this.failed(ownerText(owner), error, { applicationId: owner.id });
  }

  /** Records that a discovered application was deleted before its tokens could be listed. */
  applicationGone(applicationId: ApplicationId): void {
    this.applications.set(applicationId, { applicationId, outcome: "gone" });
    this.#log.info("a discovered application no longer exists", { applicationId });
  }

  /** Records a failure that is not about a token. `about`: more fields of its line in the log. */
  failed(what: string, error: RotationError, about: LogFields = {}): void {
    this.#tally.fail();
    this.#note(what, error, {
      ...about,
      ...errorFacts(error),
      remedy: remedyFor(error.code, this.#runbook),
    });
  }

  /**
   * Records the outcomes of one lineage. Events about them are not repeated: if the bus refuses one, that is a failure of
   * its own.
   */
  async record(
    outcomes: readonly Outcome[],
    lineage: Pick<LineagePlan, "secretArn" | "policy" | "replication">,
    context: ApplicationContext,
  ): Promise<void> {
    const { id } = context.application;
    this.#tally.add(id, outcomes);
    for (const outcome of outcomes) {
      this.#write(id, outcome);
      if (isOrphanLeft(outcome)) this.#orphans += 1;
      if (outcome.unread !== undefined) this.#unreadSuccessors += 1;
      this.#soonestExpiryAt = earlier(this.#soonestExpiryAt, expiryAtStake(outcome));
    }
    if (this.#isDryRun) return;
    for (const event of notificationsOf(outcomes, lineage, context)) await this.#publish(event, context);
  }

  /** Logs how many tokens at rest have no line in the log, if there are any. */
  sayWhatIsLeftOut(): void {
    const leftOut = this.#restingSeen - MAX_REPORT_ROWS;
    if (leftOut > 0) this.#log.info("the log omits some tokens at rest", { count: leftOut });
  }

  /**
   * Sends the last event of a run. If the bus refuses it, the run fails, because otherwise nobody would know. Returns whether it was
   * sent.
   */
  async complete(completion: Completion, bus: EventBus): Promise<boolean> {
    const { summary } = this.result();
    const event = completedEvent(completion, this.#failureCount === 0, summary, [
      ...this.applications.values(),
    ]);
    const error = await failureOf(bus.publish(event));
    if (error !== undefined) this.failed("the event of the completed run", error);
    return error === undefined;
  }

  /** The part of the report that this recorder has counted. */
  result(): Pick<Report, "summary" | "omitted" | "tokens"> {
    return this.#tally.result(this.#isDryRun);
  }

  /** The facts for metrics that are not in the report. */
  get facts(): Pick<RunFacts, "orphans" | "unreadSuccessors" | "soonestExpiryAt" | "accessTokenExpiresAt"> {
    return {
      orphans: this.#orphans,
      unreadSuccessors: this.#unreadSuccessors,
      soonestExpiryAt: this.#soonestExpiryAt,
      accessTokenExpiresAt: this.#accessTokenExpiresAt,
    };
  }

  /** The codes of all failures, each once. */
  get codes(): readonly ErrorCode[] {
    return [...this.#codes];
  }

  get failures(): readonly string[] {
    const more = this.#failureCount - this.#failures.length;
    return more > 0 ? [...this.#failures, `and ${more} more`] : this.#failures;
  }

  /** Sends an event once, also if there are two reasons for it. */
  async #publish(event: RotationEvent, { run, application }: ApplicationContext): Promise<void> {
    const { key } = event.detail;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    try {
      await run.bus.publish(event);
    } catch (thrown) {
      this.failed(
        `the event ${JSON.stringify(event.detailType)} of ${ownerText(application)}`,
        asRotationError(thrown),
      );
    }
  }

  #write(applicationId: ApplicationId, outcome: Outcome): void {
    const { error, subject } = outcome;
    if (error !== undefined) {
      const remedy = remedyFor(error.code, this.#runbook);
      const fields = { ...rowOf(applicationId, outcome), remedy, retryable: error.retryable };
      this.#note(`token ${quoted(subject.name ?? "?")} (${subject.id})`, error, fields);
    } else if (restOf(outcome.reason)?.isWarned === true || outcome.failedReplicas !== undefined) {
      this.#log.warn("token outcome", { ...rowOf(applicationId, outcome) });
    } else {
      if (RESTING.has(outcome.outcome)) this.#restingSeen += 1;
      const isLeftOut = RESTING.has(outcome.outcome) && this.#restingSeen > MAX_REPORT_ROWS;
      if (!isLeftOut) this.#log.info("token outcome", { ...rowOf(applicationId, outcome) });
    }
  }

  #note(what: string, error: RotationError, fields: object): void {
    this.#failureCount += 1;
    this.#codes.add(error.code);
    if (this.#failures.length < MAX_FAILURES_NAMED)
      this.#failures.push(`${what}: ${error.code}: ${error.message}`);
    this.#log.error(`failed: ${what}`, { ...fields });
  }
}

function earlier(one: Date | undefined, other: Date | undefined): Date | undefined {
  return other === undefined || (one !== undefined && one <= other) ? one : other;
}

/** Nothing happened to these tokens. Most tokens are like that, so the log has a limited number of them. */
const RESTING: ReadonlySet<Outcome["outcome"]> = new Set(["waiting", "skipped"]);
