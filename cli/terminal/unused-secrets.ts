import type { UnusedEntry } from "../../lambda/lineage/mappings.ts";
import { quoted } from "../../lambda/model/printable.ts";
import { type Screen, say } from "./screen.ts";

/** Each entry of `secrets` that has no effect, with the name that may have been meant. */
export function showUnusedSecrets(unused: readonly UnusedEntry[], screen: Screen): void {
  for (const entry of unused) say(screen, sentenceOf(entry), "  ", "warn");
}

function sentenceOf({ entry, secretName, elsewhere, nearest }: UnusedEntry): string {
  const what = `The entry ${quoted(entry)} of \`secrets\` (${quoted(secretName)})`;
  if (elsewhere !== undefined)
    return `${what} has no effect: the secret of its token is ${quoted(elsewhere)}.`;
  return `${what} matches no token.${nearest === undefined ? "" : ` Did you mean ${quoted(nearest)}?`}`;
}
