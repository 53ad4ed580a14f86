import { masked } from "../model/masked.ts";
import { MAX_COMPARED, nearestWord } from "../model/nearest.ts";
import type { Policy, TokenPolicy } from "./policy.ts";

/** An entry of `policy.tokens` that decides for no token: a mistake, or the entry of a token that no longer exists. */
export interface UnusedPolicy {
  /** What it should match: an id or a name pattern, masked. */
  readonly entry: string;
  /** Its place in the configuration, such as `policy.tokens.0`. */
  readonly path: string;
  /** The most similar name of a token, masked, if the entry is a name. */
  readonly nearest?: string;
}

/** A configuration may have thousands. */
const MAX_TOLD = 20;

/** Notes for which tokens the entries of `policy.tokens` decide. Many applications may have the same list. */
export class PolicyUse {
  readonly #entries = new Map<string, TokenPolicy>();
  readonly #used = new Set<string>();
  /** An application that could not be read may have tokens for them. */
  readonly #unjudged = new Set<string>();
  /** Names of tokens by the list of entries that is about them: as many as can be compared, and one more. */
  readonly #names = new Map<string, Set<string>>();

  /** `used`: the policies of all tokens of an application. Undefined if not all are known. `names`: those of the tokens. */
  note({ tokens }: Policy, used: ReadonlySet<Policy> | undefined, names: Iterable<string> = []): void {
    for (const entry of tokens) {
      const { path, policy } = entry;
      this.#entries.set(path, entry);
      if (used === undefined) this.#unjudged.add(path);
      else if (used.has(policy)) this.#used.add(path);
    }
    const [first] = tokens;
    if (first === undefined) return;
    const known = this.#names.get(listOf(first)) ?? new Set();
    this.#names.set(listOf(first), known);
    for (const name of names) {
      if (known.size > MAX_COMPARED) break;
      known.add(name);
    }
  }

  /** `isWhole`: every application was noted. Otherwise, only the entries of single applications can be judged. */
  unused(isWhole: boolean): readonly UnusedPolicy[] {
    return this.#entries
      .values()
      .filter(({ path }) => !this.#used.has(path) && !this.#unjudged.has(path))
      .filter(({ path }) => isWhole || path.startsWith("applications."))
      .take(MAX_TOLD)
      .map((entry) => this.#shown(entry))
      .toArray();
  }

  #shown(entry: TokenPolicy): UnusedPolicy {
    const { match, path } = entry;
    const names = this.#names.get(listOf(entry)) ?? new Set();
    const nearest = isName(entry) && !names.has(match) ? nearestWord(match, names) : undefined;
    return { entry: masked(match), path, ...(nearest !== undefined && { nearest: masked(nearest) }) };
  }
}

/** Ids are similar by chance, and a pattern is similar to none of the names that were meant. */
function isName({ match, isId }: TokenPolicy): boolean {
  return !isId && !/[*?]/.test(match);
}

/** `policy.tokens`: the place of the whole list. */
function listOf({ path }: TokenPolicy): string {
  return path.slice(0, path.lastIndexOf("."));
}
