import type { Application } from "../../emulators/losant/store.ts";
import type { Call } from "../support/ports.ts";
import { settle } from "./aftermath.ts";
import { Chronicle, type Violation } from "./chronicle.ts";
import { directoryRefusal } from "./directories.ts";
import { direct } from "./directory-console.ts";
import type { DirectoryDeed, DirectoryEntry } from "./discovery-script.ts";
import { isSigned, serviceOf } from "./faults.ts";
import { listedByPages } from "./listings.ts";
import { tokenMeant } from "./meant.ts";
import { perform } from "./person.ts";
import { onRunEnded } from "./promises/words.ts";
import { RateWindows } from "./rate-windows.ts";
import { follow } from "./routines.ts";
import type {
  Act,
  ActEntry,
  FaultEntry,
  ListingEntry,
  OutageEntry,
  Role,
  RunEntry,
  Script,
} from "./script.ts";
import { MINUTE, Services, START } from "./services.ts";
import { SimulatedWorker, type Surroundings, type Worker } from "./worker.ts";

type Deed = ActEntry | DirectoryEntry;

export interface Tallies {
  runs: number;
  effects: number;
  acts: number;
  readonly faults: Record<string, number>;
}

/** The result of playing a script. */
export interface History {
  readonly violations: readonly Violation[];
  readonly tallies: Tallies;
  /** How many calls each run of the script made. */
  readonly calls: ReadonlyMap<string, number>;
  /** One line for each thing that happened; empty unless a trace is requested. */
  readonly trace: readonly string[];
}

/**
 * Plays a script, waits until everything has settled, and looks for broken promises. The same script gives the same
 * history.
 */
export async function play(script: Script, { traced = false } = {}): Promise<History> {
  const playback = new Playback(script, traced);
  await playback.play();
  return playback.history();
}

export class Playback {
  readonly services: Services;
  readonly chronicle: Chronicle;
  readonly workers: Worker[] = [];
  readonly #script: Script;
  readonly #tallies: Tallies = { runs: 0, effects: 0, acts: 0, faults: {} };
  readonly #trace: string[] = [];
  readonly #isTraced: boolean;
  readonly #outages: readonly OutageEntry[];
  readonly #rates: RateWindows;

  constructor(script: Script, isTraced: boolean, services = new Services(script.setting)) {
    this.#script = withoutStrangers(script);
    this.#isTraced = isTraced;
    this.services = services;
    this.chronicle = new Chronicle(this.services);
    for (const { secrets, index } of this.services.deployments)
      for (const name of this.services.ungrantableAt(index))
        this.chronicle.tamperedBy(secrets, name).add("ungrantable");
    this.#outages = this.#script.entries.filter((entry) => entry.kind === "outage");
    for (const entry of this.#script.entries) {
      if (entry.kind === "directory-flaw") this.services.reach.flaws.push(absolute(entry));
      if (entry.kind === "directory-outage") this.services.reach.outages.push(absolute(entry));
    }
    this.#rates = new RateWindows(this.#script.entries.filter((entry) => entry.kind === "rate"));
  }

