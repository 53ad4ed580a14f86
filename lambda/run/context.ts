import type { ApplicationContext, EffectContext } from "../apply/context.ts";
import { IssueBudget } from "../apply/issue-budget.ts";
import { IssueGate } from "../apply/issue-gate.ts";
import {
  ISSUE_TO_STAGE_MS,
  MOST_LOSANT_READS_AT_ONCE,
  MOST_STORE_READS_AT_ONCE,
  OBSERVING_PART,
  STEP_RESERVE_MS,
  STORE_WRITES_PER_SECOND,
} from "../limits.ts";
import type { StoreIndex } from "../lineage/store-index.ts";
import { asRotationError } from "../model/errors.ts";
import type { SecretName } from "../model/secret.ts";
import { after } from "../model/time.ts";
import type { ApplicationId, RunId, TokenId } from "../model/token.ts";
import { NO_INDEX, readIndex, SecretLists } from "../observe/read-index.ts";
import type { ApplicationConfig, DiscoverConfig, RotationConfig } from "../policy/config.ts";
import { PolicyUse } from "../policy/policy-use.ts";
import type { RotationRequest } from "../policy/request.ts";
import type { Share } from "../policy/slots.ts";
import type {
  AccessTokenReader,
  Clock,
  Directory,
  EventBus,
  InTurn,
  ListingRoom,
  Log,
  TokenApi,
} from "../ports.ts";
import { Recorder } from "../report/recorder.ts";
import { type Discovery, discover } from "./discovery.ts";
import {
  answering,
  circuitBroken,
  LosantPause,
  rateLimited,
  type Store,
  throttleAware,
  throttleAwareDirectory,
} from "./guarded-ports.ts";
import { ListingSpace } from "./listing-space.ts";
import { Observing, type Visit } from "./observing.ts";
import { awaitingReplicas } from "./replicas.ts";
import { ServiceLimit } from "./service-limit.ts";
import { orderAt, slotOf } from "./slot.ts";
import { type RunWatch, watched } from "./watch.ts";

/** Losant, for one run. */
export interface Losant {
  connect(application: ApplicationConfig, room: ListingRoom): TokenApi;
  directoryOf(entry: DiscoverConfig): Directory;
}

/** Everything outside of a run that it uses, from the composition root. */
export interface RunEnvironment {
  readonly config: RotationConfig;
  readonly runId: RunId;
  readonly deadline: Date;
  readonly clock: Clock;
  readonly log: Log;
  /** The address of the runbook; see `articleOn`. */
  readonly runbook?: string | undefined;
  readonly store: Store;
  readonly bus: EventBus;
  /** Sends each read of a list or a token in its turn. Called once. */
  readonly losant: (of: { readonly credentials: AccessTokenReader; readonly inTurn: InTurn }) => Losant;
  readonly watch?: RunWatch | undefined;
}

/** The data of one run that all of its parts share. */
export interface RunContext extends EffectContext {
  readonly request: RotationRequest;
  readonly config: RotationConfig;
  readonly recorder: Recorder;
  /** The share of the applications that this run takes. Undefined: all of them, or the one that the event names. */
  readonly shard: Share | undefined;
  /** Decides in which order the run looks at its applications. */
  readonly orderAt: Date;
  readonly heldElsewhere: Map<TokenId, Set<SecretName>>;
  readonly loginIds: Set<TokenId>;
  /** After this, the run reads no further application, so that time is left for the work on the others. */
  readonly observeUntil: Date;
  /** Entries of the event's `tokens` that have matched no listed token yet. */
  readonly unmatched: Set<string>;
  /** For some of these, the name that was probably meant. */
  readonly meant: Map<string, string>;
  readonly policyUse: PolicyUse;
  /** The memory for the listings of this run. */
  readonly listings: ListingSpace;
  /** Where `index` finds the secrets of an application. */
  readonly secretLists: SecretLists;
  /** Decides when each application is read. */
  readonly observing: Observing;
  /** Discovered applications of which Losant then says that there are none. */
  readonly gone: Set<ApplicationId>;
  /** Lists the applications of all entries of `discover`, each time it is called. */
  discover(): Promise<Discovery>;
  /** Logs in to one application. */
  enter(application: ApplicationConfig, room: ListingRoom, visit: Visit): ApplicationContext;
}

