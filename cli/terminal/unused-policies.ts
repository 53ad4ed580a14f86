import { quoted } from "../../lambda/model/printable.ts";
import type { UnusedPolicy } from "../../lambda/policy/policy-use.ts";
import { type Screen, say } from "./screen.ts";

/** Each entry of `policy.tokens` that has no effect, with the name that may have been meant. */
export function showUnusedPolicies(unused: readonly UnusedPolicy[], screen: Screen): void {
  for (const entry of unused) say(screen, sentenceOn(entry), "", "warn");
}

export function sentenceOn({ entry, path, nearest }: UnusedPolicy): string {
  const what = `The entry ${quoted(entry)} (${path}) decides for no token: none fits, or an earlier entry fits each of them.`;
  return nearest === undefined ? what : `${what} Did you mean ${quoted(nearest)}?`;
}
