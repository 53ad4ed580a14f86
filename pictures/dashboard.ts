import type { Selected } from "../cli/status/filters.ts";
import { keyOf, STATISTICS, stateAt } from "../test/infra/cloudwatch.ts";
import { alarmsOf } from "../test/infra/runs.ts";
import { onlyResource, synthesized } from "../test/infra/synth.ts";
import { type Point, shapesOfGraph } from "./graph.ts";
import { type History, twoWeeks } from "./history.ts";
import { queried, type Table, textIn } from "./log-query.ts";
import { type Attributes, SANS_SERIF, shape, svgOf } from "./svg.ts";
import { tokensPicture } from "./tokens.ts";

/** The parts of a dashboard's body that the worker's dashboard uses. */
interface Dashboard {
  readonly widgets: readonly Widget[];
}

interface Widget {
  readonly type: "alarm" | "custom" | "metric" | "log";
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title: string;
    readonly alarms?: readonly string[];
    readonly view?: "singleValue" | "timeSeries" | "table";
    readonly metrics?: readonly WrittenMetric[];
    readonly query?: string;
    readonly annotations?: {
      readonly horizontal: readonly { readonly value: number; readonly label: string }[];
    };
  };
}

type WrittenMetric = readonly [
  namespace: string,
  name: string,
  dimension: string,
  value: string,
  options: { readonly period: number; readonly stat: keyof typeof STATISTICS },
];

/** In pixels. CloudWatch's grid has 24 columns. */
const [CELL_WIDTH, CELL_HEIGHT, COLUMNS] = [37, 27, 24];
const [MARGIN, HEAD, FOOT, GAP] = [12, 30, 24, 4];
const [PAGE, CARD, BORDER, INK, FAINT] = ["#f2f3f3", "#ffffff", "#d5dbdb", "#16191f", "#545b64"];
const SERIES = ["#1f77b4", "#ff7f0e", "#2ca02c"];
const STATES = { OK: "#1d8102", ALARM: "#d13212", INSUFFICIENT_DATA: "#879596" };
const FIFTEEN_MINUTES = 15 * 60_000;

/** The place that a widget's content has. */
interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * The dashboard of the stack: its own widgets at their places, with what CloudWatch would show in them after two weeks of
 * runs on sample tokens.
 */
export async function dashboardPicture(): Promise<string> {
  const { template } = synthesized({ console: true });
  const { DashboardBody } = onlyResource("AWS::CloudWatch::Dashboard", template) as {
    readonly DashboardBody: string;
  };
  const { widgets } = JSON.parse(DashboardBody) as Dashboard;
  const history = await twoWeeks(functionOf(widgets));
  const alarms = Object.entries(alarmsOf(template)).map(([name, alarm]) => {
    const at = new Date(history.endedAt.getTime() + FIFTEEN_MINUTES);
    return { name, state: stateAt(alarm, history.metrics, at) };
  });
  const width = COLUMNS * CELL_WIDTH + 2 * MARGIN;
  const rows = Math.max(...widgets.map(({ y, height }) => y + height));
  const height = rows * CELL_HEIGHT + HEAD + FOOT;
  const titles = widgets.map(({ properties }) => properties.title).join("; ");
  return svgOf({
    width,
    height,
    title: "The CloudWatch dashboard",
    description: `The widgets of the dashboard, with illustrative figures of two weeks of runs on sample tokens: ${titles}.`,
    fontFamily: SANS_SERIF,
    fill: PAGE,
    border: BORDER,
    shapes: [
      line(MARGIN + GAP, 20, "The worker's dashboard in CloudWatch", {
        "font-size": 13,
        "font-weight": "bold",
      }),
      ...widgets.flatMap((widget) => shapesOfWidget(widget, history, alarms)),
      line(
        MARGIN + GAP,
        height - 9,
        "Illustrative figures: two weeks of scheduled runs on sample tokens, in memory. On one day, Secrets Manager refuses to store.",
        { fill: FAINT },
      ),
    ],
  });
}

function functionOf(widgets: readonly Widget[]): string {
  const [metric] = widgets.flatMap(({ properties }) => properties.metrics ?? []);
  if (metric === undefined) throw new Error("The dashboard has no metric");
  return metric[3];
}

type Alarms = readonly { readonly name: string; readonly state: keyof typeof STATES }[];

function shapesOfWidget(widget: Widget, history: History, alarms: Alarms): readonly string[] {
  const { title, view, metrics = [], query, annotations } = widget.properties;
  const [left, top] = [MARGIN + widget.x * CELL_WIDTH + GAP, HEAD + widget.y * CELL_HEIGHT + GAP];
  const [width, height] = [widget.width * CELL_WIDTH - 2 * GAP, widget.height * CELL_HEIGHT - 2 * GAP];
  const box: Box = { left: left + 10, top: top + 30, width: width - 20, height: height - 38 };
  const content = () => {
    if (widget.type === "alarm") return shapesOfAlarms(alarms, box);
    if (widget.type === "custom") return shapesOfTokens(history.selected, box);
    if (query !== undefined) return shapesOfTable(queried(query, history.log), box);
    if (view === "singleValue") return shapesOfValues(metrics, history, box);
    const series = metrics.map((metric, index) => ({
      name: metric[1],
      colour: SERIES[index] ?? INK,
      points: pointsOf(metric, history),
    }));
    return shapesOfGraph({ series, limits: annotations?.horizontal ?? [], ...history }, box);
  };
  return [
    shape("rect", { x: left, y: top, width, height, rx: 3, fill: CARD, stroke: BORDER }),
    line(left + 10, top + 19, cut(title, width - 20, 12), { "font-size": 12, "font-weight": "bold" }),
    ...content(),
  ];
}

