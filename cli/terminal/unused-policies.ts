import { quoted } from "../../lambda/model/printable.ts";
import type { UnusedPolicy } from "../../lambda/policy/policy-use.ts";
import { type Screen, say } from "./screen.ts";

/** Each entry of `policy.tokens` that has no effect. */
export function showUnusedPolicies(unused: readonly UnusedPolicy[], screen: Screen): void {
  for (const { entry, path } of unused)
    say(
      screen,
      `The entry ${quoted(entry)} (${path}) decides for no token: none fits, or an earlier entry fits each of them.`,
      "",
      "warn",
    );
}
