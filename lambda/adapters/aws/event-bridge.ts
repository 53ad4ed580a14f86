import { setTimeout as delay } from "node:timers/promises";
import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import { asRotationError, RotationError } from "../../model/errors.ts";
import type { RotationEvent } from "../../model/events.ts";
import type { EventBus } from "../../ports.ts";
import {
  AWS_CLIENT,
  type AwsCallLimits,
  type AwsPlace,
  attempt,
  clockCorrected,
  endOf,
  timeoutOf,
} from "./client.ts";
import { PutEventsAnswer, verdictOnEntry } from "./event-bridge-answers.ts";
import { batchLength, entryOf, MAX_BYTES, sizeOf } from "./event-bridge-entries.ts";
import { BEFORE_SIGNING, guard, INNERMOST, withPossibleClock } from "./guard.ts";

/** All limits of calls to EventBridge. Times are in milliseconds. */
export interface BusLimits extends AwsCallLimits {
  /** For one batch, within `totalMs`. The next run sends rotation events that were not accepted by then. */
  readonly attempts: number;
}

export const BUS_LIMITS: BusLimits = { callTimeoutMs: 2_000, firstPauseMs: 200, attempts: 4, totalMs: 6_000 };

export interface BusOptions {
  readonly busName: string;
  /** The time of the events. Without it, they have the time of their arrival. */
  readonly now?: () => Date;
  readonly limits?: Partial<BusLimits>;
}

export function eventBridgeClient(settings: AwsPlace = {}): EventBridgeClient {
  const client = new EventBridgeClient({ ...AWS_CLIENT, ...settings });
  client.middlewareStack.add(guard, INNERMOST);
  client.middlewareStack.add(withPossibleClock(client.config), BEFORE_SIGNING);
  return client;
}

/** Events that are published during a call share the next call. */
export function eventBridgeBus(client: EventBridgeClient, options: BusOptions): EventBus {
  return new EventBridgeBus(client, options);
}

interface Waiting {
  readonly entry: PutEventsRequestEntry;
  readonly size: number;
  readonly accepted: () => void;
  readonly refused: (error: RotationError) => void;
}

class EventBridgeBus implements EventBus {
  readonly #client: EventBridgeClient;
  readonly #busName: string;
  readonly #now: (() => Date) | undefined;
  readonly #limits: BusLimits;
  readonly #queue: Waiting[] = [];
  #isSending = false;

  constructor(client: EventBridgeClient, { busName, now, limits }: BusOptions) {
    this.#client = client;
    this.#busName = busName;
    this.#now = now;
    this.#limits = { ...BUS_LIMITS, ...limits };
  }

  async publish(event: RotationEvent): Promise<void> {
    try {
      await this.#enqueue(event);
    } catch (thrown) {
      throw asRotationError(thrown);
    }
  }

  #enqueue(event: RotationEvent): Promise<void> {
    const entry = entryOf(event, this.#busName, this.#now?.());
    const size = sizeOf(entry);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (size > MAX_BYTES) {
      reject(new RotationError("bus-refused", `an event of ${size} bytes is too large for ${this.#busName}`));
      return promise;
    }
    this.#queue.push({ entry, size, accepted: resolve, refused: reject });
    void this.#sendQueue();
    return promise;
  }

  async #sendQueue(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    // Events that are published at the same moment join the batch.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, batchLength(this.#queue.map(({ size }) => size)));
      try {
        await this.#deliver(batch);
      } catch (thrown) {
        // This rejects the promises that are still open. It doesn't change those that are settled.
        for (const { refused } of batch) refused(asRotationError(thrown));
      }
    }
    this.#isSending = false;
  }

  /**
   * PutEvents accepts the ARN of a bus in another account, but not in another region. AWS may return an EventId all the same.
   * @throws RotationError if the bus is in another region.
   */
  async #checkRegion(): Promise<void> {
    const [, there] = /^arn:[^:]*:events:([^:]+):/.exec(this.#busName) ?? [];
    // If the region is unknown, the call itself fails with that.
    const here = await this.#client.config.region().catch(() => undefined);
    if (there === undefined || here === undefined || there === here) return;
    const message = `${this.#busName} is in ${there}, but the worker is in ${here} and can't send events to another region`;
    throw new RotationError("bus-refused", message);
  }

  /** Settles every entry of the batch. */
  async #deliver(batch: readonly Waiting[]): Promise<void> {
    await this.#checkRegion();
    const { attempts, firstPauseMs } = this.#limits;
    const until = endOf(this.#limits);
    const put = clockCorrected((entries: readonly Waiting[]) => this.#put(entries, until));
    let open = batch;
    for (let made = 1, pauseMs = firstPauseMs; ; made += 1, pauseMs *= 2) {
      const answer = await put(open);
      const isLast = made >= attempts || performance.now() + pauseMs >= until;
      const sent = open;
      open = sent.filter((waiting, index) => {
        const verdict = verdictOnEntry(answer, index, sent.length, this.#busName);
        if (verdict.accepted) waiting.accepted();
        else if (verdict.mayPass && !isLast) return true;
        else waiting.refused(verdict.error);
        return false;
      });
      if (open.length === 0) return;
      await delay(pauseMs);
    }
  }

  #put(batch: readonly Waiting[], until: number) {
    const command = new PutEventsCommand({ Entries: batch.map(({ entry }) => entry) });
    const timeoutMs = timeoutOf(this.#limits, until);
    return attempt((options) => this.#client.send(command, options), PutEventsAnswer, timeoutMs);
  }
}
