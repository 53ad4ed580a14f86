import type { ApplicationId } from "../../lambda/model/token.ts";
import { isComplete } from "../../lambda/run/discovery.ts";
import type { Tools } from "../command/tools.ts";
import { heading, type Screen, say } from "../terminal/screen.ts";
import { tableLines } from "../terminal/table.ts";
import type { StatusOptions } from "./options.ts";

/** The secrets of an application that the configuration doesn't have, and no list of applications either. */
export interface LeftSecrets {
  readonly applicationId: ApplicationId;
  readonly secrets: readonly string[];
}

const SHOWN = 20;

/**
 * What deleted applications have left in Secrets Manager, without the secrets that are scheduled for deletion. Undefined if nobody
 * asked for it, or if it can't be known: if a list is incomplete, and in a fleet, which has too many secrets to list them all.
 */
export async function leftSecrets(
  { config, discover, secretLists }: Pick<Tools, "config" | "discover" | "secretLists">,
  { drift, applications, organizations, shard }: StatusOptions,
): Promise<readonly LeftSecrets[] | undefined> {
  const isWhole = applications.length === 0 && organizations.length === 0 && shard === undefined;
  if (!drift || !isWhole) return undefined;
  const entries = config.discover.length === 0 ? [] : (await discover()).entries;
  const index = isComplete(entries) ? await secretLists.all() : undefined;
  if (index === undefined || !index.isRead) return undefined;
  const known = new Set<ApplicationId>([
    ...config.applications.map(({ id }) => id),
    // Also those that no entry is about.
    ...entries.flatMap(({ listed }) => listed.map(({ id }) => id)),
  ]);
  return [...index.applicationsUnder(config.secretPrefix)].flatMap(([applicationId, all]) => {
    const secrets = all.flatMap(({ name, deletedAt }) => (deletedAt === undefined ? [name] : []));
    return known.has(applicationId) || secrets.length === 0 ? [] : [{ applicationId, secrets }];
  });
}

export function showLeftSecrets(left: readonly LeftSecrets[], screen: Screen, isAll: boolean): void {
  if (left.length === 0) return;
  const count = left.reduce((sum, { secrets }) => sum + secrets.length, 0);
  heading(screen, `Secrets of applications that were not found: ${count}`);
  const shown = isAll ? left : left.slice(0, SHOWN);
  const columns = [{ title: "APPLICATION" }, { title: "SECRETS" }];
  const cells = shown.map(({ applicationId, secrets }) => [
    { text: applicationId },
    { text: String(secrets.length) },
  ]);
  for (const line of tableLines(columns, cells, screen)) screen.line(line);
  if (left.length > shown.length) say(screen, `… and ${left.length - shown.length} more`, "  ", "faint");
  say(
    screen,
    "These applications were deleted, or the configuration is no longer about them. The worker leaves their secrets as they are. They cost money until somebody deletes them.",
    "  ",
  );
}
