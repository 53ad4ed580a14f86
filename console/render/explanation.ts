import type { Passage } from "../../cli/status/explain.ts";
import { type Html, html } from "../../lambda/model/html.ts";
import { PAGE_CLASS, styleOf, type ThemeName } from "./theme.ts";

/** The explanation of one lineage, for a popup. */
export function explanationPage(passages: readonly Passage[], theme: ThemeName): Html {
  return html`${styleOf(theme)}<div class="${PAGE_CLASS}">
${passages.map(passageOf)}</div>`;
}

function passageOf({ kind, text, style }: Passage): Html {
  if (kind === "heading") return html`<h3>${text}</h3>\n`;
  if (kind === "line") return html`<pre>${text}</pre>\n`;
  if (style === "strong") return html`<p><strong>${text}</strong></p>\n`;
  return style === "bad" ? html`<p class="attention">${text}</p>\n` : html`<p>${text}</p>\n`;
}
