import type { Redacted } from "../../lambda/model/redacted.ts";

/** One version of the secret that was read. */
export interface HeldToken {
  readonly versionId: string;
  readonly string: Redacted;
}

export type Stage = "AWSCURRENT" | "AWSPREVIOUS";

/** Undefined if no version has the label. Throws if the secret can't be read. */
export type ReadToken = (stage: Stage) => Promise<HeldToken | undefined>;

interface Options {
  /** How long a token is used before the secret is read again. It must be shorter than the grace period of a predecessor. */
  readonly maxAgeMs?: number;
  /** How long to wait after a failure (the secret can't be read, or no token works) before the secret is read again. */
  readonly pauseMs?: number;
  readonly now?: () => number;
  readonly warn?: (message: string) => void;
}

/**
 * The token that a process uses. The secret is read again when the token is old, when an event announces a newer one, and
 * when Losant rejects the token. While Losant rejects the current token, the previous one is used. Requests that wait at the
 * same time share one read of each version. If the secret can't be read, the process keeps its token.
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

  /** The token to use now. Throws only if there is none. */
  async current(): Promise<HeldToken> {
    const held = this.#held;
    if (held !== undefined && this.#now() < this.#goodUntilMs) return held;
    try {
      return this.#hold(await this.#once("AWSCURRENT"), this.#maxAgeMs);
    } catch (error) {
      if (held === undefined) throw error;
      this.#warn(`can't read the secret, so the last token stays in use: ${messageOf(error)}`);
      return this.#hold(held, this.#pauseMs);
    }
  }

  /** An event announced that this version is current. If the event comes twice or late, the secret is read once more at most. */
  async announced(versionId: string): Promise<void> {
    if (this.#held?.versionId === versionId) return;
    this.#goodUntilMs = 0;
    this.#nothingElseUntilMs = 0;
    await this.current();
  }

  /** The token to try after Losant rejected all of `rejected`: the current one, or the previous one, or none. */
  async other(rejected: readonly HeldToken[]): Promise<HeldToken | undefined> {
    const isNew = (token: HeldToken | undefined): token is HeldToken =>
      token !== undefined && !rejected.some(({ string }) => string.equals(token.string));
    // Another request may have found it already.
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
      this.#warn(`Losant rejects the token, and there is no other: ${messageOf(error)}`);
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
