import { createHash } from "node:crypto";
import type { DiscoveryProblem } from "../cli/command/tools.ts";
import type { Selected } from "../cli/status/filters.ts";
import { html } from "../lambda/model/html.ts";
import { dateText, UTC } from "./render/dates.ts";
import { pageOf } from "./render/page.ts";
import { problemsIn } from "./render/problems.ts";
import { SYSTEM_THEME, THEMES } from "./render/theme.ts";

/** In pixels: of the chart, which is drawn smaller on a narrower screen. */
const WIDTH = 1200;

const { light, dark } = THEMES;
const STYLE = html`<style>
body{margin:0;background:${light.ground};color:${light.text};font:14px/1.4 system-ui,"Helvetica Neue",Roboto,Arial,sans-serif}
main{max-width:1600px;margin:0 auto;padding:8px}
h1{font-size:22px;margin:8px}
thead button{background:none;border:0;padding:0;color:inherit;font:inherit;font-weight:700;text-align:left;cursor:pointer}
th[aria-sort=ascending] button::after{content:" ▲"}
th[aria-sort=descending] button::after{content:" ▼"}
main .losant-tokens .long{display:inline}
.filters input,.filters select{font:inherit}
:focus-visible{outline:2px solid ${light.link};outline-offset:2px}
@media screen and (prefers-color-scheme:dark){
:root{color-scheme:dark}
body{background:${dark.ground};color:${dark.text}}
:focus-visible{outline-color:${dark.link}}
}
@media (max-width:900px){
main .losant-tokens thead th{white-space:normal}
main .losant-tokens :is(th,td){padding:4px}
}
@media print{
.filters{display:none}
thead{display:table-header-group}
tr,li{break-inside:avoid}
}
</style>`;

/**
 * One page that needs nothing else, with all tokens that match the filters. Its content security policy allows nothing from
 * elsewhere, and no script but this one.
 */
export function standalonePage(
  selected: Selected,
  discovery: readonly DiscoveryProblem[],
  script: string,
): string {
  const { now, forecasts } = selected;
  // In a script element, only its end has a meaning for HTML.
  const code = script.replaceAll("</", "<\\/");
  const hash = createHash("sha256").update(code).digest("base64");
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  const problems = problemsIn(forecasts, discovery);
  const page = pageOf(selected, {
    theme: SYSTEM_THEME,
    zone: UTC,
    width: WIDTH,
    aws: undefined,
    endpoints: undefined,
    problems,
  });
  // Not by `html`, which would mask the hash, because it looks like a token.
  const start = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">
`;
  const text = html`<title>Losant API tokens, ${dateText(now, UTC)}</title>
${STYLE}
</head>
<body>
<main>
<h1>Losant API tokens</h1>
${page}
</main>`;
  return `${start}${text}\n<script type="module">${code}</script>\n</body>\n</html>\n`;
}