/**
 * Starts a run. Its store and its bus are guarded, and no other code gets the unguarded ports.
 * @throws RotationError `event-invalid` if the event doesn't fit the configuration.
 */
export function startRun(request: RotationRequest, environment: RunEnvironment): RunContext {
  const { config, runId, deadline, clock, log, runbook, bus, watch } = environment;
  const startedAt = clock.now();
  const { at, shard } = slotOf(request, config.fleet, startedAt);
  const observeUntil = new Date(
    startedAt.getTime() + (deadline.getTime() - startedAt.getTime()) * OBSERVING_PART,
  );
  const pause = new LosantPause(clock);
  const deadlines = {
    observeBy: observeUntil,
    issueBy: after(deadline, -ISSUE_TO_STAGE_MS),
    endBy: after(deadline, -STEP_RESERVE_MS),
  };
  const losantReads = new ServiceLimit(clock, MOST_LOSANT_READS_AT_ONCE, deadlines.issueBy);
  const storeReads = new ServiceLimit(clock, MOST_STORE_READS_AT_ONCE, deadlines.issueBy);
  const limited = rateLimited(environment.store, clock, STORE_WRITES_PER_SECOND, storeReads.inTurn);
  const runClock = { now: () => clock.now(), sleep: (ms: number) => clock.sleep(ms), endBy: deadlines.endBy };
  const store = awaitingReplicas(watched(limited, "Secrets Manager", watch), runClock, log);
  const losant = environment.losant({ credentials: store, inTurn: losantReads.inTurn });
  const gate = new IssueGate(clock, deadline);
  watch?.stop.addEventListener("abort", () => gate.stop());
  const secretLists = new SecretLists(config.fleet !== undefined, (of) => indexOrNone(config, context, of));
  const context: RunContext = {
    request,
    config,
    runId,
    trigger: request.trigger,
    at,
    shard,
    startedAt,
    orderAt: orderAt(at, startedAt, config.intervalMs),
    observeUntil,
    store,
    bus: watched(circuitBroken(bus), "EventBridge", watch),
    clock: runClock,
    log,
    runbook,
    recorder: new Recorder(log, request.dryRun, runbook),
    gate,
    unmatched: new Set(request.selection.tokens),
    meant: new Map(),
    policyUse: new PolicyUse(),
    secretLists,
    index: (of) => secretLists.of(of),
    heldElsewhere: new Map(),
    loginIds: new Set(),
    listings: new ListingSpace(),
    observing: new Observing(clock, losantReads),
    gone: new Set(),
    discover: () =>
      discover(config, (entry) =>
        watched(throttleAwareDirectory(losant.directoryOf(entry), pause, observeUntil), "Losant", watch),
      ),
    enter: (application, room, visit) => ({
      run: context,
      application,
      api: watched(
        throttleAware(losant.connect(application, answering(room, pause)), pause, clock, deadlines, visit),
        "Losant",
        watch,
      ),
      budget: new IssueBudget(application.policy.maxRotationsPerRun),
      aheadMs: 0,
      wasListed: () => false,
    }),
  };
  return context;
}

/** A list of secrets. If it can't be read, this is reported, and every secret is read by itself. */
async function indexOrNone(
  config: RotationConfig,
  { store, recorder }: RunContext,
  of: readonly ApplicationId[] | undefined,
): Promise<StoreIndex> {
  try {
    return await readIndex(config, store, of);
  } catch (thrown) {
    recorder.failed("the list of secrets", asRotationError(thrown));
    return NO_INDEX;
  }
}
