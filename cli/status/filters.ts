import { fitsGlob } from "../../lambda/policy/policy.ts";
import type { UnusedPolicy } from "../../lambda/policy/policy-use.ts";
import type { Forecast } from "./forecast.ts";
import type { Filters } from "./options.ts";
import type { Row } from "./row.ts";
import { rowsOf } from "./rows.ts";
import { byUrgency } from "./urgency.ts";

/** The rows that match every filter. */
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

/** Matches the id, the exact name, or the name by a pattern. For a token that is gone from Losant, the name comes from its secret. */
export function isMeant({ tokenId, token, secret }: Row, entry: string): boolean {
  if (entry.toLowerCase() === tokenId) return true;
  const name = token?.name ?? secret?.name.split("/").at(-1) ?? "";
  return name === entry || fitsGlob(name, entry);
}

/** Whether the token expires, or its renewal window opens, by then. An expired token doesn't match. */
function isWithin({ token, windowOpensAt, isLive }: Row, now: Date, until: Date): boolean {
  if (!isLive) return false;
  const ends = token?.expiresAt;
  return (
    (ends !== undefined && ends > now && ends <= until) ||
    (windowOpensAt !== undefined && windowOpensAt <= until)
  );
}

/** Everything that was read, the most urgent first. */
export interface Selected {
  readonly now: Date;
  readonly forecasts: readonly Forecast[];
  readonly everyRow: readonly Row[];
  /** The rows that match the filters. */
  readonly rows: readonly Row[];
  /** Entries of `policy.tokens` that decide for no token. */
  readonly unusedPolicies?: readonly UnusedPolicy[];
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
