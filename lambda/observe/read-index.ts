import { StoreIndex } from "../lineage/store-index.ts";
import type { RotationConfig } from "../policy/config.ts";
import type { SecretStore } from "../ports.ts";

/** The secrets under the current and the former prefixes, from the list of secrets. */
export async function readIndex(
  { secretPrefix, formerPrefixes }: Pick<RotationConfig, "secretPrefix" | "formerPrefixes">,
  store: Pick<SecretStore, "list">,
): Promise<StoreIndex> {
  const prefixes = [secretPrefix, ...formerPrefixes];
  const lists = await Promise.all(prefixes.map((prefix) => store.list(`${prefix}/`)));
  return new StoreIndex(lists.flat());
}

/** Used if the list can't be read. Then every secret is read by itself. */
export const NO_INDEX = new StoreIndex([], false);
