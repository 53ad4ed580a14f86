import { heading, type Screen, say } from "../terminal/screen.ts";
import { tableLines } from "../terminal/table.ts";
import { ownerWords } from "../terminal/words.ts";
import type { Listed } from "./choice.ts";
import type { Selected } from "./filters.ts";
import type { Urgency } from "./row.ts";
import { URGENCIES } from "./urgency.ts";

/** What there is in one organization, or in no known one. */
export interface OrganizationSummary {
  readonly name: string;
  readonly applications: number;
  /** Applications that could not be read. */
  readonly failed: number;
  readonly tokens: Readonly<Record<Urgency, number>>;
}

/** With this many applications, the tokens are counted before they are shown. */
const MANY = 25;
const SHOWN = 20;
const UNKNOWN = "–";

/** One summary for each organization, the most urgent first. Tokens are those that match the filters. */
export function organizationsIn(
  { forecasts, rows }: Pick<Selected, "forecasts" | "rows">,
  listed: Listed,
): readonly OrganizationSummary[] {
  const nameOf = new Map<string, string>();
  const found = new Map<string, OrganizationSummary & { applications: number; failed: number }>();
  const counts = new Map<string, Record<Urgency, number>>();
  for (const { application, kind } of forecasts) {
    if (application.ownerType === "user") continue;
    const row = listed.get(application.id);
    const name = row === undefined ? UNKNOWN : ownerWords(row);
    nameOf.set(application.id, name);
    const tokens = counts.get(name) ?? { attention: 0, due: 0, waiting: 0, resting: 0 };
    counts.set(name, tokens);
    const known = found.get(name) ?? { name, applications: 0, failed: 0, tokens };
    known.applications += 1;
    if (kind === "unseen") known.failed += 1;
    found.set(name, known);
  }
  for (const { applicationId, urgency } of rows) {
    const tokens = counts.get(nameOf.get(applicationId) ?? "");
    if (tokens !== undefined) tokens[urgency] += 1;
  }
  const weight = ({ failed, tokens }: OrganizationSummary) => failed + tokens.attention;
  return [...found.values()].toSorted(
    (one, other) => weight(other) - weight(one) || other.tokens.due - one.tokens.due,
  );
}

/** Shows the summaries, if there are many applications. */
export function showOrganizations(
  selected: Pick<Selected, "forecasts" | "rows">,
  listed: Listed,
  screen: Screen,
  isAll: boolean,
): void {
  if (selected.forecasts.length < MANY || listed.size === 0) return;
  const summaries = organizationsIn(selected, listed);
  heading(screen, "Organizations");
  const columns = [
    { title: "ORGANIZATION", atMost: 28 },
    { title: "APPLICATIONS" },
    { title: "FAILED" },
    { title: "NEED A PERSON" },
    { title: "NEXT RUN" },
    { title: "WAIT" },
    { title: "REST" },
  ];
  const shown = isAll ? summaries : summaries.slice(0, SHOWN);
  const cells = shown.map(({ name, applications, failed, tokens }) => [
    { text: name },
    { text: String(applications) },
    { text: String(failed), style: failed > 0 ? ("bad" as const) : ("plain" as const) },
    ...URGENCIES.map((urgency) => ({
      text: String(tokens[urgency]),
      style: urgency === "attention" && tokens.attention > 0 ? ("bad" as const) : ("plain" as const),
    })),
  ]);
  for (const line of tableLines(columns, cells, screen)) screen.line(line);
  if (summaries.length > shown.length)
    say(screen, `… and ${summaries.length - shown.length} more`, "  ", "faint");
}
