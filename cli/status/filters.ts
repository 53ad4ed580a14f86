import { fitsGlob } from "../../lambda/policy/policy.ts";
import type { Forecast } from "./forecast.ts";
import type { Filters } from "./options.ts";
import type { Row } from "./row.ts";
import { rowsOf } from "./rows.ts";
import { byUrgency } from "./urgency.ts";

/** Those that every filter lets through. */
export function filtered(
  rows: readonly Row[],
  { tokens, due, withinMs, drift }: Omit<Filters, "applications">,
  now: Date,
): readonly Row[] {
  const until = withinMs === undefined ? undefined : new Date(now.getTime() + withinMs);
  return rows.filter(
    (row) =>
      (tokens.length === 0 || tokens.some((entry) => isMeant(row, entry))) &&
      (!due || row.urgency === "attention" || row.urgency === "due") &&
      (until === undefined || isWithin(row, now, until)) &&
      (!drift || row.drift.length > 0),
  );
}

/** By its id, its exact name, or a glob over its name; what is gone from Losant has only the name of its secret left. */
export function isMeant({ tokenId, token, secret }: Row, entry: string): boolean {
  if (entry.toLowerCase() === tokenId) return true;
  const name = token?.name ?? secret?.name.split("/").at(-1) ?? "";
  return name === entry || fitsGlob(name, entry);
}

/** It ends in that time, or its window opens; what has ended already does not end again. */
function isWithin({ token, windowOpensAt, isLive }: Row, now: Date, until: Date): boolean {
  if (!isLive) return false;
  const ends = token?.expiresAt;
  return (
    (ends !== undefined && ends > now && ends <= until) ||
    (windowOpensAt !== undefined && windowOpensAt <= until)
  );
}

/** All that was looked at, in the order in which a person should look at it. */
export interface Selected {
  readonly now: Date;
  readonly forecasts: readonly Forecast[];
  readonly everyRow: readonly Row[];
  /** Those that the filters let through. */
  readonly rows: readonly Row[];
}

export function selectedFrom(
  forecasts: readonly Forecast[],
  filters: Omit<Filters, "applications">,
  now: Date,
): Selected {
  const everyRow = forecasts
    .flatMap((forecast) => (forecast.kind === "seen" ? rowsOf(forecast) : []))
    .toSorted(byUrgency);
  return { now, forecasts, everyRow, rows: filtered(everyRow, filters, now) };
}
