import type { Screen, Style } from "../terminal/screen.ts";
import type { Urgency } from "./row.ts";
import { URGENCIES } from "./urgency.ts";

export interface Mark {
  readonly at: Date;
  readonly urgency: Urgency;
}

/** Each has its own shape and its own colour, so that one of them is enough to tell them apart. */
export const SHAPES = {
  attention: ["▲", "bad"],
  due: ["◆", "warn"],
  waiting: ["○", "plain"],
  resting: ["·", "faint"],
} as const satisfies Readonly<Record<Urgency, readonly [shape: string, style: Style]>>;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const INDENT = "  ";
/** The most marks on top of each other. If more tokens expire in one column, a mark stands for several tokens. */
const HEIGHT = 6;

/** How much time one column can stand for, and after how many columns the axis has a date. */
const SCALES = [
  ...[1, 2, 3, 6, 12].map((hours) => ({ columnMs: hours * HOUR_MS, every: 16 })),
  ...[1, 2, 3, 4, 5, 7, 10, 14, 21, 30].map((days) => ({ columnMs: days * DAY_MS, every: 14 })),
];

/** Coming expiries in columns, each for a span of time that begins with `now`. */
export interface Columns<M extends Mark = Mark> {
  readonly columnMs: number;
  /** After how many columns the axis has a date. */
  readonly every: number;
  readonly stacks: ReadonlyMap<number, readonly M[]>;
  /** How many columns are used: at least one date after the first. */
  readonly used: number;
  /** How many expire much later than the others, and so are in no column, and after when. */
  readonly later: number;
  readonly until: Date;
}

/** Undefined if no token expires after `now`. */
export function inColumns<M extends Mark>(
  marks: readonly M[],
  now: Date,
  columns: number,
): Columns<M> | undefined {
  const coming = marks
    .filter(({ at }) => at > now)
    .toSorted((one, other) => one.at.getTime() - other.at.getTime());
  if (coming.length === 0) return undefined;
  const horizonMs = horizonOf(coming.map(({ at }) => at.getTime() - now.getTime()));
  const { columnMs, every } = SCALES.find((scale) => horizonMs < scale.columnMs * columns) ?? {
    columnMs: Math.ceil((horizonMs + 1) / columns),
    every: 14,
  };
  const columnOf = ({ at }: Mark) => Math.floor((at.getTime() - now.getTime()) / columnMs);
  const shown = coming.filter(
    (mark) => columnOf(mark) < columns && mark.at.getTime() - now.getTime() <= horizonMs,
  );
  const stacks = Map.groupBy(shown, columnOf);
  return {
    columnMs,
    every,
    stacks,
    used: Math.min(columns, Math.max(...stacks.keys(), every) + 1),
    later: coming.length - shown.length,
    until: new Date(now.getTime() + horizonMs),
  };
}

/**
 * A chart of when tokens expire, starting now: a column for each span of time, a mark for each token, the most urgent at
 * the bottom. No line is wider than the screen. Tokens that expire much later than the others are only counted. There are no
 * lines if no token expires.
 */
export function timelineLines(marks: readonly Mark[], now: Date, screen: Screen): readonly string[] {
  const columns = screen.width - 2 * INDENT.length;
  const chart = inColumns(marks, now, columns);
  if (chart === undefined) return [];
  const { columnMs, every, stacks, used, later, until } = chart;
  const highest = Math.max(...stacks.values().map(({ length }) => length));
  const each = Math.ceil(highest / HEIGHT);
  const piles = Array.from({ length: used }, (_, column) => pileOf(stacks.get(column) ?? [], each));
  const rows = Array.from({ length: Math.ceil(highest / each) }, (_, level) =>
    (INDENT + piles.map((pile) => painted(pile[level], screen)).join("")).trimEnd(),
  ).toReversed();
  const axis = Array.from({ length: used }, (_, column) => (column % every === 0 ? "┴" : "─")).join("");
  return [
    ...rows,
    INDENT + screen.paint("faint", axis),
    INDENT + screen.paint("faint", datesOf(now, columnMs, every, used, columns)),
    ...notesOf(each, later, until).map((note) => INDENT + screen.paint("faint", note)),
  ];
}

/** The latest expiry, unless it is much later than the others: one token of ten years would squeeze all others together. */
function horizonOf(spansMs: readonly number[]): number {
  const ordinary = spansMs[Math.ceil((spansMs.length - 1) * 0.9)] ?? 0;
  return Math.min(spansMs.at(-1) ?? 0, Math.max(2 * ordinary, DAY_MS));
}

/** Groups of `each` tokens, the most urgent first. A group has the mark of its first token. */
function pileOf(marks: readonly Mark[], each: number): readonly Urgency[] {
  return marks
    .map(({ urgency }) => urgency)
    .toSorted((one, other) => URGENCIES.indexOf(one) - URGENCIES.indexOf(other))
    .filter((_, index) => index % each === 0);
}

function painted(urgency: Urgency | undefined, { paint }: Screen): string {
  if (urgency === undefined) return " ";
  const [shape, style] = SHAPES[urgency];
  return paint(style, shape);
}

function datesOf(now: Date, columnMs: number, every: number, used: number, columns: number): string {
  let line = "";
  for (let column = 0; column < used; column += every) {
    const label = column === 0 ? "now" : axisLabel(new Date(now.getTime() + column * columnMs), columnMs);
    if (column + label.length <= columns) line = line.padEnd(column) + label;
  }
  return line;
}

/** In UTC, like all times here. */
export function axisLabel(at: Date, columnMs: number): string {
  const iso = at.toISOString();
  if (columnMs < 12 * HOUR_MS) return `${iso.slice(5, 10)} ${iso.slice(11, 16)}`;
  return iso.slice(0, 10);
}

function notesOf(each: number, later: number, until: Date): readonly string[] {
  const end = until.toISOString().slice(0, 10);
  return [
    ...(each > 1 ? [`each mark is up to ${each} tokens`] : []),
    ...(later > 0 ? [`${later} more after ${end}`] : []),
  ];
}
