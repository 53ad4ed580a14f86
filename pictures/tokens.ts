import type { Selected } from "../cli/status/filters.ts";
import { expiresText, nameOf, nextText, secretText } from "../cli/status/format.ts";
import type { Row } from "../cli/status/row.ts";
import { URGENCIES, URGENCY_TITLES } from "../cli/status/urgency.ts";
import { UTC } from "../console/render/dates.ts";
import { pageOf } from "../console/render/page.ts";
import { THEMES } from "../console/render/theme.ts";
import type { Table } from "./log-query.ts";

/** The parts of the widget's page that a picture shows. */
export interface TokensPicture {
  readonly headline: string;
  /** For each token that needs a person. */
  readonly sentences: readonly string[];
  /** The coming expiries, as an element of SVG. */
  readonly chart: string;
  readonly table: Table;
}

const COLOURS = THEMES.light;

/** From the page itself, without its buttons. */
export function tokensPicture(selected: Selected, width: number): TokensPicture {
  const page = pageOf(selected, {
    theme: "light",
    zone: UTC,
    width,
    aws: undefined,
    endpoints: undefined,
    problems: [],
  }).text;
  const textsIn = (pattern: RegExp) =>
    [...page.matchAll(pattern)].map(([, part = ""]) => plain(part.replace(/<[^>]*>/g, " ")));
  const [headline = ""] = textsIn(/<h2>(.*?)<\/h2>/g);
  return {
    headline,
    sentences: textsIn(/<li>([\s\S]*?)<\/li>/g),
    chart: painted(/<svg[\s\S]*<\/svg>/.exec(page)?.[0] ?? ""),
    table: {
      columns: ["Token", "Expires", "Next run", "Secret and its labels", "Group"],
      records: selected.rows.map((row) => recordOf(row, selected.now)),
    },
  };
}

function recordOf(row: Row, now: Date): Readonly<Record<string, string>> {
  return {
    Token: nameOf(row),
    Expires: expiresText(row, now),
    "Next run": nextText(row, now),
    "Secret and its labels": secretText(row, true),
    Group: URGENCY_TITLES[row.urgency],
  };
}

function plain(text: string): string {
  const entities = {
    "&amp;": "&",
    "&lt;": "<",
    "&gt;": ">",
    "&quot;": '"',
    "&#39;": "'",
    "&#96;": "`",
  } as const;
  return text
    .replace(/&[^;]+;/g, (entity) => entities[entity as keyof typeof entities] ?? entity)
    .replace(/\s+/g, " ")
    .replace(/ (?=[:;,.])/g, "")
    .trim();
}

/** The page's style colours the chart by classes. In a picture, each element has its colour, and nothing can be pointed at. */
function painted(chart: string): string {
  const colours = new Map<string, string>(URGENCIES.map((urgency) => [urgency, COLOURS.urgency[urgency]]));
  return chart
    .replace(/<g><title>[^<]*<\/title>|<\/g>/g, "")
    .replace(/class="axis"/g, `stroke="${COLOURS.line}"`)
    .replace(/<rect class="(\w+)"/g, (_, urgency: string) => `<rect fill="${colours.get(urgency)}"`)
    .replaceAll("<text ", `<text fill="${COLOURS.faint}" font-size="11" `);
}
