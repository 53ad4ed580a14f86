import type { Lineage } from "../../lambda/lineage/lineage.ts";
import { printable } from "../../lambda/model/printable.ts";
import type { ApplicationConfig } from "../../lambda/policy/config.ts";
import { type Screen, say } from "../terminal/screen.ts";
import { showUnusedSecrets } from "../terminal/unused-secrets.ts";
import type { Forecast } from "./forecast.ts";

/** So many entries are printed; the others are shown once these have been replaced. */
const SHOWN = 10;

/** What is wrong with entries of `secrets`, and those that had better be ids, ready to paste. */
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
    say(screen, "Until their first rotation, these entries of `secrets` go by names. Ids can't be taken:");
    // Broken into two, a line could not be copied.
    for (const entry of entries.slice(0, SHOWN)) screen.line(`    ${entry},`);
  }
}

/** As it stands in rotation.config.json. */
export function mappingOf({ head, secretName }: Lineage): string | undefined {
  return head && `"${head.tokenId}": ${JSON.stringify(printable(secretName))}`;
}

/** Whoever renames a token could still decide which one goes there. */
function isByName({ head, secretName }: Lineage, { secrets }: ApplicationConfig): boolean {
  if (head?.kind !== "root" || head.origin.kind !== "plain") return false;
  return secrets.get(head.token.name) === secretName && !secrets.has(head.tokenId);
}
