import * as v from "valibot";
import { AwsRefusal } from "./errors.ts";
import {
  billedSize,
  Entry,
  type Failure,
  failure,
  type PutEventsTweak,
  refusalOf,
  tweakedFailure,
} from "./event-entries.ts";
import { readInput, seconds } from "./input.ts";

/** An entry that an event bus accepted. */
export interface PutEvent {
  readonly EventId: string;
  readonly Source: string;
  readonly DetailType: string;
  readonly Detail: string;
  readonly Resources: readonly string[];
  /** The name of the bus, even if the request had its ARN or nothing. */
  readonly EventBusName: string;
  readonly Time: Date;
}

export interface EventSettings {
  readonly now: () => Date;
  readonly account: string;
  readonly region: string;
  /** What happens to an entry if its bus doesn't exist. AWS loses it. */
  readonly unknownBus: "lost" | "refused";
}

const PutEvents = v.object({ Entries: v.pipe(v.array(Entry), v.minLength(1), v.maxLength(10)) });
const DescribeEventBus = v.object({ Name: v.optional(v.string(), "default") });
const ListEventBuses = v.object({ NamePrefix: v.optional(v.string(), "") });

const MAX_BYTES = 256 * 1024;

export class EventBuses {
  readonly accepted: PutEvent[] = [];
  /** Entries that got an EventId but were lost, because their bus doesn't exist. */
  readonly lost: PutEvent[] = [];
  readonly #settings: EventSettings;
  readonly #names = new Map<string, Date>();

  constructor(settings: EventSettings) {
    this.#settings = settings;
    this.add("default");
  }

  add(name: string): void {
    this.#names.set(name, this.#settings.now());
  }

  /**
   * Tweaks: `fail` has the indexes of entries that fail; the status of the answer is still 200. `failCode` is their
   * error code (default InternalFailure). With only `failCode`, all entries fail.
   */
  putEvents(body: unknown, tweak: PutEventsTweak): object {
    const { Entries: entries } = readInput(PutEvents, body);
    if (entries.reduce((sum, entry) => sum + billedSize(entry), 0) > MAX_BYTES)
      throw new AwsRefusal(
        "ValidationException",
        "Total size of the entries in the request is over the limit.",
      );
    const Entries = entries.map(
      (entry, index) => tweakedFailure(tweak, index) ?? refusalOf(entry) ?? this.#deliver(entry),
    );
    return { FailedEntryCount: Entries.filter((entry) => "ErrorCode" in entry).length, Entries };
  }

  /**
   * If the bus doesn't exist, AWS still answers with an EventId, and the event is lost
   * (aws-cli#9186, aws-sdk#186, localstack#8264). Some of AWS's pages promise "refused" instead.
   */
  #deliver(entry: Entry): Failure | Pick<PutEvent, "EventId"> {
    const name = this.#nameOf(entry.EventBusName);
    const exists = name !== undefined && this.#names.has(name);
    if (!exists && this.#settings.unknownBus === "refused")
      return failure("ResourceNotFoundException", `Event bus ${entry.EventBusName} does not exist.`);
    const EventId = eventId(this.accepted.length + this.lost.length + 1);
    const Time = entry.Time === undefined ? this.#settings.now() : new Date(entry.Time * 1000);
    const event = { ...entry, EventId, EventBusName: name ?? entry.EventBusName, Time };
    (exists ? this.accepted : this.lost).push(event);
    return { EventId };
  }

  describeEventBus(body: unknown): object {
    const { Name } = readInput(DescribeEventBus, body);
    const bus = this.#described().find((known) => known.Name === this.#nameOf(Name));
    if (bus !== undefined) return bus;
    throw new AwsRefusal("ResourceNotFoundException", `Event bus ${Name} does not exist.`);
  }

  listEventBuses(body: unknown): object {
    const { NamePrefix } = readInput(ListEventBuses, body);
    return { EventBuses: this.#described().filter(({ Name }) => Name.startsWith(NamePrefix)) };
  }

  #described(): readonly { readonly Name: string; readonly Arn: string; readonly CreationTime: number }[] {
    return [...this.#names].map(([Name, createdAt]) => ({
      Name,
      Arn: this.#arnPrefix() + Name,
      CreationTime: seconds(createdAt),
    }));
  }

  /** Undefined for the ARN of a bus in another account or region. */
  #nameOf(nameOrArn: string): string | undefined {
    if (!nameOrArn.startsWith("arn:")) return nameOrArn;
    const prefix = this.#arnPrefix();
    return nameOrArn.startsWith(prefix) ? nameOrArn.slice(prefix.length) : undefined;
  }

  #arnPrefix(): string {
    return `arn:aws:events:${this.#settings.region}:${this.#settings.account}:event-bus/`;
  }
}

const eventId = (count: number) => `00000000-0000-4000-8000-${count.toString(16).padStart(12, "0")}`;
