import { type Html, html } from "../../lambda/model/html.ts";
import type { Query, Show } from "../request.ts";
import { button } from "./buttons.ts";

const SHOWS = {
  all: "all tokens",
  due: "what needs a person, and what the next run acts on",
  drift: "where Losant and Secrets Manager disagree",
} as const satisfies Record<Show, string>;

/** With more applications, a person writes the id instead of choosing it. */
const MOST_CHOICES = 50;

/**
 * The form with which a person chooses tokens. CloudWatch adds the values of its fields to every call. A form with one field of
 * text would be sent by Enter, so it has two.
 */
export function filterForm(query: Query, applications: readonly string[], widget: string): Html {
  const options = Object.entries(SHOWS).map(([value, label]) => option(value, label, query.show));
  const apply = button({
    label: "Show",
    about: "Show the tokens that match",
    endpoint: widget,
    event: {},
    display: "widget",
  });
  return html`<form class="filters">
<label>Token <input name="token" value="${query.token}" size="20" title="An id, a name, or a pattern (* and ?)"></label>
<label>Application ${applicationField(query.application, applications)}</label>
<label>Due or expires within <input name="within" value="${query.within}" size="5" title="A number and a unit (m, h or d), such as 30d"></label>
<label>Show <select name="show">${options}</select></label>
${apply}
</form>`;
}

function applicationField(chosen: string, applications: readonly string[]): Html {
  if (applications.length > MOST_CHOICES)
    return html`<input name="application" value="${chosen}" size="24" title="The id of an application">`;
  const unknown = chosen === "" || applications.includes(chosen) ? [] : [chosen];
  const choices = [...applications, ...unknown].map((id) => option(id, id, chosen));
  return html`<select name="application">${option("", "all", chosen)}${choices}</select>`;
}

function option(value: string, label: string, chosen: string): Html {
  return value === chosen
    ? html`<option value="${value}" selected>${label}</option>`
    : html`<option value="${value}">${label}</option>`;
}

/** Buttons for the pages before and after this one, as far as there are any. */
export function pageButtons(page: number, pages: number, widget: string): Html {
  const turn = (to: number, label: string) =>
    to < 1 || to > pages
      ? undefined
      : button({ label, about: `${label} page`, endpoint: widget, event: { page: to }, display: "widget" });
  return html`<p>${turn(page - 1, "Previous")}${turn(page + 1, "Next")}</p>`;
}
