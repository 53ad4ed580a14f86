import { nearestWord } from "../../lambda/model/nearest.ts";
import { printable, quoted } from "../../lambda/model/printable.ts";
import type { ApplicationId } from "../../lambda/model/token.ts";
import type { ApplicationConfig } from "../../lambda/policy/config.ts";
import { isInAny } from "../../lambda/policy/discovery.ts";
import { isInShard } from "../../lambda/policy/slots.ts";
import type { ListedApplication } from "../../lambda/ports.ts";
import { type Discovery, flawsIn } from "../../lambda/run/discovery.ts";
import { shardFrom } from "../command/shard-option.ts";
import { Misuse, Refusal } from "../command/stops.ts";
import { type Chosen, chosenFrom, type Tools } from "../command/tools.ts";
import { ownerWords } from "../terminal/words.ts";
import type { StatusOptions } from "./options.ts";

/** More applications are looked at only with `--all`, because each costs a list of its tokens. */
export const MOST_APPLICATIONS = 2_000;
const NAMED = 10;

/** By id. Empty if nothing was discovered. */
export type Listed = ReadonlyMap<ApplicationId, ListedApplication>;

export interface Choice extends Chosen {
  readonly listed: Listed;
}

type Asked = Pick<StatusOptions, "applications" | "organizations" | "shard" | "all">;

/**
 * The applications that the options mean.
 * @throws Misuse; Refusal if there are too many; RotationError, as `chosenFrom`
 */
export async function choiceFor(
  tools: Pick<Tools, "config" | "discover">,
  options: Asked,
  most = MOST_APPLICATIONS,
): Promise<Choice> {
  const isMeant = await choosing(tools, options);
  const { applications: chosen, problems } = await chosenFrom(tools, options.applications);
  const applications = chosen.filter(isMeant);
  if (applications.length > most && !options.all) throw tooMany(applications.length, most, tools);
  const isDiscovered = chosen.some(({ foundBy }) => foundBy !== undefined);
  return { applications, problems, listed: isDiscovered ? listedIn(await tools.discover()) : new Map() };
}

/** Whether an application is in the organizations and in the shard that the options name. */
export async function choosing(
  { config, discover }: Pick<Tools, "config" | "discover">,
  { organizations, shard }: Pick<Asked, "organizations" | "shard">,
): Promise<(application: Pick<ApplicationConfig, "id">) => boolean> {
  const share = shardFrom(shard, config.fleet);
  if (organizations.length === 0) return ({ id }) => isInShard(id, share);
  if (config.discover.length === 0)
    throw new Misuse(
      "--organization needs `discover` in the configuration: without it, organizations are unknown",
    );
  const { entries } = await discover();
  const listed = listedIn({ entries });
  const unknown = organizations.find((one) => !listed.values().some((row) => isInAny(row, [one])));
  // It may be in a list that could not be read.
  const flaw = entries.flatMap(flawsIn)[0];
  if (unknown !== undefined) throw flaw ?? noOrganization(unknown, listed);
  return ({ id }) => {
    const row = listed.get(id);
    return row !== undefined && isInAny(row, organizations) && isInShard(id, share);
  };
}

function listedIn({ entries }: Pick<Discovery, "entries">): Listed {
  return new Map(entries.flatMap(({ listed }) => listed.map((one) => [one.id, one] as const)));
}

function noOrganization(asked: string, listed: Listed): Misuse {
  const names = [...new Set(listed.values().map(ownerWords))].toSorted();
  const meant = nearestWord(asked, names);
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : "";
  const known =
    names.length === 0 ? "None was found." : `These were found: ${names.slice(0, NAMED).join(", ")}${more}.`;
  const hint = meant === undefined ? known : `Did you mean ${quoted(meant)}?`;
  return new Misuse(printable(`No application is in an organization ${quoted(asked)}. ${hint}`), {
    isComplete: true,
  });
}

function tooMany(count: number, most: number, { config }: Pick<Tools, "config">): Refusal {
  const { fleet, discover } = config;
  const ways = [
    ...(discover.length > 0 ? ["--organization NAME"] : []),
    ...(fleet === undefined ? [] : [`--shard K (0 to ${fleet.shards - 1})`]),
    "--application ID",
  ];
  return new Refusal(
    `there are ${count} applications, and status lists the tokens of ${most} at most`,
    `Choose some of them: ${ways.join(", or ")}. To see which there are, add --applications. To look at all of them, which can take long, add --all.`,
  );
}
