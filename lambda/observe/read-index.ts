import { StoreIndex } from "../lineage/store-index.ts";
import type { RotationConfig } from "../policy/config.ts";
import type { SecretStore } from "../ports.ts";

/** The secrets of this configuration, present and former, as the list of secrets shows them. */
export async function readIndex(
  { secretPrefix, formerPrefixes }: Pick<RotationConfig, "secretPrefix" | "formerPrefixes">,
  store: Pick<SecretStore, "list">,
): Promise<StoreIndex> {
  const prefixes = [secretPrefix, ...formerPrefixes];
  const lists = await Promise.all(prefixes.map((prefix) => store.list(`${prefix}/`)));
  return new StoreIndex(lists.flat());
}

/** Where it can't be read: every lineage is then looked at by itself. */
export const NO_INDEX = new StoreIndex([], false);
