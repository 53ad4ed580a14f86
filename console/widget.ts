import { Misuse } from "../cli/command/stops.ts";
import { explanationOf } from "../cli/status/explain.ts";
import { type Selected, selectedFrom } from "../cli/status/filters.ts";
import { unusedPoliciesIn } from "../cli/status/forecast.ts";
import { asRotationError } from "../lambda/model/errors.ts";
import { type Html, html } from "../lambda/model/html.ts";
import type { RunId } from "../lambda/model/token.ts";
import { type Look, lookWithin, type Sights } from "./look.ts";
import type { Endpoints } from "./render/buttons.ts";
import { explanationPage } from "./render/explanation.ts";
import { filterForm, pageButtons } from "./render/filters.ts";
import type { AwsConsole } from "./render/links.ts";
import { pageOf } from "./render/page.ts";
import { type Problem, problemOfError, problemsIn } from "./render/problems.ts";
import { type Query, type WidgetRequest, withinMs } from "./request.ts";

/** What the widget works with. Nothing here can write. */
export interface Surroundings {
  readonly sights: Sights;
  /** How long it may look. */
  readonly patienceMs: number;
  readonly runId: RunId;
  readonly aws: AwsConsole;
  /** Undefined if it isn't known which functions there are: then there are no buttons. */
  readonly endpoints: Endpoints | undefined;
}

/** How many tokens are on one page. */
const ROWS = 100;

/** The page that the request asks for. Whatever can't be read is on it, beside what could be. */
export async function widgetPage(request: WidgetRequest, surroundings: Surroundings): Promise<Html> {
  const { query, explain } = request;
  const { sights, patienceMs, runId } = surroundings;
  const seen = await lookWithin(patienceMs, query.application, sights, runId).catch(
    (thrown: unknown): Look => ({
      applications: sights.config.applications.map(({ id }) => id),
      forecasts: [],
      discovery: [],
      unfinished: problemOf(thrown),
    }),
  );
  const isOfAll = query.application === "" && seen.unfinished === undefined && seen.discovery.length === 0;
  const unusedPolicies = unusedPoliciesIn(seen.forecasts, isOfAll);
  const selected = { ...selectedFrom(seen.forecasts, filtersOf(query), sights.clock.now()), unusedPolicies };
  return explain === undefined
    ? overview(request, seen, selected, surroundings)
    : explanation(explain, request, seen, selected);
}

function problemOf(thrown: unknown): Problem {
  if (!(thrown instanceof Misuse)) return problemOfError("the applications", asRotationError(thrown));
  const remedy = "Choose another application.";
  return { what: "the application", sentence: thrown.message, remedy, article: undefined };
}

function filtersOf(query: Query) {
  const { token, show } = query;
  const ms = withinMs(query);
  return {
    tokens: token === "" ? [] : [token],
    due: show === "due",
    drift: show === "drift",
    withinMs: Number.isNaN(ms) ? undefined : ms,
  };
}

function problemsOf({ forecasts, discovery, unfinished }: Look): readonly Problem[] {
  return [...(unfinished === undefined ? [] : [unfinished]), ...problemsIn(forecasts, discovery)];
}

function overview(request: WidgetRequest, seen: Look, selected: Selected, surroundings: Surroundings): Html {
  const { query, theme, width, zone } = request;
  const { aws, endpoints } = surroundings;
  const pages = Math.max(1, Math.ceil(selected.rows.length / ROWS));
  const page = Math.min(request.page, pages);
  const unclear = Number.isNaN(withinMs(query)) ? [UNCLEAR_TIME] : [];
  return pageOf(selected, {
    theme,
    width,
    zone,
    aws,
    endpoints,
    problems: [...unclear, ...problemsOf(seen)],
    from: (page - 1) * ROWS,
    rowsShown: ROWS,
    ...(endpoints && {
      filters: filterForm(query, seen.applications, endpoints.widget),
      pages: pageButtons(page, pages, endpoints.widget),
    }),
  });
}

const UNCLEAR_TIME: Problem = {
  what: "“Due or expires within”",
  sentence: "this is not a time span, so it was left out",
  remedy: "Write a number and a unit (m, h or d), such as 12h or 30d.",
  article: undefined,
};

function explanation(tokenId: string, { theme }: WidgetRequest, seen: Look, selected: Selected): Html {
  const { passages } = explanationOf(selected, tokenId);
  const problems = problemsOf(seen).map(
    ({ what, sentence, remedy }) => html`<p>${what}: ${sentence}. What to do: ${remedy}</p>\n`,
  );
  return html`${problems}${explanationPage(passages, theme)}`;
}
