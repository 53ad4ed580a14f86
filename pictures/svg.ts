/** A picture as an SVG file, which GitHub shows as an image: no script runs in it, and nothing is loaded from elsewhere. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** What a screen reader says: the name of the picture, and what can be seen in it. */
  readonly title: string;
  readonly description: string;
  readonly fontFamily: string;
  /** Its own background, so that it can be read on a light and on a dark page. */
  readonly fill: string;
  readonly border: string;
  readonly shapes: readonly string[];
}

export const MONOSPACE = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace";
export const SANS_SERIF = "system-ui, 'Segoe UI', Helvetica, Arial, 'DejaVu Sans', sans-serif";

export function svgOf(picture: Picture): string {
  const { width, height, title, description, fontFamily, fill, border, shapes } = picture;
  const frame = { x: 0.5, y: 0.5, width: width - 1, height: height - 1, rx: 8, fill, stroke: border };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title description" font-family="${fontFamily}">`,
    `<title id="title">${escaped(title)}</title>`,
    `<desc id="description">${escaped(description)}</desc>`,
    shape("rect", frame),
    ...shapes,
    "</svg>\n",
  ].join("\n");
}

export type Attributes = Readonly<Record<string, string | number>>;

/** One element. `content` is text, and is escaped. */
export function shape(name: string, attributes: Attributes, content?: string): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(String(value))}"`);
  const start = `<${name}${written.join("")}`;
  return content === undefined ? `${start}/>` : `${start}>${escaped(content)}</${name}>`;
}

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? character);
}
