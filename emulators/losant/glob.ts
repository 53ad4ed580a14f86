/**
 * Tests values with a filter of the list: `*` matches any characters, `?` matches one, everything else matches itself.
 * Losant documents only "supports globbing". This emulator ignores case, which is harder for clients: they can't use a
 * filter as an equality.
 */
export function glob(filter: string): (value: string) => boolean {
  const pattern = filter
    .replace(/[.+^${}()|[\]\\/-]/g, "\\$&")
    .replaceAll(/\*+/g, ".*")
    .replaceAll("?", ".");
  const whole = new RegExp(`^${pattern}$`, "isu");
  return (value) => whole.test(value);
}
