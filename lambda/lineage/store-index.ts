import * as v from "valibot";
import { type SecretName, type SecretState, stampOf } from "../model/secret.ts";
import { ApplicationId, type TokenId } from "../model/token.ts";
import { folderOf } from "./secret-names.ts";

/**
 * Which token belongs to which secret according to the list of secrets, for a whole run. An entry may be five minutes old, so it is
 * only used to leave a token at rest, or to decide which secrets to read.
 */
export class StoreIndex {
  readonly #byFolder = new Map<string, SecretState[]>();
  /** Nearly every token has one secret. A hundred thousand sets of one would need as much memory as all secrets. */
  readonly #byToken = new Map<TokenId, SecretState | Set<SecretState>>();
  /** False if the list couldn't be read. Then a secret that is not in it may exist. */
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

  /** The secrets under `<prefix>/<application id>/`. */
  under(prefix: string, applicationId: ApplicationId): readonly SecretState[] {
    return this.#byFolder.get(`${prefix}/${applicationId}`) ?? [];
  }

  /** The applications whose folders under this prefix have secrets, and these secrets. */
  *applicationsUnder(prefix: string): Iterable<readonly [ApplicationId, readonly SecretState[]]> {
    for (const [folder, secrets] of this.#byFolder) {
      const id = v.safeParse(ApplicationId, folder.slice(prefix.length + 1));
      if (id.success && folder === `${prefix}/${id.output}`) yield [id.output, secrets];
    }
  }

  find(name: SecretName): SecretState | undefined {
    return this.#byFolder.get(folderOf(name))?.find((secret) => secret.name === name);
  }

  /** The secrets with a labelled version that holds the token or replaced it. */
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