  /** The time at which the last outage ends. */
  get calmFromMs(): number {
    return START.getTime() + Math.max(0, ...this.#outages.map(({ toMs }) => toMs));
  }

  get isOver(): boolean {
    return this.chronicle.violations.length > 0;
  }

  async play(): Promise<void> {
    const { timeline } = this.services;
    for (const entry of this.#script.entries) {
      if (entry.kind === "run")
        timeline.at(
          START.getTime() + entry.atMs,
          () => this.begin(entry),
          () => this.isOver,
        );
      if (entry.kind === "act" && "atMs" in entry.when)
        timeline.at(START.getTime() + entry.when.atMs, () => this.#act(entry));
      if (entry.kind === "routine") follow(entry, this.services, this.chronicle);
      if (entry.kind === "listing") timeline.at(START.getTime() + entry.fromMs, () => this.#spoil(entry));
      if (entry.kind === "directory" && "atMs" in entry.when)
        timeline.at(START.getTime() + entry.when.atMs, () => this.#act(entry));
    }
    await timeline.drain(() => this.isOver);
    if (!this.isOver) await settle(this);
  }

  /** Begins a run with its own scripted faults. */
  begin(entry: RunEntry): Worker {
    const { chronicle } = this;
    const faults = new Map<number | string, FaultEntry>();
    const acts = new Map<number, Deed[]>();
    for (const other of this.#script.entries) {
      if (other.kind === "fault" && other.run === entry.id) faults.set(other.call, other);
      const isDeed = other.kind === "act" || other.kind === "directory";
      if (isDeed && "run" in other.when && other.when.run === entry.id) {
        const { call } = other.when;
        acts.set(call, [...(acts.get(call) ?? []), other]);
      }
    }
    const worker = this.hire(entry, {
      faults,
      acts,
      outageOf: (call) => this.#outageOf(call),
      isForbidden: (call) => this.#isForbidden(call),
      overRate: (call) => this.#overRate(call),
      refusalOf: (call) => directoryRefusal(call, this.services),
      act: (act) => this.#act(act),
      onCall: (who, call, fault) => this.#onCall(who, call, fault),
      onEffect: (who, call) => this.#onEffect(who, call),
      onEnd: (who) => {
        this.#say(
          `${who.entry.id} ended ${JSON.stringify(who.result?.report.summary ?? String(who.thrown))}`,
        );
        for (const failure of who.result?.failures ?? []) this.#say(`   ${failure}`);
        onRunEnded(chronicle, who);
      },
      isKnown: (creationDate, to) => this.#isKnown(creationDate, to),
      seenAs: this.#seenAs(),
      listing: (application) => this.#listing(application),
    });
    this.#tallies.runs += 1;
    this.#say(
      `${entry.id} begins ${JSON.stringify({ ...entry, kind: undefined, id: undefined, atMs: undefined })}`,
    );
    for (const other of this.workers) {
      if (!other.isRunning) continue;
      other.isClean = false;
      worker.isClean = false;
    }
    this.workers.push(worker);
    worker.start();
    return worker;
  }

  /** Decides what executes a run. */
  protected hire(entry: RunEntry, surroundings: Surroundings): Worker {
    return new SimulatedWorker(this.services, entry, surroundings);
  }

  history(): History {
    const { violations } = this.chronicle;
    for (const { promise, what } of violations) this.#say(`VIOLATED ${promise}: ${what}`);
    const calls = new Map(this.workers.map((worker) => [worker.entry.id, worker.calls]));
    return { violations, tallies: this.#tallies, calls, trace: this.#trace };
  }

  #act(entry: Deed): void {
    this.#tallies.acts += 1;
    if (entry.kind === "directory") {
      this.#say(`a person: ${JSON.stringify(entry.deed)}`);
      // What people do to a token that the worker renews can spoil its rotation.
      if ("entry" in entry.deed && this.services.reach.entries[entry.deed.entry]?.renews !== undefined)
        for (const worker of this.workers) if (worker.isRunning) worker.isClean = false;
      direct(entry.deed, this.services, this.chronicle);
      return;
    }
    for (const worker of this.workers) if (worker.isRunning) worker.isClean = false;
    this.#say(`a person: ${JSON.stringify(entry.act)}`);
    perform(entry.act, this.services, this.chronicle);
  }

  /** A fault in a list must affect only the lineage it concerns: no other lineage may count as troubled. */
  #spoil({ how, role, whose, fromMs, toMs }: ListingEntry): void {
    const token = tokenMeant({ role, whose }, this.services, this.chronicle);
    this.#say(
      `Losant lists ${token?.id ?? "nothing"} otherwise: ${how} for ${(toMs - fromMs) / MINUTE} minutes`,
    );
    // A token has at most one listing fault at a time.
    if (token === undefined || this.services.flawsNow.some(({ tokenId }) => tokenId === token.id)) return;
    const startMs = START.getTime();
    this.services.flaws.push({ tokenId: token.id, how, fromMs: startMs + fromMs, toMs: startMs + toMs });
  }

