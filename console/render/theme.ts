import type { Urgency } from "../../cli/status/row.ts";
import { type Html, html } from "../../lambda/model/html.ts";

/** The colours of a page. Each text colour has a contrast of at least 4.5:1 on `ground` and on `band`. */
export interface Theme {
  readonly ground: string;
  /** Behind headings of tables and notes. */
  readonly band: string;
  readonly line: string;
  readonly text: string;
  readonly faint: string;
  readonly link: string;
  readonly urgency: Readonly<Record<Urgency, string>>;
}

export const THEMES = {
  light: {
    ground: "#ffffff",
    band: "#f2f3f3",
    line: "#d5dbdb",
    text: "#16191f",
    faint: "#545b64",
    link: "#0a5f9e",
    urgency: { attention: "#b3261e", due: "#8a4b00", waiting: "#0a5f9e", resting: "#545b64" },
  },
  dark: {
    ground: "#161d26",
    band: "#232f3e",
    line: "#414d5c",
    text: "#e9ebed",
    faint: "#b6bec9",
    link: "#75b8f5",
    urgency: { attention: "#ff9b90", due: "#f5b94c", waiting: "#75b8f5", resting: "#b6bec9" },
  },
} as const satisfies Readonly<Record<string, Theme>>;

export type ThemeName = keyof typeof THEMES;
/** Whichever of them the reader's system has; on paper, the light one. */
export const SYSTEM_THEME = "system";

/**
 * The classes of the element that contains a page. All rules are below the first, so that they change nothing else on a dashboard.
 * The second turns off CloudWatch's own styles, so that a page looks the same everywhere.
 */
export const PAGE_CLASS = "losant-tokens cwdb-no-default-styles";

/** The rules of a page, as one style element. It loads nothing. */
export function styleOf(name: ThemeName | typeof SYSTEM_THEME): Html {
  if (name !== SYSTEM_THEME) return html`<style>${rulesOf(name)}</style>`;
  const dark = html`@media screen and (prefers-color-scheme:dark){${rulesOf("dark")}}`;
  return html`<style>${rulesOf("light")}${dark}</style>`;
}

function rulesOf(name: ThemeName): Html {
  const { ground, band, line, text, faint, link, urgency } = THEMES[name];
  const { attention, due, waiting, resting } = urgency;
  return html`
.losant-tokens{background:${ground};color:${text};font-size:14px;line-height:1.4;padding:4px 8px}
.losant-tokens h2{color:${text};font-size:18px;margin:12px 0 4px}
.losant-tokens h3{color:${text};font-size:15px;margin:12px 0 4px}
.losant-tokens p{margin:4px 0}
.losant-tokens a{color:${link}}
.losant-tokens table{border-collapse:collapse;width:100%;background:${ground};color:${text}}
.losant-tokens th,.losant-tokens td{border-bottom:1px solid ${line};padding:4px 8px;text-align:left;vertical-align:top;color:${text};background:${ground};font-weight:400}
.losant-tokens thead th{background:${band};font-weight:700;white-space:nowrap}
.losant-tokens .long{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:3;overflow:hidden;overflow-wrap:anywhere}
.losant-tokens .faint{color:${faint}}
.losant-tokens .note{background:${band};padding:6px 8px;margin:6px 0;overflow-wrap:anywhere}
.losant-tokens .btn{background:${ground};color:${link};border:1px solid ${link};border-radius:4px;padding:1px 6px;margin:0 4px 2px 0;cursor:pointer;font:inherit;font-size:12px}
.losant-tokens .btn:hover{text-decoration:underline}
.losant-tokens :focus-visible{outline:2px solid ${link};outline-offset:2px}
.losant-tokens input,.losant-tokens select{background:${ground};color:${text};border:1px solid ${faint};border-radius:4px;padding:2px 4px;font:inherit}
.losant-tokens .btn-primary{background:${link};color:${ground}}
.losant-tokens td .buttons{display:block;min-width:9em}
.losant-tokens .roomy td .buttons,.losant-tokens .when{white-space:nowrap}
.losant-tokens th[scope=row]{min-width:9em}
.losant-tokens ul{margin:4px 0;padding:0;list-style:none;columns:400px;column-gap:24px}
.losant-tokens li{margin:0 0 10px;break-inside:avoid;overflow-wrap:anywhere}
.losant-tokens form,.losant-tokens .filters{margin:8px 0}
.losant-tokens label{display:inline-block;margin:0 12px 4px 0}
.losant-tokens pre{white-space:pre-wrap;overflow-wrap:anywhere}
.losant-tokens .attention{color:${attention}}
.losant-tokens .due{color:${due}}
.losant-tokens .waiting{color:${waiting}}
.losant-tokens .resting{color:${resting}}
.losant-tokens svg{max-width:100%;height:auto}
.losant-tokens svg text{fill:${faint};font-size:11px}
.losant-tokens svg .axis{stroke:${line}}
.losant-tokens svg .attention{fill:${attention}}
.losant-tokens svg .due{fill:${due}}
.losant-tokens svg .waiting{fill:${waiting}}
.losant-tokens svg .resting{fill:${resting}}
`;
}
