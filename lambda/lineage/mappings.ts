import type { SecretName } from "../model/secret.ts";
import type { ApiToken } from "../model/token.ts";
import { isId, matches } from "../policy/request.ts";
import type { Place, Places } from "./place.ts";
import { ownVersions, type Snapshot } from "./snapshot.ts";

/** An entry of `secrets` that has no effect: a mistake, or what is left of a token that is gone. */
export interface UnusedEntry {
  /** Its key: the id or name of a token. */
  readonly entry: string;
  readonly secretName: SecretName;
  /** The secret that holds the token which it names, or gets it: that was decided before there was this entry. */
  readonly elsewhere?: SecretName;
  /** Otherwise the listed token's name that is most like it. */
  readonly nearest?: string;
}

/** A configuration may have thousands; each would be compared with every name. */
const MAX_TOLD = 20;

/**
 * The entries of an application's `secrets` that fit no token. One fits where its secret holds a version of ours, or where a
 * token goes there or is meant to. What can't be read may hold anything. `placesOf` is asked only where versions don't tell.
 */
export function unusedEntries(snapshot: Snapshot, placesOf: () => Places): readonly UnusedEntry[] {
  const unheld = [...snapshot.application.secrets].filter(([, name]) => !mayHoldOurs(snapshot, name));
  if (unheld.length === 0) return [];
  const places = placesOf();
  const used = new Set([...places.values()].flatMap(secretNamesOf));
  return unheld
    .filter(([, name]) => !used.has(name))
    .flatMap(([entry, name]) => unusedEntry(entry, name, snapshot, places) ?? [])
    .slice(0, MAX_TOLD)
    .map((unused) => withNearest(unused, snapshot));
}

function mayHoldOurs({ secrets }: Snapshot, name: SecretName): boolean {
  const reading = secrets.get(name);
  return reading?.kind === "unreadable" || ownVersions(reading).length > 0;
}

function secretNamesOf(place: Place): readonly SecretName[] {
  if (place.kind === "member") return place.secretNames;
  return place.kind === "root" ? [place.secretName] : [];
}

function unusedEntry(
  entry: string,
  secretName: SecretName,
  { tokens, unreadable }: Snapshot,
  places: Places,
): UnusedEntry | undefined {
  const meant = [...tokens.values()].filter((token) => matches(token, entry));
  const found = meant.flatMap(({ id }) => places.get(id) ?? []);
  // That is told by itself.
  if (found.some(({ kind }) => kind === "failed")) return undefined;
  const [elsewhere] = found.flatMap(secretNamesOf);
  if (elsewhere !== undefined) return { entry, secretName, elsewhere };
  const isListed = isId(entry) && (meant.length > 0 || [...unreadable.keys()].some((id) => id === entry));
  return isListed ? undefined : { entry, secretName };
}

function withNearest(unused: UnusedEntry, { tokens }: Snapshot): UnusedEntry {
  // Ids that were made one after the other are alike, and mean nothing by it.
  if (unused.elsewhere !== undefined || isId(unused.entry)) return unused;
  const nearest = nearestName(unused.entry, tokens.values());
  return nearest === undefined ? unused : { ...unused, nearest };
}

/** Undefined where none is so much alike that it may have been meant. */
function nearestName(entry: string, tokens: Iterable<Pick<ApiToken, "name">>): string | undefined {
  const wanted = entry.toLowerCase().trim();
  let limit = Math.max(1, Math.floor(wanted.length / 3));
  let nearest: string | undefined;
  for (const { name } of tokens) {
    const distance = distanceBetween(wanted, name.toLowerCase().trim(), limit);
    if (distance > limit) continue;
    nearest = name;
    if (distance === 0) break;
    limit = distance - 1;
  }
  return nearest;
}

/** Characters to add, take away or change (Levenshtein); more than `limit` where it is more than that. */
function distanceBetween(one: string, other: string, limit: number): number {
  if (Math.abs(one.length - other.length) > limit) return limit + 1;
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [at, character] of [...one].entries()) {
    const next = [at + 1];
    for (let index = 1; index <= other.length; index += 1) {
      const [above = 0, before = 0] = [row[index], row[index - 1]];
      const changed = before + Number(other[index - 1] !== character);
      next.push(Math.min(above + 1, (next[index - 1] ?? 0) + 1, changed));
    }
    if (Math.min(...next) > limit) return limit + 1;
    row = next;
  }
  return row.at(-1) ?? 0;
}
