import { nearestWord } from "../../lambda/model/nearest.ts";
import { printable, quoted } from "../../lambda/model/printable.ts";
import { ENDLESS_SUCCESSORS, hasEndlessSuccessors, withEntries } from "../../lambda/policy/policy.ts";
import { heading, type Screen, say, sayWithCommand } from "../terminal/screen.ts";
import { type Cell, type Column, tableLines } from "../terminal/table.ts";
import { showUnusedPolicies } from "../terminal/unused-policies.ts";
import { truncated } from "../terminal/width.ts";
import { showAccessTokens } from "./access-tokens.ts";
import type { Listed } from "./choice.ts";
import { DRIFT } from "./drift.ts";
import { showEntries } from "./entries.ts";
import type { Selected } from "./filters.ts";
import { type Forecast, namesOf } from "./forecast.ts";
import { expiresText, nameOf, nextText, secretText, shapeOf, windowText } from "./format.ts";
import type { StatusOptions } from "./options.ts";
import { showOrganizations } from "./organizations.ts";
import type { Row, Urgency } from "./row.ts";
import { SHAPES, timelineLines } from "./timeline.ts";
import { URGENCIES, URGENCY_TITLES } from "./urgency.ts";

/** How many rows of each section fit on one screen. With filters, more rows are shown. */
const ROOM = { attention: 20, due: 15, waiting: 8, resting: 0 } as const satisfies Record<Urgency, number>;
const ROOM_ASKED = 50;
/** This many rows always fit. */
const FEW = 20;

type Showing = Pick<StatusOptions, "all" | "tokens" | "due" | "drift" | "withinMs">;

/** Everything on one screen: the access tokens, the coming expiries, and the tokens, the most urgent first. */
export function showOverview(
  selected: Selected,
  screen: Screen,
  options: Showing,
  listed: Listed = new Map(),
): void {
  const { now, rows, everyRow, forecasts } = selected;
  screen.line(
    screen.paint("strong", `Losant API tokens, ${now.toISOString().slice(0, 16).replace("T", " ")} UTC`),
  );
  showOrganizations(selected, listed, screen, options.all);
  if (forecasts.length > 0) showAccessTokens(forecasts, screen, options.all);
  showFlaws(forecasts, screen);
  showEntries(forecasts, screen);
  showUnusedPolicies(selected.unusedPolicies ?? [], screen);
  const policies = forecasts.flatMap(({ application }) => withEntries(application.policy));
  if (policies.some(hasEndlessSuccessors)) say(screen, ENDLESS_SUCCESSORS, "", "warn");
  showTimeline(rows, now, screen);
  const isAsked = options.tokens.length > 0 || options.due || options.drift || options.withinMs !== undefined;
  for (const urgency of URGENCIES) {
    const section = rows.filter((row) => row.urgency === urgency);
    const room = options.all || rows.length <= FEW ? section.length : isAsked ? ROOM_ASKED : ROOM[urgency];
    showSection(urgency, section, room, selected, screen);
  }
  if (options.drift && forecasts.length > 0) showDrift(selected, screen);
  if (rows.length === 0) showWhatWasMeant(options.tokens, selected, screen);
  screen.line();
  say(screen, forecasts.length === 0 ? "No application was found." : summaryOf(rows, everyRow), "");
  if (rows.some(({ urgency }) => urgency === "attention"))
    sayWithCommand(screen, "What to do about one of them: npm run status -- --explain NAME_OR_ID", "");
}

/** Suggests a name if a filter matches no token, for example because of a typing error. */
function showWhatWasMeant(entries: readonly string[], { forecasts }: Selected, screen: Screen): void {
  for (const entry of entries) {
    const meant = nearestWord(entry, namesOf(forecasts));
    if (meant === undefined || meant === entry) continue;
    screen.line();
    say(screen, printable(`No token has the name ${quoted(entry)}. Did you mean ${quoted(meant)}?`), "");
  }
}

/** Why the list of tokens is incomplete, or the list of secrets could not be read. */
function showFlaws(forecasts: readonly Forecast[], screen: Screen): void {
  const flaws = forecasts.flatMap((forecast) => (forecast.kind === "seen" ? forecast.snapshot.flaws : []));
  if (flaws.length > 0) screen.line();
  for (const { code, message } of flaws) say(screen, printable(`${code}: ${message}`), "", "bad");
  if (forecasts.some((forecast) => forecast.kind === "seen" && !forecast.snapshot.isIndexed))
    say(screen, NOT_LISTED, "", "bad");
}

const NOT_LISTED =
  "The list of secrets can't be read (secretsmanager:ListSecrets), so each secret is read separately. If a token isn't in its own secret, the run defers it.";

function showTimeline(rows: readonly Row[], now: Date, screen: Screen): void {
  const living = rows.filter(({ isLive }) => isLive);
  const marks = living.flatMap(({ token, urgency }) =>
    token?.expiresAt ? [{ at: token.expiresAt, urgency }] : [],
  );
  const lines = timelineLines(marks, now, screen);
  if (lines.length === 0) return;
  const present = URGENCIES.filter((urgency) => marks.some((mark) => mark.urgency === urgency));
  heading(screen, "Coming expiries");
  for (const line of lines) screen.line(line);
  const legend = present
    .map((urgency) => `${SHAPES[urgency][0]} ${URGENCY_TITLES[urgency].toLowerCase()}`)
    .join("   ");
  say(screen, legend, "  ", "faint");
}

