import type { Secret } from "./versions.ts";

/** AWS about ListSecrets: "information can be up to five minutes old". */
const LONGEST_LAG_MS = 5 * 60_000;

interface State {
  readonly since: number;
  readonly secret: Secret;
  readonly isGone: boolean;
}

/**
 * What ListSecrets shows: each secret as it was some time ago. A new secret is still missing, and a deleted one is still
 * listed.
 */
export class SecretsIndex {
  readonly #now: () => Date;
  readonly #lagMs: (name: string) => number;
  /** By ARN, because a secret that is created again with the same name is another secret. The oldest state is first. */
  readonly #states = new Map<string, readonly State[]>();

  constructor(now: () => Date, lagMs: (name: string) => number) {
    this.#now = now;
    this.#lagMs = lagMs;
  }

  /** Records the state of a secret from now on. */
  note(secret: Secret, isGone = false): void {
    const since = this.#now().getTime();
    const before = this.#states.get(secret.arn) ?? [];
    const oldest = before.findLastIndex((state) => state.since <= since - LONGEST_LAG_MS);
    this.#states.set(secret.arn, [...before.slice(Math.max(0, oldest)), { since, secret, isGone }]);
  }

  /** All listed secrets, in the order of their creation. */
  all(): readonly Secret[] {
    const now = this.#now().getTime();
    return [...this.#states.values()].flatMap((states) => {
      const lagMs = Math.min(this.#lagMs(states[0]?.secret.name ?? ""), LONGEST_LAG_MS);
      const shown = states.findLast(({ since }) => since <= now - lagMs);
      const isDeleted = (shown?.secret.deletedAt?.getTime() ?? Number.POSITIVE_INFINITY) <= now - lagMs;
      return shown === undefined || shown.isGone || isDeleted ? [] : [shown.secret];
    });
  }
}