  #onCall(worker: Worker, call: Call, fault: FaultEntry | undefined): void {
    const isOut = this.#outageOf(call) !== undefined;
    this.#tallies.effects += 1;
    if (fault !== undefined || isOut) {
      const kind = fault?.fault ?? "outage";
      this.#tallies.faults[kind] = (this.#tallies.faults[kind] ?? 0) + 1;
      const { orphanAfterMs = 0, intervalMs = 0 } =
        this.services.applicationsOf(worker.deployment.index)[0]?.policy ?? {};
      this.chronicle.trouble((fault?.ms ?? 0) + orphanAfterMs + 2 * intervalMs);
    }
    if (!this.#isTraced) return;
    const harm = fault === undefined ? "" : ` !! ${fault.fault} ${fault.ms ?? ""}`;
    this.#say(
      `${worker.entry.id}.${worker.calls - 1} ${call.operation} ${call.subject}${harm}${isOut ? " !! outage" : ""}`,
    );
  }

  #onEffect(worker: Worker, call: Call): void {
    const now = this.services.timeline.ms;
    if (["describe", "list", "get"].includes(call.operation)) worker.looks.set(call.subject, now);
    if (!call.isWrite) return;
    if (this.#isTraced) this.#say(`   ${worker.entry.id}: ${call.operation} ${call.subject} took effect`);
    this.chronicle.note(worker, call);
  }

  #outageOf(call: Call): OutageEntry["of"] | undefined {
    if (this.#outages.length === 0) return undefined;
    const now = this.services.timeline.ms - START.getTime();
    const service = serviceOf(call);
    const isOf = (of: OutageEntry["of"]) =>
      of === service ||
      (of === "throttle" && service === "losant") ||
      (of === "signatures" && isSigned(call)) ||
      (of === "index" && call.operation === "listSecrets");
    return this.#outages.find(({ of, fromMs, toMs }) => isOf(of) && fromMs <= now && now < toMs)?.of;
  }

  #overRate(call: Call) {
    if (serviceOf(call) !== "losant") return undefined;
    return this.#rates.refusal(this.services.timeline.ms - START.getTime());
  }

  /** Reads page by page only where that matters, because it takes longer. */
  #listing(application: Application) {
    const { flawsNow } = this.services;
    const { count } = this.#script.setting;
    if (flawsNow.length === 0 && count === undefined) return undefined;
    const unknown = [...application.tokens.values()].filter(
      ({ creationDate }) => !this.#isKnown(creationDate, "list"),
    );
    const unknownIds = unknown.map(({ id }) => id);
    const { hidesCreatorTypes = false } = this.#script.setting;
    return listedByPages(
      { application, unknownIds, count, servedAt: this.services.servedAt(), hidesCreatorTypes },
      flawsNow,
    );
  }

  #isForbidden({ operation, subject }: Call): boolean {
    const { undeletable } = this.services;
    if (operation !== "delete" || undeletable.size === 0) return false;
    return undeletable.has(this.chronicle.token(subject)?.applicationId ?? "");
  }

  #isKnown(creationDate: Date, to: "list" | "login"): boolean {
    const { listingLagMs } = this.#script.setting;
    const ageMs = this.services.timeline.ms - creationDate.getTime();
    return ageMs >= (to === "list" ? listingLagMs : Math.min(listingLagMs, 3_000));
  }

  #seenAs() {
    const { describeLagMs } = this.#script.setting;
    if (describeLagMs === 0) return undefined;
    return (store: Worker["deployment"]["secrets"], name: string) => {
      const asOf = this.services.timeline.ms - describeLagMs;
      const past = this.chronicle.secretRecord(store, name)?.past ?? [];
      return past.findLast(({ sinceMs }) => sinceMs <= asOf)?.secret;
    };
  }

  #say(line: string): void {
    if (!this.#isTraced) return;
    const at = (this.services.timeline.ms - START.getTime()) / 1_000;
    const [days, rest] = [Math.floor(at / 86_400), at % 86_400];
    const clock = new Date(rest * 1_000).toISOString().slice(11, 23);
    this.#trace.push(`day ${days} ${clock} ${line}`);
  }
}

const absolute = <Lasting extends { readonly fromMs: number; readonly toMs: number }>(entry: Lasting) => ({
  ...entry,
  fromMs: START.getTime() + entry.fromMs,
  toMs: START.getTime() + entry.toMs,
});

/** A smaller setting may lack places that the actions of a larger one refer to. */
function withoutStrangers({ setting, entries }: Script): Script {
  const { deployments, applications, discovery } = setting;
  const isThere = (of: object) =>
    !("application" in of && typeof of.application === "number" && of.application >= applications.length) &&
    !("entry" in of && typeof of.entry === "number" && of.entry >= (discovery?.entries.length ?? 0)) &&
    !("organization" in of && (of.organization as number) >= (discovery?.organizations.length ?? 0)) &&
    !(
      "owner" in of &&
      of.owner !== "sandbox" &&
      (of.owner as number) >= (discovery?.organizations.length ?? 0)
    );
  const isDiscovered = (deed: DirectoryDeed) =>
    !("application" in deed) || applications[deed.application]?.found !== undefined;
  const exists = ({ application, token, deployment }: Role) =>
    deployment < deployments.length &&
    application < applications.length &&
    (token === "access" || token < (applications[application]?.tokens.length ?? 0));
  return {
    setting,
    entries: entries.filter((entry) => {
      if (entry.kind === "run") return entry.deployment < deployments.length;
      if (entry.kind === "listing" || entry.kind === "routine") return exists(entry.role);
      if ("application" in entry && applications[entry.application]?.found === undefined) return false;
      if (entry.kind === "directory") return isThere(entry.deed) && isDiscovered(entry.deed);
      if (entry.kind === "directory-flaw" || entry.kind === "directory-outage") return isThere(entry);
      return entry.kind !== "act" || rolesOf(entry.act).every(exists);
    }),
  };
}

function rolesOf(act: Act): readonly Role[] {
  return [act.role, ...("onto" in act ? [act.onto.role] : []), ...("victim" in act ? [act.victim.role] : [])];
}
