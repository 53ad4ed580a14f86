import type { Screen, Style } from "../cli/terminal/screen.ts";
import { displayWidth } from "../cli/terminal/width.ts";
import { openDemo } from "../demo/demo.ts";
import { STORIES } from "../demo/scenario.ts";
import { MONOSPACE, shape, svgOf } from "./svg.ts";

const COLUMNS = 80;
/** In pixels. The text lengths make each line as wide as this says, whatever font there is. */
const [CHARACTER, LINE, FONT_SIZE] = [8.4, 19, 14];
const [MARGIN, TITLE_BAR] = [20, 34];

const COLOURS: Readonly<Record<Style, string>> = {
  good: "#56d364",
  bad: "#ff7b72",
  warn: "#e3b341",
  faint: "#8b949e",
  strong: "#ffffff",
  plain: "#c9d1d9",
};
const [BACKGROUND, FRAME] = ["#0d1117", "#30363d"];

/** Around painted text, from Unicode's private use area: the output has no such characters. */
const [START, STYLE_END, END] = ["\ue000", "\ue001", "\ue002"];

/**
 * What `npm start` prints about one application, as it looks in a terminal of 80 columns. Ports, run ids and the order
 * of calls differ between runs: the sections that show them are left out, and "…" stands in their place.
 */
export async function demoPicture(): Promise<string> {
  const lines = [`$ ${painted("strong", "npm ci && npm start")}`, ...mainPart(await demoOutput())];
  const width = 2 * MARGIN + COLUMNS * CHARACTER;
  const height = TITLE_BAR + 2 * MARGIN + (lines.length - 1) * LINE;
  return svgOf({
    width,
    height,
    title: "The demo in a terminal",
    description: `Output of npm start: ${lines.map(plain).join(" ").replace(/\s+/g, " ").trim()}`,
    fontFamily: MONOSPACE,
    fill: BACKGROUND,
    border: FRAME,
    shapes: [
      ...["#ff5f57", "#febc2e", "#28c840"].map((fill, index) =>
        shape("circle", { cx: MARGIN + 6 + index * 20, cy: TITLE_BAR / 2 + 2, r: 6, fill }),
      ),
      ...lines.flatMap((line, index) => textsOf(line, TITLE_BAR + MARGIN + index * LINE)),
    ],
  });
}

async function demoOutput(): Promise<readonly string[]> {
  const lines: string[] = [];
  const screen: Screen = {
    width: COLUMNS,
    paint: painted,
    typed: (text) => text,
    line: (text = "") => void lines.push(text),
  };
  const demo = await openDemo();
  try {
    const failed = (await demo.play(screen)).filter(({ problems }) => problems.length > 0);
    if (failed.length > 0) throw new Error(`The demo failed: ${failed.map(({ claim }) => claim).join("; ")}`);
  } finally {
    await demo.close();
  }
  return lines;
}

/** Of the second section what was done in the first application, and the summary; then the last line of all. */
function mainPart(output: readonly string[]): readonly string[] {
  const start = output.findIndex((line) => plain(line).startsWith("2. "));
  const [heading = [], first = [], ...others] = paragraphs(output.slice(start));
  const summary = others[STORIES.length - 1] ?? [];
  const done = first.slice(
    0,
    first.findIndex((line) => plain(line).includes(" skipped ")),
  );
  const omission = painted("faint", "  …");
  const last = output.at(-1) ?? "";
  return ["", ...heading, "", ...done, omission, "", ...summary, "", omission, "", last];
}

function paragraphs(lines: readonly string[]): readonly (readonly string[])[] {
  const found: string[][] = [[]];
  for (const line of lines) {
    if (line === "") found.push([]);
    else found.at(-1)?.push(line);
  }
  return found;
}

function painted(style: Style, text: string): string {
  return `${START}${style}${STYLE_END}${text}${END}`;
}

const PAINTED = new RegExp(`${START}(\\w+)${STYLE_END}([^${END}]*)${END}|([^${START}]+)`, "g");

function plain(line: string): string {
  return line.replace(PAINTED, (_, _style, text, bare) => text ?? bare);
}

/** A text element for each word group, at its own column, so that columns stay straight. */
function textsOf(line: string, y: number): readonly string[] {
  let column = 0;
  return [...line.matchAll(PAINTED)].flatMap(([, style = "plain", text, bare]) => {
    const run = text ?? bare ?? "";
    const start = column;
    column += displayWidth(run);
    return [...run.matchAll(/\S+(?: \S+)*/g)].map((group) => {
      const before = displayWidth(run.slice(0, group.index));
      return shape(
        "text",
        {
          x: round(MARGIN + (start + before) * CHARACTER),
          y,
          textLength: round(displayWidth(group[0]) * CHARACTER),
          "font-size": FONT_SIZE,
          fill: COLOURS[style as Style],
          ...(style === "strong" ? { "font-weight": "bold" } : {}),
        },
        group[0],
      );
    });
  });
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
