import { byUrgency } from "./attention.ts";
import { filtered } from "./filters.ts";
import type { Outlook } from "./forecast.ts";
import type { Filters } from "./options.ts";
import { type Row, rowsOf } from "./rows.ts";

/** All that was looked at, in the order in which a person should look at it. */
export interface Survey {
  readonly now: Date;
  readonly outlooks: readonly Outlook[];
  readonly everyRow: readonly Row[];
  /** Those that the filters let through. */
  readonly rows: readonly Row[];
}

export function surveyOf(
  outlooks: readonly Outlook[],
  filters: Omit<Filters, "applications">,
  now: Date,
): Survey {
  const everyRow = outlooks
    .flatMap((outlook) => (outlook.kind === "seen" ? rowsOf(outlook) : []))
    .toSorted(byUrgency);
  return { now, outlooks, everyRow, rows: filtered(everyRow, filters, now) };
}
