import { CALLS_AT_FIRST } from "../limits.ts";
import { asRotationError, type ErrorCode, RotationError } from "../model/errors.ts";
import type { Clock, InTurn } from "../ports.ts";
import { AdaptiveLimit } from "./adaptive-limit.ts";
import { Turns } from "./turns.ts";

const OVERLOADED: ReadonlySet<ErrorCode> = new Set([
  "losant-throttled",
  "losant-unavailable",
  "losant-unreachable",
  "store-throttled",
  "store-unavailable",
  "store-unreachable",
]);

/**
 * The limit for all reads of one service in one run: as many at once as it answers without becoming slower, but at most `most`. A
 * read's turn ends with its answer, and during its turn it waits for nothing else of this service. So no two wait for each other.
 */
export class ServiceLimit {
  readonly #clock: Pick<Clock, "now">;
  readonly #waitUntil: Date;
  readonly #limit: AdaptiveLimit;
  readonly #turns: Turns;

  /** Nothing waits for a turn longer than until `waitUntil`, so that a service that doesn't answer can't use up the whole run. */
  constructor(clock: Pick<Clock, "now">, most: number, waitUntil: Date) {
    this.#clock = clock;
    this.#waitUntil = waitUntil;
    this.#limit = new AdaptiveLimit(CALLS_AT_FIRST, most);
    this.#turns = new Turns(() => this.#limit.allowed);
  }

  /** How many reads are allowed at once at the moment. */
  get allowed(): number {
    return this.#limit.allowed;
  }

  /** @throws RotationError `out-of-time` if it has waited for too long. */
  readonly inTurn: InTurn = async (read) => {
    const askedAtMs = this.#nowMs();
    const end = await this.#turns.take();
    const sentAtMs = this.#nowMs();
    try {
      if (sentAtMs > askedAtMs && sentAtMs >= this.#waitUntil.getTime())
        throw new RotationError("out-of-time", "the answers to earlier reads took too long");
      const answer = await read();
      this.#limit.answered(sentAtMs, this.#nowMs());
      return answer;
    } catch (thrown) {
      if (OVERLOADED.has(asRotationError(thrown).code)) this.#limit.refused(sentAtMs, this.#nowMs());
      throw thrown;
    } finally {
      end();
    }
  };

  #nowMs(): number {
    return this.#clock.now().getTime();
  }
}
