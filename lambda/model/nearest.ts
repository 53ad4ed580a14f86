/** Longer words take too long to compare. */
const MAX_LENGTH = 64;
/** How many characters may be wrong, but at most a third of the word. */
const MAX_WRONG = 3;

/** In a longer list, names are often numbered and so similar by chance. */
export const MAX_COMPARED = 1_000;

/** The word that was probably meant. Undefined if none is similar enough. Case and surrounding blanks don't count. */
export function nearestWord(written: string, words: Iterable<string>): string | undefined {
  const wanted = written.toLowerCase().trim();
  if (wanted.length > MAX_LENGTH) return undefined;
  let limit = Math.min(MAX_WRONG, Math.max(1, Math.floor(wanted.length / 3)));
  let nearest: string | undefined;
  let compared = 0;
  for (const word of words) {
    compared += 1;
    if (compared > MAX_COMPARED) return undefined;
    const distance = distanceBetween(wanted, word.toLowerCase().trim(), limit);
    if (distance > limit) continue;
    nearest = word;
    if (distance === 0) break;
    limit = distance - 1;
  }
  return nearest;
}

/**
 * How many characters to add, remove or change, or pairs of neighbours to swap (optimal string alignment). Any number above
 * `limit` if it is more than that.
 */
function distanceBetween(one: string, other: string, limit: number): number {
  if (Math.abs(one.length - other.length) > limit) return limit + 1;
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: other.length + 1 }, (_, index) => index);
  let leastBefore = 0;
  for (let at = 0; at < one.length; at += 1) {
    const next = [at + 1];
    let least = at + 1;
    for (let index = 1; index <= other.length; index += 1) {
      const changed = (row[index - 1] ?? 0) + Number(other[index - 1] !== one[at]);
      const isSwapped =
        index > 1 && at > 0 && other[index - 1] === one[at - 1] && other[index - 2] === one[at];
      const swapped = isSwapped ? (before[index - 2] ?? 0) + 1 : changed;
      const distance = Math.min((row[index] ?? 0) + 1, (next[index - 1] ?? 0) + 1, changed, swapped);
      next.push(distance);
      if (distance < least) least = distance;
    }
    // A swap continues from the row before the last one.
    if (Math.min(least, leastBefore) > limit) return limit + 1;
    before = row;
    row = next;
    leastBefore = least;
  }
  return row.at(-1) ?? 0;
}
