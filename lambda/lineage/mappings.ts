import { masked } from "../model/masked.ts";
import { nearestWord } from "../model/nearest.ts";
import type { SecretName } from "../model/secret.ts";
import { isTokenId, type TokenId } from "../model/token.ts";
import type { Place, Places } from "./place.ts";
import { ownVersions, type Snapshot } from "./snapshot.ts";

/** An entry of `secrets` that has no effect: a mistake, or the entry of a token that no longer exists. */
export interface UnusedEntry {
  /** Its key: the id or name of a token. */
  readonly entry: string;
  readonly secretName: SecretName;
  /** The secret that holds or gets the token that the entry names. This was decided before the entry existed. */
  readonly elsewhere?: SecretName;
  /** Otherwise, the most similar name of a listed token. */
  readonly nearest?: string;
}

/** A configuration may have thousands of entries, and each would be compared with every name. */
const MAX_TOLD = 20;

/**
 * The entries of an application's `secrets` that fit no token. An entry fits if its secret has a version of the worker, or if a
 * token goes there or should. A secret that can't be read may contain anything. `placesOf` is called only if versions don't decide.
 */
export function unusedEntries(snapshot: Snapshot, placesOf: () => Places): readonly UnusedEntry[] {
  const unheld = [...snapshot.application.secrets].filter(([, name]) => !mayHoldOurs(snapshot, name));
  if (unheld.length === 0) return [];
  const places = placesOf();
  const used = new Set(places.values().flatMap(secretNamesOf));
  const meant = tokensMeantBy(new Set(unheld.map(([entry]) => entry)), snapshot);
  return unheld
    .filter(([, name]) => !used.has(name))
    .flatMap(([entry, name]) => unusedEntry(entry, name, meant.get(entry) ?? [], places) ?? [])
    .slice(0, MAX_TOLD)
    .map((unused) => withNearest(unused, snapshot))
    .map(shown);
}

function mayHoldOurs(snapshot: Snapshot, name: SecretName): boolean {
  const reading = snapshot.secrets.get(name);
  return reading?.kind === "unreadable" || ownVersions(snapshot, reading).length > 0;
}

function secretNamesOf(place: Place): readonly SecretName[] {
  if (place.kind === "member") return place.secretNames;
  return place.kind === "root" ? [place.secretName] : [];
}

/** The tokens for each entry, found in one pass, because there may be as many entries as tokens. */
function tokensMeantBy(
  entries: ReadonlySet<string>,
  { tokens, unreadable }: Snapshot,
): ReadonlyMap<string, readonly TokenId[]> {
  const meant = new Map<string, TokenId[]>();
  const note = (entry: string, id: TokenId) => {
    if (!entries.has(entry)) return;
    const others = meant.get(entry);
    if (others === undefined) meant.set(entry, [id]);
    else others.push(id);
  };
  for (const { id, name } of tokens.values()) {
    note(id, id);
    // Text that looks like an id is an id.
    if (entries.has(name) && !isTokenId(name)) note(name, id);
  }
  for (const id of unreadable.keys()) note(id, id);
  return meant;
}

function unusedEntry(
  entry: string,
  secretName: SecretName,
  meant: readonly TokenId[],
  places: Places,
): UnusedEntry | undefined {
  const found = meant.flatMap((id) => places.get(id) ?? []);
  // This is reported as a failure anyway.
  if (found.some(({ kind }) => kind === "failed")) return undefined;
  const [elsewhere] = found.flatMap(secretNamesOf);
  if (elsewhere !== undefined) return { entry, secretName, elsewhere };
  return isTokenId(entry) && meant.length > 0 ? undefined : { entry, secretName };
}

function withNearest(unused: UnusedEntry, { tokens }: Snapshot): UnusedEntry {
  // Ids that were created one after the other are similar by chance.
  if (unused.elsewhere !== undefined || isTokenId(unused.entry)) return unused;
  const nearest = nearestWord(
    unused.entry,
    tokens.values().map(({ name }) => name),
  );
  return nearest === undefined ? unused : { ...unused, nearest };
}

/** Somebody may have written the string of a token where its name should be, in the configuration or in Losant. */
function shown({ entry, nearest, ...unused }: UnusedEntry): UnusedEntry {
  return { ...unused, entry: masked(entry), ...(nearest !== undefined && { nearest: masked(nearest) }) };
}
