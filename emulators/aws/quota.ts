import { AwsRefusal } from "./errors.ts";

/** The account's writes within the last second, by the emulator's clock. Refused writes don't count. */
export class WriteQuota {
  readonly #perSecond: number;
  readonly #now: () => Date;
  #takenAt: readonly number[] = [];
  #refused = 0;

  constructor(perSecond: number, now: () => Date) {
    this.#perSecond = perSecond;
    this.#now = now;
  }

  /** The number of writes that it has refused so far. */
  get refused(): number {
    return this.#refused;
  }

  take(): void {
    if (this.#perSecond === Number.POSITIVE_INFINITY) return;
    const now = this.#now().getTime();
    const recent = this.#takenAt.filter((at) => now - at < 1000);
    if (recent.length >= this.#perSecond) {
      this.#refused += 1;
      throw new AwsRefusal("ThrottlingException", "Rate exceeded");
    }
    this.#takenAt = [...recent, now];
  }
}
