import { nameOf } from "../../cli/status/format.ts";
import type { Row } from "../../cli/status/row.ts";
import { axisLabel, inColumns, type Mark } from "../../cli/status/timeline.ts";
import { URGENCIES, URGENCY_TITLES } from "../../cli/status/urgency.ts";
import { type Html, html, NOTHING_SHOWN } from "../../lambda/model/html.ts";
import { dateText, type Zone } from "./dates.ts";

/** In pixels. */
const COLUMN = 12;
const HEIGHT = 96;
const TALLEST = HEIGHT - 12;
const AXIS = 18;
/** At least so high, so that a single token among hundreds is visible. */
const LOWEST = 2;
/** How many names a column tells. */
const NAMED = 5;

interface RowMark extends Mark {
  readonly row: Row;
}

/** A chart of the coming expiries: a bar for each span of time, with a part for each urgency. */
export function timeline(rows: readonly Row[], now: Date, width: number, zone: Zone): Html {
  const marks = rows.flatMap((row): readonly RowMark[] =>
    row.isLive && row.token?.expiresAt ? [{ at: row.token.expiresAt, urgency: row.urgency, row }] : [],
  );
  const columns = Math.floor(width / COLUMN);
  const chart = inColumns(marks, now, columns);
  if (chart === undefined) return NOTHING_SHOWN;
  const { columnMs, every, stacks, used, later, until } = chart;
  const highest = Math.max(...stacks.values().map(({ length }) => length));
  const startOf = (column: number) => new Date(now.getTime() + column * columnMs);
  const bars = [...stacks].map(([column, stack]) => {
    const title = `${countOf(stack.length)} between ${dateText(startOf(column), zone)} and ${dateText(startOf(column + 1), zone)}: ${namesIn(stack)}`;
    return html`<g><title>${title}</title>${partsOf(stack, column, highest)}</g>`;
  });
  const dates = Array.from({ length: Math.ceil(used / every) }, (_, index) => {
    const column = index * every;
    const label = column === 0 ? "now" : axisLabel(startOf(column), columnMs);
    return html`<line class="axis" x1="${column * COLUMN}" y1="${HEIGHT}" x2="${column * COLUMN}" y2="${HEIGHT + 4}"></line><text x="${column * COLUMN}" y="${HEIGHT + AXIS - 2}">${label}</text>`;
  });
  const present = URGENCIES.filter((urgency) => marks.some((mark) => mark.urgency === urgency));
  const legend = present.map(
    (urgency) => html`<span class="${urgency}">■</span> ${URGENCY_TITLES[urgency].toLowerCase()} `,
  );
  const rest =
    later > 0 ? html`<p class="faint">${later} more after ${dateText(until, zone)}.</p>` : undefined;
  const widest = columns * COLUMN;
  return html`<h3>Coming expiries</h3>
<svg role="img" aria-label="${`When ${countOf(marks.length)}. The table below has the same dates.`}" width="${widest}" height="${HEIGHT + AXIS}" viewBox="0 0 ${widest} ${HEIGHT + AXIS}">${bars}<line class="axis" x1="0" y1="${HEIGHT}" x2="${widest}" y2="${HEIGHT}"></line>${dates}</svg>
<p class="faint">${legend}</p>${rest}`;
}

/** The most urgent at the bottom. */
function partsOf(stack: readonly Mark[], column: number, highest: number): readonly Html[] {
  let top = HEIGHT;
  return URGENCIES.flatMap((urgency) => {
    const count = stack.filter((mark) => mark.urgency === urgency).length;
    if (count === 0) return [];
    const height = Math.max(LOWEST, Math.round((count / highest) * TALLEST));
    top -= height;
    return [
      html`<rect class="${urgency}" x="${column * COLUMN + 1}" y="${top}" width="${COLUMN - 2}" height="${height}"></rect>`,
    ];
  });
}

function countOf(count: number): string {
  return count === 1 ? "1 token expires" : `${count} tokens expire`;
}

function namesIn(stack: readonly RowMark[]): string {
  const names = stack.slice(0, NAMED).map(({ row }) => nameOf(row));
  const more = stack.length - names.length;
  return `${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