function showSection(
  urgency: Urgency,
  rows: readonly Row[],
  room: number,
  selected: Selected,
  screen: Screen,
): void {
  if (rows.length === 0) return;
  heading(screen, `${URGENCY_TITLES[urgency]}: ${rows.length}`);
  const shown = rows.slice(0, room);
  const lines =
    shown.length === 0
      ? []
      : screen.width < leastWidthOf(selected)
        ? blocksOf(shown, selected, screen)
        : tableOf(shown, selected, screen);
  for (const line of lines) screen.line(line);
  for (const { next, tokenId } of shown) {
    const failure = next.find(({ code }) => code !== undefined);
    if (failure === undefined) continue;
    say(screen, printable(`${failure.name ?? tokenId}: ${failure.code}: ${failure.message}`), "  ", "bad");
  }
  const rest = rows.slice(room);
  if (rest.length > 0) {
    const more = shown.length === 0 ? "" : `… and ${rest.length} more`;
    say(screen, [more, kindsOf(rest)].filter((part) => part !== "").join(": "), "  ", "faint");
  }
}

/** Tokens at rest that aren't shown, counted by reason. */
function kindsOf(rows: readonly Row[]): string {
  if (rows[0]?.urgency !== "resting") return "";
  const counts = Map.groupBy(rows, ({ next }) => next[0]?.reason ?? "");
  const parts = [...counts].toSorted(([, one], [, other]) => other.length - one.length);
  return parts.map(([reason, { length }]) => `${length} ${reason}`).join(", ");
}

function tableOf(rows: readonly Row[], { now, forecasts }: Selected, screen: Screen): readonly string[] {
  const isRoomy = screen.width >= 130;
  const isTight = screen.width < 100;
  const isMany = forecasts.length > 1;
  const hasWindow = !isTight && rows.some((row) => windowText(row, now) !== "–");
  const widths = isRoomy
    ? { name: 26, secret: 40 }
    : isTight
      ? { name: 18, secret: 10 }
      : { name: 20, secret: 18 };
  const columns: readonly (Column & { readonly cell: (row: Row) => Cell })[] = [
    { title: "", atMost: 1, cell: shapeOf },
    { title: "TOKEN", atMost: widths.name, cell: (row) => ({ text: nameOf(row) }) },
    ...(isMany ? [{ title: "APP", cell: (row: Row) => ({ text: shortIdOf(row) }) }] : []),
    { title: "EXPIRES", atMost: 9, cell: (row) => ({ text: expiresText(row, now) }) },
    ...(hasWindow
      ? [{ title: "WINDOW", atMost: 8, cell: (row: Row) => ({ text: windowText(row, now) }) }]
      : []),
    {
      title: "SECRET",
      atMost: widths.secret,
      cell: (row) => ({ text: printable(secretText(row, isRoomy)) }),
    },
    { title: "NEXT RUN", cell: (row) => ({ text: printable(nextText(row, now)) }) },
  ];
  const cells = rows.map((row) => columns.map(({ cell }) => cell(row)));
  return tableLines(columns, cells, screen);
}

/** The columns that a table needs. With several applications, it shows whose each token is, because many may have the same name. */
function leastWidthOf({ forecasts }: Selected): number {
  return forecasts.length > 1 ? 76 : 64;
}

/** On a narrow terminal, each token has lines of its own instead of a table row. */
function blocksOf(rows: readonly Row[], { now, forecasts }: Selected, screen: Screen): readonly string[] {
  const { width, paint, typed } = screen;
  return rows.flatMap((row) => {
    const { text, style } = shapeOf(row);
    const facts: string[] = [];
    const collect: Screen = { width, paint, typed, line: (line = "") => void facts.push(line) };
    const isGone = row.token === undefined && !row.isUnreadable;
    const expires = isGone ? "gone from Losant" : `expires ${expiresText(row, now)}`;
    const place = forecasts.length > 1 ? `application ${shortIdOf(row)}, ` : "";
    say(collect, `${place}${expires}, secret ${printable(secretText(row, false))}`, "    ");
    say(collect, printable(nextText(row, now)), "    ", "faint");
    return [`  ${paint(style, text)} ${paint("strong", truncated(nameOf(row), width - 4))}`, ...facts];
  });
}

const shortIdOf = ({ applicationId }: Row) => `…${applicationId.slice(-4)}`;

function showDrift({ rows, forecasts }: Selected, screen: Screen): void {
  const odd = rows.filter(({ drift }) => drift.length > 0);
  heading(
    screen,
    odd.length > 0
      ? "What the words in brackets mean"
      : forecasts.every(({ kind }) => kind === "seen")
        ? "No drift: Losant and Secrets Manager agree."
        : "No drift in the applications that could be read.",
  );
  const kinds = [...new Set(odd.flatMap(({ drift }) => drift))];
  for (const kind of kinds) say(screen, `${kind}: ${DRIFT[kind]}`, "  ");
}

function summaryOf(rows: readonly Row[], all: readonly Row[]): string {
  const counts = URGENCIES.map((urgency) => rows.filter((row) => row.urgency === urgency).length);
  const [attention = 0, due = 0, waiting = 0, resting = 0] = counts;
  const drift = rows.filter((row) => row.drift.length > 0).length;
  const said = [
    ...(attention > 0 ? [`${attention} need a person`] : []),
    ...(due > 0 ? [`the next run acts on ${due}`] : []),
    ...(waiting > 0 ? [`${waiting} wait`] : []),
    ...(resting > 0 ? [`${resting} rest`] : []),
    ...(drift > 0 ? [`${drift} with drift`] : []),
  ];
  const asked =
    rows.length === all.length ? `${all.length} tokens` : `${rows.length} of ${all.length} tokens`;
  return `${asked}${said.length === 0 ? "" : `: ${said.join(", ")}`}.`;
}
