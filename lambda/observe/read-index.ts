import { StoreIndex } from "../lineage/store-index.ts";
import { once } from "../model/remembered.ts";
import type { SecretState } from "../model/secret.ts";
import type { ApplicationId } from "../model/token.ts";
import type { RotationConfig } from "../policy/config.ts";
import type { SecretStore } from "../ports.ts";

/** The secrets under the current and the former prefixes, from the list of secrets. `of`: only those of these applications. */
export async function readIndex(
  { secretPrefix, formerPrefixes }: Pick<RotationConfig, "secretPrefix" | "formerPrefixes">,
  store: Pick<SecretStore, "list">,
  of?: readonly ApplicationId[],
): Promise<StoreIndex> {
  const secrets: SecretState[] = [];
  // One after the other, because lists that don't end would use up the memory together.
  for (const prefix of [secretPrefix, ...formerPrefixes]) {
    const folders = of === undefined ? [`${prefix}/`] : of.map((id) => `${prefix}/${id}/`);
    for (const secret of await store.list(...folders)) secrets.push(secret);
  }
  return new StoreIndex(secrets);
}

/** Used if the list can't be read. Then every secret is read by itself. */
export const NO_INDEX = new StoreIndex([], false);

/** As many as one call of ListSecrets takes. */
const LISTED_TOGETHER = 10;

/**
 * The lists of secrets that a run or a command reads: one of all secrets. Or, in a fleet, one for each ten applications, because it
 * needs only a small part of all secrets, and has no time to list them.
 */
export class SecretLists {
  readonly #all: (() => Promise<StoreIndex>) | undefined;
  readonly #read: (of: readonly ApplicationId[]) => Promise<StoreIndex>;
  readonly #lists = new Map<ApplicationId, () => Promise<StoreIndex>>();

  constructor(isFleet: boolean, read: (of?: readonly ApplicationId[]) => Promise<StoreIndex>) {
    this.#all = isFleet ? undefined : once(() => read());
    this.#read = read;
  }

  /** These applications are read in this order, so neighbours have their secrets listed together. */
  expect(ids: readonly ApplicationId[]): void {
    if (this.#all !== undefined) return;
    for (let first = 0; first < ids.length; first += LISTED_TOGETHER) {
      const together = ids.slice(first, first + LISTED_TOGETHER);
      const list = once(() => this.#read(together));
      for (const id of together) this.#lists.set(id, list);
    }
  }

  /** The list of all secrets. Undefined in a fleet. */
  async all(): Promise<StoreIndex | undefined> {
    return this.#all?.();
  }

  /** The list with the secrets of this application. Each list is read once. */
  of(id: ApplicationId): Promise<StoreIndex> {
    if (this.#all !== undefined) return this.#all();
    const list = this.#lists.get(id) ?? once(() => this.#read([id]));
    this.#lists.set(id, list);
    return list();
  }
}

/** The lists of something that has no report. If one can't be read, the secrets that it would have are read by themselves. */
export function secretListsFor(
  config: Pick<RotationConfig, "secretPrefix" | "formerPrefixes" | "fleet">,
  store: Pick<SecretStore, "list">,
): SecretLists {
  const read = (of?: readonly ApplicationId[]) => readIndex(config, store, of).catch(() => NO_INDEX);
  return new SecretLists(config.fleet !== undefined, read);
}
