/**
 * Whether a name starts with one of these prefixes. A list of a fleet asks this of many thousand names for each ten applications,
 * so prefixes of equal length cost one lookup together.
 */
export function startsWithAny(prefixes: readonly string[]): (name: string) => boolean {
  const known = new Set(prefixes);
  const lengths = [...new Set(prefixes.map(({ length }) => length))];
  return (name) => lengths.some((length) => name.length >= length && known.has(name.slice(0, length)));
}
