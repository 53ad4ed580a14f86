import { printable } from "../../lambda/model/printable.ts";
import type { ApplicationId } from "../../lambda/model/token.ts";
import type { ApplicationConfig } from "../../lambda/policy/config.ts";
import { type FoundApplication, isAbout, isLeftOutByPart } from "../../lambda/policy/discovery.ts";
import { shardOf } from "../../lambda/policy/slots.ts";
import type { ListedApplication } from "../../lambda/ports.ts";
import type { Discovery } from "../../lambda/run/discovery.ts";
import { EXIT, type ExitCode } from "../command/command.ts";
import { unlessInterrupted } from "../command/interrupts.ts";
import type { CommandIo } from "../command/io.ts";
import { problemsOf, type Tools, toolsFor } from "../command/tools.ts";
import { watching } from "../command/watching.ts";
import { showProblem } from "../terminal/failures.ts";
import { type Screen, say, screenOn } from "../terminal/screen.ts";
import { tableLines } from "../terminal/table.ts";
import { ownerWords } from "../terminal/words.ts";
import { choosing } from "./choice.ts";
import { problemOf } from "./document.ts";
import type { StatusOptions } from "./options.ts";

/** An application that is configured, or that a user's access token reaches. */
interface ApplicationEntry {
  readonly id: ApplicationId;
  readonly listed: ListedApplication | undefined;
  /** A run works on it. */
  readonly isWorkedOn: boolean;
  /** Which part of the configuration decides about it. */
  readonly decision: string;
}

type Fleet = Tools["config"]["fleet"];

/** More rows don't help a person who looks for one. `--json` has all of them. */
const SHOWN = 200;

/** `status --applications`: which applications there are, and what decides about each. Lists no tokens, and writes nothing. */
export async function showApplications(
  { configFile, applications: asked, all, ...options }: StatusOptions,
  screen: Screen,
  io: CommandIo,
): Promise<ExitCode> {
  const { tools, discovery, isMeant } = await unlessInterrupted(
    watching(async (progress) => {
      const tools = await toolsFor(configFile, progress, io);
      const isMeant = await choosing(tools, options);
      return { tools, discovery: await tools.discover(), isMeant };
    }, io),
    "Nothing was written.",
    io,
  );
  const ids = new Set(asked.map((id) => id.toLowerCase()));
  const entries = entriesOf(tools.config, discovery).filter(
    (entry) => (ids.size === 0 || ids.has(entry.id)) && isMeant(entry),
  );
  const problems = problemsOf(discovery);
  const { fleet } = tools.config;
  io.document(() => ({
    schemaVersion: "1",
    at: io.clock.now().toISOString(),
    discovery: problems.map(problemOf),
    applications: entries.map((entry) => documentOfEntry(entry, fleet)),
  }));
  showEntriesOf(entries, fleet, all ? entries.length : SHOWN, screen);
  for (const { what, error } of problems) showProblem(what, error, screenOn(io.urgent, io.env));
  return problems.length === 0 ? EXIT.good : EXIT.failed;
}

function entriesOf(
  { applications, discover }: Tools["config"],
  discovery: Discovery,
): readonly ApplicationEntry[] {
  const found = new Map<string, FoundApplication>(discovery.found.map((one) => [one.listed.id, one]));
  const configured = new Set<string>(applications.map(({ id }) => id));
  const leftOut = new Map<string, ListedApplication>();
  for (const { listed } of discovery.entries)
    for (const one of listed)
      if (!found.has(one.id) && !configured.has(one.id) && !leftOut.has(one.id)) leftOut.set(one.id, one);
  return [
    ...applications.map((application) => configuredEntry(application, found.get(application.id))),
    ...[...found.values()].filter(({ isConfigured }) => !isConfigured).map(foundEntry),
    ...[...leftOut.values()].map((listed) => ({
      id: listed.id,
      listed,
      isWorkedOn: false,
      decision: `left out by ${whyLeftOut(listed, discover)}`,
    })),
  ];
}

/** The keys of `discover` that leave out an application that no entry is about. */
function whyLeftOut(listed: ListedApplication, discover: Tools["config"]["discover"]): string {
  if (discover.some((entry) => isLeftOutByPart(listed, entry))) return "part";
  const isInPlace = discover.some((entry) =>
    isAbout(listed, { ...entry, include: ["*"], exclude: [], part: undefined }),
  );
  return isInPlace ? "include or exclude" : "organizations";
}

function configuredEntry({ id }: ApplicationConfig, found: FoundApplication | undefined): ApplicationEntry {
  return { id, listed: found?.listed, isWorkedOn: true, decision: "applications, with its own access token" };
}

function foundEntry({
  listed,
  foundBy,
  decidedBy,
  alsoFoundBy,
  isOverridden,
}: FoundApplication): ApplicationEntry {
  const parts = [
    `discover.${decidedBy}`,
    ...(isOverridden ? ["and its entry of applications"] : []),
    ...(decidedBy === foundBy ? [] : [`with the access token of discover.${foundBy}`]),
    ...(alsoFoundBy.length > 0
      ? [`(also found by ${alsoFoundBy.map((index) => `discover.${index}`).join(", ")})`]
      : []),
  ];
  return { id: listed.id, listed, isWorkedOn: true, decision: parts.join(" ") };
}

function documentOfEntry({ id, listed, isWorkedOn, decision }: ApplicationEntry, fleet: Fleet) {
  return {
    applicationId: id,
    ...(fleet && { shard: shardOf(id, fleet.shards) }),
    name: listed?.name,
    organizationId: listed?.organization?.id,
    organizationName: listed?.organization?.name,
    tokens: listed?.tokenCount,
    workedOn: isWorkedOn,
    decidedBy: decision,
  };
}

function showEntriesOf(
  entries: readonly ApplicationEntry[],
  fleet: Fleet,
  room: number,
  screen: Screen,
): void {
  const columns = [
    { title: "APPLICATION", atMost: 24 },
    ...(fleet ? [{ title: "SHARD", atMost: 5 }] : []),
    { title: "NAME", atMost: 28 },
    { title: "ORGANIZATION", atMost: 20 },
    { title: "TOKENS", atMost: 6 },
    { title: "DECIDED BY" },
  ];
  const rows = entries
    .slice(0, room)
    .map(({ id, listed, isWorkedOn, decision }) => [
      { text: id },
      ...(fleet ? [{ text: String(shardOf(id, fleet.shards)) }] : []),
      { text: printable(listed?.name ?? "–") },
      { text: listed === undefined ? "–" : ownerWords(listed) },
      { text: String(listed?.tokenCount ?? "–") },
      { text: decision, style: isWorkedOn ? ("plain" as const) : ("faint" as const) },
    ]);
  if (rows.length > 0) for (const line of tableLines(columns, rows, screen)) screen.line(line);
  if (entries.length > room)
    say(screen, `… and ${entries.length - room} more. To see all, add --all.`, "  ", "faint");
  const worked = entries.filter(({ isWorkedOn }) => isWorkedOn).length;
  screen.line();
  say(screen, `A run works on ${worked} of ${entries.length} applications.`, "");
}
