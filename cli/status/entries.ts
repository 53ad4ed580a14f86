import type { Lineage } from "../../lambda/lineage/lineage.ts";
import { printable } from "../../lambda/model/printable.ts";
import type { ApplicationConfig } from "../../lambda/policy/config.ts";
import { type Screen, say } from "../terminal/screen.ts";
import { showUnusedSecrets } from "../terminal/unused-secrets.ts";
import type { Forecast } from "./forecast.ts";

/** At most this many entries are printed. The others are printed once these use ids. */
const SHOWN = 10;

/** Entries of `secrets` that have no effect, and entries by name, with their ids ready to paste. */
export function showEntries(forecasts: readonly Forecast[], screen: Screen): void {
  for (const forecast of forecasts) {
    if (forecast.kind === "unseen") continue;
    const { application, unusedSecrets, lineages } = forecast;
    const entries = lineages.flatMap((lineage) =>
      isByName(lineage, application) ? (mappingOf(lineage) ?? []) : [],
    );
    if (unusedSecrets.length + entries.length > 0) screen.line();
    showUnusedSecrets(unusedSecrets, screen);
    if (entries.length === 0) continue;
    say(
      screen,
      "These entries of `secrets` use names, which anybody with a role in Losant can give to another token before the first rotation. Use ids instead:",
    );
    // A wrapped line could not be copied.
    for (const entry of entries.slice(0, SHOWN)) screen.line(`    ${entry},`);
  }
}

/** In the form for rotation.config.json. */
export function mappingOf({ head, secretName }: Lineage): string | undefined {
  return head && `"${head.tokenId}": ${JSON.stringify(printable(secretName))}`;
}

/** Whoever renames tokens could still decide which token goes into this secret. */
function isByName({ head, secretName }: Lineage, { secrets }: ApplicationConfig): boolean {
  if (head?.kind !== "root" || head.origin.kind !== "plain") return false;
  return secrets.get(head.token.name) === secretName && !secrets.has(head.tokenId);
}
