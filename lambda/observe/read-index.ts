import { StoreIndex } from "../lineage/store-index.ts";
import type { SecretState } from "../model/secret.ts";
import type { RotationConfig } from "../policy/config.ts";
import type { SecretStore } from "../ports.ts";

/** The secrets under the current and the former prefixes, from the list of secrets. */
export async function readIndex(
  { secretPrefix, formerPrefixes }: Pick<RotationConfig, "secretPrefix" | "formerPrefixes">,
  store: Pick<SecretStore, "list">,
): Promise<StoreIndex> {
  const secrets: SecretState[] = [];
  // One after the other, because lists that don't end would use up the memory together.
  for (const prefix of [secretPrefix, ...formerPrefixes])
    for (const secret of await store.list(`${prefix}/`)) secrets.push(secret);
  return new StoreIndex(secrets);
}

/** Used if the list can't be read. Then every secret is read by itself. */
export const NO_INDEX = new StoreIndex([], false);
