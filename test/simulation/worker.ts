import * as v from "valibot";
import type { Secrets } from "../../emulators/aws/secrets.ts";
import type { Secret } from "../../emulators/aws/versions.ts";
import type { Application } from "../../emulators/losant/store.ts";
import type { ErrorCode } from "../../lambda/model/errors.ts";
import { RunId, type TokenId } from "../../lambda/model/token.ts";
import type { RotationConfig } from "../../lambda/policy/config.ts";
import { parseRequest } from "../../lambda/policy/request.ts";
import type { TokenListing } from "../../lambda/ports.ts";
import type { Report } from "../../lambda/report/report.ts";
import { run } from "../../lambda/run/run.ts";
import { type Call, inMemoryBus, inMemoryStore, inMemoryTokenApi } from "../support/ports.ts";
import { Chance } from "./chance.ts";
import { directoryByPages } from "./directories.ts";
import type { DirectoryEntry } from "./discovery-script.ts";
import { fateOf, type Standing } from "./faults.ts";
import type { ActEntry, FaultEntry, OutageEntry, RunEntry, RunEvent } from "./script.ts";
import { type Deployment, MINUTE, type Services, START } from "./services.ts";

/** Lambda's longest timeout. Lambda ends the process at this point. */
const DEADLINE_MS = 15 * MINUTE;

/** Events that report a state. */
export const UNREMARKABLE: ReadonlySet<string> = new Set([
  "Losant Token Rotation Run Completed",
  "Losant API Token Expiring",
  "Losant API Token Not Retired",
  "Losant API Token Successor Unread",
  "Losant API Token Rotation Failed",
]);

/** What the rest of the simulation does when a worker makes a call. */
export interface Surroundings extends Standing {
  readonly faults: ReadonlyMap<number | string, FaultEntry>;
  readonly acts: ReadonlyMap<number, readonly (ActEntry | DirectoryEntry)[]>;
  readonly act: (entry: ActEntry | DirectoryEntry) => void;
  /** Runs before each call, and right after each effect. */
  readonly onCall: (worker: Worker, call: Call, fault: FaultEntry | undefined) => void;
  readonly onEffect: (worker: Worker, call: Call) => void;
  readonly isKnown: (creationDate: Date, to: "list" | "login") => boolean;
  readonly listing: (application: Application) => Promise<TokenListing> | undefined;
  readonly seenAs: ((store: Secrets, name: string) => Secret | undefined) | undefined;
  readonly onEnd: (worker: Worker) => void;
}

/** A fault or an outage, and the call that it affected. */
export interface Harm {
  readonly kind: FaultEntry["fault"] | OutageEntry["of"];
  readonly call: Call;
}

/** One run, and what is known of it. It doesn't matter what executes it. */
export interface Worker {
  readonly entry: RunEntry;
  readonly deployment: Deployment;
  readonly startedMs: number;
  readonly log: readonly unknown[];
  readonly calls: number;
  /** Excludes the events that report a state. */
  readonly writes: number;
  readonly isOver: boolean;
  readonly isRunning: boolean;
  /** True if nothing went wrong and nobody interfered during the run. */
  isClean: boolean;
  /** The faults and outages that affected the run. */
  readonly harms: Harm[];
  /** The tokens that its calls made. */
  readonly issued: Map<Call, TokenId>;
  /** When the run last described a secret, requested or made a token, or listed the tokens of an application. */
  readonly looks: Map<string, number>;
  readonly issuedFor: Set<string>;
  readonly result: Result | undefined;
  readonly thrown: unknown;
  start(): void;
}

export interface Result {
  readonly report: {
    readonly summary?: Report["summary"];
    readonly tokens?: Report["tokens"];
    readonly applications: readonly Pick<
      Report["applications"][number],
      "applicationId" | "outcome" | "code"
    >[];
  };
  readonly codes?: readonly ErrorCode[];
  readonly isToBeRepeated?: boolean;
  readonly failures: readonly string[];
}

function eventOf({ slotMs, ...event }: RunEvent): object {
  return slotMs === undefined ? event : { ...event, at: new Date(START.getTime() + slotMs).toISOString() };
}

/** Whether a run has read the tokens of an application. */
export function hasReached({ result }: Pick<Worker, "result">, applicationId: string): boolean {
  return (
    result?.report.applications.some(
      (one) =>
        one.applicationId === applicationId && (one.outcome === "ok" || one.code === "listing-incomplete"),
    ) ?? false
  );
}

