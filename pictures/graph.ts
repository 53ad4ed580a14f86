import { shape } from "./svg.ts";

export interface Point {
  readonly at: number;
  readonly value: number;
}

export interface Graph {
  readonly series: readonly {
    readonly name: string;
    readonly colour: string;
    readonly points: readonly Point[];
  }[];
  readonly limits: readonly { readonly value: number; readonly label: string }[];
  readonly startedAt: Date;
  readonly endedAt: Date;
}

interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const [GRID, INK, LIMIT] = ["#eaeded", "#545b64", "#d13212"];
const [AXIS, LEGEND_LINE, DATES] = [38, 12, 20];
const STEPS = 4;

/** Lines over time from zero to the largest value, with the dates below and what each line is below that. */
export function shapesOfGraph(
  { series, limits, startedAt, endedAt }: Graph,
  place: Place,
): readonly string[] {
  const values = [...series.flatMap(({ points }) => points), ...limits].map(({ value }) => value);
  const top = roundedUp(Math.max(1, ...values));
  const [left, width, height] = [
    place.left + AXIS,
    place.width - AXIS,
    place.height - DATES - LEGEND_LINE * legendLines(series, place),
  ];
  const x = (at: number) =>
    left + ((at - startedAt.getTime()) / (endedAt.getTime() - startedAt.getTime())) * width;
  const y = (value: number) => place.top + height - (value / top) * height;
  const steps = Array.from({ length: STEPS + 1 }, (_, step) => (top / STEPS) * step);
  const small = { "font-size": 9.5, fill: INK };
  const dates = [startedAt, new Date((startedAt.getTime() + endedAt.getTime()) / 2), endedAt];
  const anchors = ["start", "middle", "end"];
  return [
    ...steps.flatMap((value) => [
      shape("line", { x1: left, x2: left + width, y1: round(y(value)), y2: round(y(value)), stroke: GRID }),
      shape(
        "text",
        { x: left - 5, y: round(y(value) + 3), "text-anchor": "end", ...small },
        shortened(value),
      ),
    ]),
    ...dates.map((date, index) =>
      shape(
        "text",
        {
          x: round(x(date.getTime())),
          y: round(place.top + height + 14),
          "text-anchor": anchors[index] ?? "end",
          ...small,
        },
        date.toISOString().slice(5, 10),
      ),
    ),
    ...limits.flatMap(({ value, label }) => [
      shape("line", {
        x1: left,
        x2: left + width,
        y1: round(y(value)),
        y2: round(y(value)),
        stroke: LIMIT,
        "stroke-dasharray": "4 3",
      }),
      shape("text", { x: left + 4, y: round(y(value) + 12), ...small, fill: LIMIT }, label),
    ]),
    ...series.map(({ colour, points }) =>
      shape("polyline", {
        points: points.map(({ at, value }) => `${round(x(at))},${round(y(value))}`).join(" "),
        fill: "none",
        stroke: colour,
        "stroke-width": 1.5,
      }),
    ),
    ...legendOf(series, place),
  ];
}

/** Side by side, or one below the other where that is too narrow. */
function legendLines(series: Graph["series"], { width }: Place): number {
  const isNarrow = series.some(({ name }) => name.length * 6 + 20 > width / series.length);
  return isNarrow ? series.length : 1;
}

function legendOf(series: Graph["series"], place: Place): readonly string[] {
  const { left, top, width, height } = place;
  const lines = legendLines(series, place);
  const room = lines === 1 ? Math.min(150, width / series.length) : 0;
  return series.flatMap(({ name, colour }, index) => {
    const x = round(left + index * room);
    const y = round(top + height - (lines === 1 ? 0 : series.length - 1 - index) * LEGEND_LINE);
    return [
      shape("rect", { x, y: y - 8, width: 8, height: 8, fill: colour }),
      shape("text", { x: x + 12, y, "font-size": 9.5, fill: INK }, name),
    ];
  });
}

/** 1, 2, 4 or 8, or such a number times a power of ten: a quarter of it is short to write. */
function roundedUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 6, 8, 10].find((step) => step * power >= value) ?? 10) * power;
}

function shortened(value: number): string {
  return value >= 10_000 ? `${(value / 1_000).toLocaleString("en")}k` : String(value);
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
