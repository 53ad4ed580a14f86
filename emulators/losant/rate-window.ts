import { LosantRefusal } from "./refusal.ts";

/** How many requests are answered in each window. All others are refused with HTTP 429, before anything happens. */
export interface RateWindowSettings {
  readonly requests: number;
  /** Default: fifteen seconds, for which Losant publishes its limits. */
  readonly windowMs?: number;
  /** Whether a refusal says, in whole seconds, when the next window begins. */
  readonly saysWhen?: boolean;
}

/** Losant's rate limit, for all requests together, by the emulator's clock. */
export class RateWindow {
  readonly #settings: Required<RateWindowSettings>;
  readonly #now: () => Date;
  #window = -1;
  #used = 0;

  constructor({ requests, windowMs = 15_000, saysWhen = false }: RateWindowSettings, now: () => Date) {
    this.#settings = { requests, windowMs, saysWhen };
    this.#now = now;
  }

  take(): void {
    const { requests, windowMs, saysWhen } = this.#settings;
    const nowMs = this.#now().getTime();
    const window = Math.floor(nowMs / windowMs);
    if (window !== this.#window) [this.#window, this.#used] = [window, 0];
    this.#used += 1;
    if (this.#used <= requests) return;
    const seconds = Math.ceil(((window + 1) * windowMs - nowMs) / 1_000);
    throw new LosantRefusal(
      429,
      "RateLimit",
      "Too many requests",
      saysWhen ? { "retry-after": String(seconds) } : {},
    );
  }
}
