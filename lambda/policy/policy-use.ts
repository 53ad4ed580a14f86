import { masked } from "../model/masked.ts";
import type { Policy } from "./policy.ts";

/** An entry of `policy.tokens` that decides for no token: a mistake, or the entry of a token that no longer exists. */
export interface UnusedPolicy {
  /** What it should match: an id or a name pattern, masked. */
  readonly entry: string;
  /** Its place in the configuration, such as `policy.tokens.0`. */
  readonly path: string;
}

/** A configuration may have thousands. */
const MAX_TOLD = 20;

/** Notes for which tokens the entries of `policy.tokens` decide. Many applications may have the same list. */
export class PolicyUse {
  readonly #entries = new Map<string, UnusedPolicy>();
  readonly #used = new Set<string>();
  /** An application that could not be read may have tokens for them. */
  readonly #unjudged = new Set<string>();

  /** `used`: the policies of all tokens of an application. Undefined if not all are known. */
  note({ tokens }: Policy, used: ReadonlySet<Policy> | undefined): void {
    for (const { match, path, policy } of tokens) {
      this.#entries.set(path, { entry: masked(match), path });
      if (used === undefined) this.#unjudged.add(path);
      else if (used.has(policy)) this.#used.add(path);
    }
  }

  /** `isWhole`: every application was noted. Otherwise, only the entries of single applications can be judged. */
  unused(isWhole: boolean): readonly UnusedPolicy[] {
    return this.#entries
      .values()
      .filter(({ path }) => !this.#used.has(path) && !this.#unjudged.has(path))
      .filter(({ path }) => isWhole || path.startsWith("applications."))
      .take(MAX_TOLD)
      .toArray();
  }
}