/** The real worker as a process in virtual time. It has its own clock, and it can be paused or killed. */
export class SimulatedWorker implements Worker {
  readonly entry: RunEntry;
  readonly deployment: Deployment;
  readonly startedMs: number;
  readonly log: unknown[] = [];
  calls = 0;
  writes = 0;
  isDead = false;
  isOver = false;
  isClean = true;
  readonly harms: Harm[] = [];
  readonly issued = new Map<Call, TokenId>();
  readonly looks = new Map<string, number>();
  readonly issuedFor = new Set<string>();
  /** Calls that are throttled each time they are retried. */
  readonly throttled = new Set<string>();
  result: Result | undefined;
  thrown: unknown;
  /** A configuration that is deployed later applies only to later runs. */
  readonly #config: RotationConfig;
  readonly #services: Services;
  readonly #surroundings: Surroundings;
  readonly #met = new Set<string>();
  #pausedUntilMs = 0;

  constructor(services: Services, entry: RunEntry, surroundings: Surroundings) {
    this.#services = services;
    this.#surroundings = surroundings;
    this.entry = entry;
    this.deployment = services.deploymentAt(entry.deployment);
    this.#config = this.deployment.config;
    this.startedMs = services.timeline.ms;
  }

  get isRunning(): boolean {
    return !this.isDead && !this.isOver;
  }

  get pauseLeftMs(): number {
    return Math.max(0, this.#pausedUntilMs - this.#services.timeline.ms);
  }

  die(): void {
    this.isDead = true;
    this.isClean = false;
  }

  /** The whole process is paused. It receives answers only after the pause. */
  pause(ms: number): void {
    this.#pausedUntilMs = this.#services.timeline.ms + ms;
  }

  start(): void {
    const { timeline } = this.#services;
    const { skewMs, event, requestId, id, isEndless } = this.entry;
    const isGone = () => !this.isRunning;
    if (!isEndless) timeline.at(timeline.ms + DEADLINE_MS, () => this.isRunning && this.die(), isGone);
    const clock = {
      now: () => new Date(timeline.ms + skewMs),
      sleep: async (ms: number) => {
        await timeline.sleep(ms, isGone);
        while (this.pauseLeftMs > 0) await timeline.sleep(this.pauseLeftMs, isGone);
      },
    };
    const { isKnown, seenAs, listing } = this.#surroundings;
    const around = {
      clock: timeline,
      intercept: (call: Call) => this.#meet(call),
      observe: (call: Call) => this.#surroundings.onEffect(this, call),
      isKnown: ({ creationDate }: { readonly creationDate: Date }, to: "list" | "login") =>
        isKnown(creationDate, to),
      listing,
      servedAt: () => this.#services.servedAt(),
      hidesCreatorTypes: this.#services.setting.hidesCreatorTypes ?? false,
      problemOf: (id: string) => this.#services.problemOf(id),
      ...(seenAs && { seenAs: (name: string) => seenAs(this.deployment.secrets, name) }),
    };
    const store = inMemoryStore(this.deployment.secrets, around);
    const note = (level: string) => (message: string, fields?: object) =>
      void this.log.push({ level, message, fields });
    run(parseRequest(eventOf(event)), {
      config: this.#config,
      runId: v.parse(RunId, requestId ?? id),
      deadline: new Date(timeline.ms + skewMs + DEADLINE_MS),
      clock,
      log: { info: note("info"), warn: note("warn"), error: note("error") },
      store,
      bus: inMemoryBus(this.deployment.buses, around),
      losant: ({ credentials, inTurn }) => ({
        connect: (application) => {
          const { secretPrefix } = this.#config;
          const { applications } = this.#services;
          return inMemoryTokenApi(applications, application, secretPrefix, credentials, {
            ...around,
            inTurn,
          });
        },
        directoryOf: (entry) => directoryByPages(this.#services, entry, credentials, { ...around, inTurn }),
      }),
    })
      .then(
        (result) => {
          this.result = result;
        },
        (thrown: unknown) => {
          this.thrown = thrown;
        },
      )
      .finally(() => {
        this.isOver = true;
        this.#surroundings.onEnd(this);
      });
  }

  #meet(call: Call) {
    const { faults, acts, onCall, act, outageOf } = this.#surroundings;
    const index = this.calls;
    this.calls += 1;
    for (const entry of acts.get(index) ?? []) act(entry);
    const isFirst = !this.#met.has(call.operation);
    this.#met.add(call.operation);
    const fault = faults.get(index) ?? (isFirst ? faults.get(call.operation) : undefined);
    if (call.isWrite && !UNREMARKABLE.has(call.subject)) this.writes += 1;
    const harm = fault?.fault ?? outageOf(call);
    if (harm !== undefined) {
      this.isClean = false;
      this.harms.push({ kind: harm, call });
    }
    onCall(this, call, fault);
    return fateOf(call, this, fault, this.#latencies(index), this.#surroundings);
  }

  #latencies(index: number) {
    const chance = new Chance(this.#services.setting.seed, Number(this.entry.id.slice(1)), index);
    const slow = chance.hits(0.03) ? 20 : 1;
    return { latencyMs: chance.between(1, 200) * slow, answerMs: chance.between(0, 60) * slow };
  }
}
