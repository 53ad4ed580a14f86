import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Invocation, Invoked } from "../../demo/invoke.ts";
import { awsService } from "../../emulators/aws/server.ts";
import { type Service, serve } from "../../emulators/http.ts";
import { losantService } from "../../emulators/losant/server.ts";
import type { Report } from "../../lambda/report/report.ts";
import { CREDENTIALS } from "../support/bundle.ts";
import { cleanEnvironment } from "../support/child.ts";
import type { RealTime } from "./real-time.ts";
import type { FaultEntry, RunEntry } from "./script.ts";
import { type Deployment, documentOf, type Services } from "./services.ts";
import { callOf } from "./wire.ts";
import { type Result, type Surroundings, UNREMARKABLE, type Worker } from "./worker.ts";

/** This script loads a bundle and invokes it once. */
const INVOKE = fileURLToPath(new URL("../../demo/invoke.ts", import.meta.url));
const SHIFTED_CLOCK = new URL("shifted-clock.ts", import.meta.url).href;
/** Nothing here takes a second. This limit ensures that a process that hangs doesn't block the test. */
const PATIENCE_MS = 60_000;

export interface Launch {
  /** The folder with the bundle's `index.js`. */
  readonly folder: string;
  readonly time: RealTime;
}

/**
 * One run as a separate process that calls the emulators of its deployment by HTTP. It supports only one kind of fault,
 * a crash: SIGKILL before a request takes effect, or after the effect and before the answer, and `ms` later if given.
 */
export class ProcessWorker implements Worker {
  readonly entry: RunEntry;
  readonly deployment: Deployment;
  readonly startedMs: number;
  /** The complete output of the process. */
  readonly log: string[] = [];
  calls = 0;
  writes = 0;
  isDead = false;
  isOver = false;
  isClean = true;
  readonly harms = [];
  readonly issued: Worker["issued"] = new Map();
  readonly looks = new Map<string, number>();
  readonly issuedFor = new Set<string>();
  result: Result | undefined;
  thrown: unknown;
  readonly #services: Services;
  readonly #surroundings: Surroundings;
  readonly #launch: Launch;
  readonly #met = new Set<string>();
  #child: ChildProcess | undefined;
  #answer: Invoked | undefined;

  constructor(services: Services, entry: RunEntry, surroundings: Surroundings, launch: Launch) {
    this.#services = services;
    this.#surroundings = surroundings;
    this.#launch = launch;
    this.entry = entry;
    this.deployment = services.deploymentAt(entry.deployment);
    this.startedMs = services.timeline.ms;
  }

  get isRunning(): boolean {
    return !this.isDead && !this.isOver;
  }

  start(): void {
    this.#launch.time.accompany(this.#live());
  }

  async #live(): Promise<void> {
    const { applications, losant: hand } = this.#services;
    const { secrets, buses } = this.deployment;
    const listing = { undated: "first", maxPerPage: 1_000 } as const;
    // Losant's clock runs like that of the process.
    const service = { ...losantService(applications, hand, listing), servedAt: () => applications.now() };
    const losant = await serve(this.#watched(service));
    const aws = await serve(this.#watched(awsService(secrets, buses)));
    const child = this.#spawn(losant.url, aws.url);
    const patience = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
    await once(child, "close");
    clearTimeout(patience);
    await Promise.all([losant.close(), aws.close()]);
    if (this.isDead) return;
    this.#read(this.#answer ?? { error: "the process ended without an answer" });
    this.isOver = true;
    this.#surroundings.onEnd(this);
  }

  #spawn(losantApiUrl: string, awsUrl: string): ChildProcess {
    const { folder, time } = this.#launch;
    const { kind, secrets } = this.deployment;
    const { event, requestId = this.entry.id } = this.entry;
    const config = { ...documentOf(this.#services.setting, kind), losantApiUrl };
    const child = fork(INVOKE, {
      execArgv: ["--import", SHIFTED_CLOCK],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: {
        ...cleanEnvironment(),
        ...CREDENTIALS,
        AWS_ENDPOINT_URL: awsUrl,
        AWS_REGION: secrets.settings.region,
        ROTATION_CONFIG: JSON.stringify(config),
        CLOCK_AHEAD_MS: String(time.aheadMs),
        // Half of the startup time is spent on compiling code that is the same for every process.
        NODE_COMPILE_CACHE: `${folder}/compiled`,
      },
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => this.log.push(text));
    child.once("message", (answer: Invoked) => {
      this.#answer = answer;
    });
    const code = join(folder, "index.js");
    child.send({ code, handler: "handler", event, requestId, functionArn: "" } satisfies Invocation);
    this.#child = child;
    return child;
  }

  #watched(service: Service): Service {
    return {
      ...service,
      perform: (operation, request, tweak) => {
        const { faults, onCall, onEffect } = this.#surroundings;
        const call = callOf(operation, request);
        const isFirst = !this.#met.has(call.operation);
        this.#met.add(call.operation);
        const fault = faults.get(this.calls) ?? (isFirst ? faults.get(call.operation) : undefined);
        this.calls += 1;
        if (call.isWrite && !UNREMARKABLE.has(call.subject)) this.writes += 1;
        onCall(this, call, fault);
        if (fault?.fault === "crash-before") this.#kill(fault);
        const answer = service.perform(operation, request, tweak);
        onEffect(this, call);
        if (fault?.fault === "crash-after") this.#kill(fault);
        return answer;
      },
    };
  }

  /** @throws so that the emulator closes the connection, and nothing that follows this moment happens. */
  #kill({ ms }: FaultEntry): void {
    if (ms !== undefined) setTimeout(() => this.#die(), ms);
    else if (this.#die()) throw new Error("nobody is left to answer");
  }

  #die(): boolean {
    if (!this.isRunning || this.#answer !== undefined) return false;
    this.isDead = true;
    this.isClean = false;
    return this.#child?.kill("SIGKILL") ?? false;
  }

  #read(answer: Invoked): void {
    if ("returned" in answer) this.result = { report: answer.returned as Report, failures: [] };
    else if (/^run \S+ finished with failures/.test(answer.error))
      this.result = {
        report: { applications: [{ applicationId: "unknown", outcome: "failed" }] },
        failures: [answer.error],
      };
    else this.thrown = answer.error;
  }
}