/** What the widget shows: what needs a person, the coming expiries, and the first tokens. */
function shapesOfTokens(selected: Selected, box: Box): readonly string[] {
  const { headline, sentences, chart, table } = tokensPicture(selected, box.width);
  const lines = sentences.map((sentence, index) =>
    line(box.left, box.top + 34 + index * ROW, cut(sentence, box.width, 11), { "font-size": 11 }),
  );
  const top = box.top + 40 + sentences.length * ROW;
  const [, height = "0"] = / height="(\d+)"/.exec(chart) ?? [];
  const below = top + Number(height) + 8;
  return [
    line(box.left, box.top + 14, headline, { "font-size": 15, "font-weight": "bold" }),
    ...lines,
    chart.replace("<svg ", `<svg x="${round(box.left)}" y="${round(top)}" `),
    ...shapesOfTable(table, { ...box, top: below, height: box.top + box.height - below }),
  ];
}

/** Each with its state in words: green alone is not green to everybody. */
function shapesOfAlarms(alarms: Alarms, box: Box): readonly string[] {
  return cellsIn(box, 2, alarms).flatMap(({ item: { name, state }, left, top, width, height }) => [
    shape("rect", {
      x: round(left),
      y: round(top),
      width: round(width - 4),
      height: round(height - 4),
      rx: 2,
      fill: STATES[state],
    }),
    line(left + 7, top + height / 2 + 2, name, { fill: CARD }),
    line(left + width - 11, top + height / 2 + 2, state, { fill: CARD, "text-anchor": "end" }),
  ]);
}

function shapesOfValues(metrics: readonly WrittenMetric[], history: History, box: Box): readonly string[] {
  return cellsIn(box, 3, metrics).flatMap(({ item, left, top }) => [
    line(left, top + 18, String(pointsOf(item, history).at(-1)?.value ?? "--"), { "font-size": 20 }),
    line(left, top + 32, item[1], { fill: FAINT, "font-size": 10.5 }),
  ]);
}

/** The items in rows of so many, each with its part of the box. */
function cellsIn<Item>({ left, top, width, height }: Box, columns: number, items: readonly Item[]) {
  const cell = { width: width / columns, height: height / Math.ceil(items.length / columns) };
  return items.map((item, index) => ({
    ...cell,
    item,
    left: left + (index % columns) * cell.width,
    top: top + Math.floor(index / columns) * cell.height,
  }));
}

const ROW = 19;
const [CELL_FONT, CELL_GAP] = [10, 10];

function shapesOfTable({ columns, records }: Table, { left, top, width, height }: Box): readonly string[] {
  const rows = records.map((record) => columns.map((column) => textIn(record, column)));
  const lines = [columns, ...rows.slice(0, Math.floor(height / ROW) - 1)];
  const wanted = columns.map(
    (_, at) => Math.max(...lines.map((row) => widthOf(row[at] ?? "", CELL_FONT))) + CELL_GAP,
  );
  const widths = shared(width, wanted);
  const starts = widths.map((_, at) => left + sum(widths.slice(0, at)));
  return lines.flatMap((row, index) => {
    const y = top + 9 + index * ROW;
    const style = index === 0 ? { fill: FAINT, "font-weight": "bold" } : {};
    return [
      ...row.map((text, at) =>
        line(starts[at] ?? 0, y, cut(text, (widths[at] ?? 0) - CELL_GAP, CELL_FONT), {
          ...style,
          "font-size": CELL_FONT,
        }),
      ),
      shape("line", { x1: left, x2: left + width, y1: y + 6, y2: y + 6, stroke: BORDER }),
    ];
  });
}

/** What each column gets of the width: what it wants, or where that is too much, an equal part of what the others leave. */
function shared(width: number, wanted: readonly number[]): readonly number[] {
  const given = new Map<number, number>();
  for (const [rank, { index, want }] of wanted
    .map((want, index) => ({ index, want }))
    .toSorted((one, other) => one.want - other.want)
    .entries())
    given.set(index, Math.min(want, (width - sum([...given.values()])) / (wanted.length - rank)));
  return wanted.map((_, index) => given.get(index) ?? 0);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** One point for each period that has values. */
function pointsOf(
  [namespace, name, dimension, value, { period, stat }]: WrittenMetric,
  history: History,
): readonly Point[] {
  const key = keyOf(namespace, name, { [dimension]: value });
  const periodMs = period * 1000;
  const points: Point[] = [];
  const first = Math.floor(history.startedAt.getTime() / periodMs) * periodMs;
  for (let from = first; from <= history.endedAt.getTime(); from += periodMs) {
    const values = history.metrics.values(key, from, from + periodMs);
    if (values.length > 0) points.push({ at: from, value: STATISTICS[stat](values) });
  }
  return points;
}

function line(x: number, y: number, text: string, attributes: Attributes = {}): string {
  return shape("text", { x: round(x), y: round(y), fill: INK, "font-size": 11, ...attributes }, text);
}

/** As much of the text as probably fits. */
function cut(text: string, width: number, fontSize: number): string {
  if (widthOf(text, fontSize) <= width) return text;
  return `${text.slice(0, Math.max(0, Math.floor((width / widthOf(text, fontSize)) * text.length) - 1))}…`;
}

/** Nobody knows the fonts of the reader: on average, a character is a little more than half as wide as it is high. */
function widthOf(text: string, fontSize: number): number {
  return text.length * fontSize * 0.58;
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
