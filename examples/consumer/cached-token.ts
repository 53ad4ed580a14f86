import type { Redacted } from "../../lambda/model/redacted.ts";

/** One version of the secret, as it was read. */
export interface HeldToken {
  readonly versionId: string;
  readonly string: Redacted;
}

export type Stage = "AWSCURRENT" | "AWSPREVIOUS";

/** Undefined where no version has the label. Throws where the secret can't be read. */
export type ReadToken = (stage: Stage) => Promise<HeldToken | undefined>;

interface Options {
  /** How long a token is used before the secret is read again. It must be shorter than the grace of a predecessor. */
  readonly maxAgeMs?: number;
  /** How long after a disappointment (no store, no token that works) until the store is asked again. */
  readonly pauseMs?: number;
  readonly now?: () => number;
  readonly warn?: (message: string) => void;
}

/**
 * The token that a process uses. It is read again when it is old, when an event says that there is a newer one, and
 * when Losant rejects it; and it may be the previous one, while Losant rejects the current. However many requests ask
 * at once, each version is read once. While the store is dead, what is held goes on being used.
 */
export class CachedToken {
  readonly #read: ReadToken;
  readonly #maxAgeMs: number;
  readonly #pauseMs: number;
  readonly #now: () => number;
  readonly #warn: (message: string) => void;
  readonly #reading = new Map<Stage, Promise<HeldToken | undefined>>();
  #held: HeldToken | undefined;
  #goodUntilMs = 0;
  #nothingElseUntilMs = 0;

  constructor(read: ReadToken, options: Options = {}) {
    this.#read = read;
    this.#maxAgeMs = options.maxAgeMs ?? 5 * 60_000;
    this.#pauseMs = options.pauseMs ?? 15_000;
    this.#now = options.now ?? Date.now;
    this.#warn = options.warn ?? console.warn;
  }

  /** The one to use now. Throws only where there is none at all. */
  async current(): Promise<HeldToken> {
    const held = this.#held;
    if (held !== undefined && this.#now() < this.#goodUntilMs) return held;
    try {
      return this.#hold(await this.#once("AWSCURRENT"), this.#maxAgeMs);
    } catch (error) {
      if (held === undefined) throw error;
      this.#warn(`going on with the token that is held: ${messageOf(error)}`);
      return this.#hold(held, this.#pauseMs);
    }
  }

  /** An event says that this version is current. The same event twice, or too late, costs nothing or one reading. */
  async announced(versionId: string): Promise<void> {
    if (this.#held?.versionId === versionId) return;
    this.#goodUntilMs = 0;
    this.#nothingElseUntilMs = 0;
    await this.current();
  }

  /** What to try after Losant rejected all of `rejected`: what is current by now, else the previous one, else nothing. */
  async other(rejected: readonly HeldToken[]): Promise<HeldToken | undefined> {
    const isNew = (token: HeldToken | undefined): token is HeldToken =>
      token !== undefined && !rejected.some(({ string }) => string.equals(token.string));
    // Somebody else's request may have found it already.
    if (isNew(this.#held)) return this.#held;
    if (this.#now() < this.#nothingElseUntilMs) return undefined;
    try {
      const current = await this.#once("AWSCURRENT");
      if (isNew(current)) return this.#hold(current, this.#maxAgeMs);
      const previous = await this.#once("AWSPREVIOUS");
      if (isNew(previous)) {
        this.#warn("Losant rejects the current token: using the previous one");
        return this.#hold(previous, this.#pauseMs);
      }
    } catch (error) {
      this.#warn(`Losant rejects the token that is held, and there is no other: ${messageOf(error)}`);
    }
    this.#nothingElseUntilMs = this.#now() + this.#pauseMs;
    return undefined;
  }

  #hold(token: HeldToken | undefined, forMs: number): HeldToken {
    if (token === undefined) throw new Error("the secret has no current version");
    this.#held = token;
    this.#goodUntilMs = this.#now() + forMs;
    return token;
  }

  #once(stage: Stage): Promise<HeldToken | undefined> {
    const underway = this.#reading.get(stage);
    if (underway !== undefined) return underway;
    const reading = this.#read(stage).finally(() => this.#reading.delete(stage));
    this.#reading.set(stage, reading);
    return reading;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : "unknown error";
}
