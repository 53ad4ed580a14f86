/**
 * A filter of the listing as a test of values: `*` is any run of characters, `?` is one, all else is itself.
 * Losant documents no more than "supports globbing"; that it ignores case is this emulator's choice, the
 * more demanding one for a client, who then can't take a filter for an equality.
 */
export function glob(filter: string): (value: string) => boolean {
  const pattern = filter
    .replace(/[.+^${}()|[\]\\/-]/g, "\\$&")
    .replaceAll(/\*+/g, ".*")
    .replaceAll("?", ".");
  const whole = new RegExp(`^${pattern}$`, "isu");
  return (value) => whole.test(value);
}
