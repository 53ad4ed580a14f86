import { type SecretName, type SecretState, stampOf } from "../model/secret.ts";
import type { ApplicationId, TokenId } from "../model/token.ts";

/**
 * What the list of secrets says of whose token is whose, for a whole run. An entry may be five minutes old: it leads to rest,
 * or to a closer look.
 */
export class StoreIndex {
  readonly #byFolder = new Map<string, SecretState[]>();
  /** One, for nearly every token: a hundred thousand collections of one would take as much as all secrets. */
  readonly #byToken = new Map<TokenId, SecretState | Set<SecretState>>();
  /** False where the list could not be read: then nothing is missing from it. */
  readonly isRead: boolean;

  constructor(secrets: readonly SecretState[], isRead = true) {
    this.isRead = isRead;
    for (const secret of secrets) {
      const folder = folderOf(secret.name);
      const inFolder = this.#byFolder.get(folder);
      if (inFolder === undefined) this.#byFolder.set(folder, [secret]);
      else inFolder.push(secret);
      for (const { id } of secret.versions) {
        const stamp = stampOf(id);
        if (stamp === undefined) continue;
        this.#note(stamp.tokenId, secret);
        this.#note(stamp.replacedId, secret);
      }
    }
  }

  /** Those under `<prefix>/<application id>/`. */
  under(prefix: string, applicationId: ApplicationId): readonly SecretState[] {
    return this.#byFolder.get(`${prefix}/${applicationId}/`) ?? [];
  }

  find(name: SecretName): SecretState | undefined {
    return this.#byFolder.get(folderOf(name))?.find((secret) => secret.name === name);
  }

  /** Those of which a labelled version holds the token, or replaced it. */
  naming(id: TokenId): Iterable<SecretState> {
    const known = this.#byToken.get(id);
    if (known === undefined) return [];
    return known instanceof Set ? known : [known];
  }

  #note(id: TokenId, secret: SecretState): void {
    const known = this.#byToken.get(id);
    if (known === undefined) this.#byToken.set(id, secret);
    else if (known instanceof Set) known.add(secret);
    else if (known !== secret) this.#byToken.set(id, new Set([known, secret]));
  }
}

/** Up to the last application's id and its slash: a token's name has no slash. */
function folderOf(name: SecretName): string {
  return name.slice(0, name.lastIndexOf("/") + 1);
}
