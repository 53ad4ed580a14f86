/**
 * Whether a token's name fits a glob: `*` is any run of characters, `?` is one, all else is itself. Names hold
 * any character, slashes and brackets too, which path globbing would give a meaning of their own.
 */
export function fitsGlob(name: string, glob: string): boolean {
  const pattern = glob
    .replace(/[.+^${}()|[\]\\/]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${pattern}$`, "su").test(name);
}
