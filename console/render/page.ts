import type { Selected } from "../../cli/status/filters.ts";
import { type Html, html, NOTHING_SHOWN } from "../../lambda/model/html.ts";
import { dateText } from "./dates.ts";
import { anchor, runsLogLink } from "./links.ts";
import type { Problem } from "./problems.ts";
import { summary } from "./summary.ts";
import { type Showing, table } from "./table.ts";
import { PAGE_CLASS, styleOf } from "./theme.ts";
import { timeline } from "./timeline.ts";

/** What a page shows beside what was seen. */
export interface PageParts extends Omit<Showing, "now"> {
  readonly theme: Parameters<typeof styleOf>[0];
  /** What could not be seen. */
  readonly problems: readonly Problem[];
  /** Between the timeline and the table. */
  readonly filters?: Html;
  /** The rows of the table that are shown: by default, all. */
  readonly from?: number;
  readonly rowsShown?: number;
  /** After the table. */
  readonly pages?: Html;
}

/** The page in an element of its own, with its style: what needs a person, the coming expiries, and the tokens. */
export function pageOf(selected: Selected, parts: PageParts): Html {
  const { theme, problems, filters = NOTHING_SHOWN, from = 0, rowsShown = Number.POSITIVE_INFINITY } = parts;
  const { now, rows } = selected;
  const showing: Showing = { ...parts, now };
  const shown = rows.slice(from, from + rowsShown);
  const isAll = shown.length === rows.length;
  const which = isAll
    ? ""
    : ` ${from + 1} to ${from + shown.length} of ${rows.length}, the most urgent first`;
  const logs = parts.aws && anchor(runsLogLink(parts.aws), "Log of the last runs");
  return html`${styleOf(theme)}<div class="${PAGE_CLASS}">
${summary(selected, problems, showing)}
${timeline(rows, now, parts.width - 2 * MARGIN, parts.zone)}
${filters}
<h3>Tokens${which}</h3>
${shown.length === 0 ? html`<p>No token matches.</p>` : table(shown, showing)}
${parts.pages}
<p class="faint">As seen at ${dateText(now, parts.zone)}. ${logs}</p>
</div>`;
}

/** Of the page, in pixels. */
const MARGIN = 16;
