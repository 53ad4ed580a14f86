import { RotationError } from "../../lambda/model/errors.ts";
import type { RateEntry } from "./script.ts";

const WINDOW_MS = 15_000;

/** Counts requests as Losant does, in windows of fifteen seconds, for as long as a script says. */
export class RateWindows {
  readonly #entries: readonly RateEntry[];
  #window = -1;
  #used = 0;

  constructor(entries: readonly RateEntry[]) {
    this.#entries = entries;
  }

  /** What a request is told that is one too many; undefined where it is let through. */
  refusal(nowMs: number): RotationError | undefined {
    if (this.#entries.length === 0) return undefined;
    const limit = this.#entries.find(({ fromMs, toMs }) => fromMs <= nowMs && nowMs < toMs);
    if (limit === undefined) return undefined;
    const window = Math.floor(nowMs / WINDOW_MS);
    if (window !== this.#window) [this.#window, this.#used] = [window, 0];
    this.#used += 1;
    if (this.#used <= limit.most) return undefined;
    const retryAfterMs = limit.isSaid ? (window + 1) * WINDOW_MS - nowMs : undefined;
    return new RotationError("losant-throttled", "simulated rate limit", { retryAfterMs });
  }
}
