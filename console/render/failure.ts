import type { RotationError } from "../../lambda/model/errors.ts";
import { type Html, html } from "../../lambda/model/html.ts";
import { problemOfError } from "./problems.ts";
import { PAGE_CLASS, styleOf, type ThemeName } from "./theme.ts";

/** A page about a failure that left nothing to show. */
export function failurePage(error: RotationError, theme: ThemeName): Html {
  const { what, sentence, remedy } = problemOfError("The tokens can't be shown", error);
  return html`${styleOf(theme)}<div class="${PAGE_CLASS}"><h2>${what}</h2><p>${sentence}</p><p>What to do: ${remedy}</p></div>`;
}
