import { printable } from "../../lambda/model/printable.ts";
import { after } from "../../lambda/model/time.ts";
import { REASONS } from "../../lambda/plan/reasons.ts";
import type { Selected } from "./filters.ts";
import { nameOf } from "./format.ts";
import { type CalendarEntry, icsOf } from "./ics.ts";
import type { Row } from "./row.ts";

const YEAR_MS = 365 * 86_400_000;
/** Time to find out who uses the token. */
const REMIND_DAYS_BEFORE = 14;

/**
 * The next year of the tokens that match the filters, as an iCalendar file: when each expires, and when the worker will renew
 * it. Tokens that have been replaced are left out, because nobody has to do anything about their expiry.
 */
export function calendarOf({ rows, now }: Selected): string {
  const until = after(now, YEAR_MS);
  const entries = rows
    .filter(({ isLive, role }) => isLive && role !== "superseded" && role !== "orphan")
    .flatMap((row) => [renewalOf(row, now), expiryOf(row, now)].filter((entry) => entry !== undefined))
    .filter(({ at }) => at > now && at <= until)
    .toSorted((one, other) => one.at.getTime() - other.at.getTime());
  return icsOf("Losant API tokens", entries, now);
}

function renewalOf(row: Row, now: Date): CalendarEntry | undefined {
  const { windowOpensAt } = row;
  if (windowOpensAt === undefined || !isRenewed(row)) return undefined;
  return {
    ...factsOf(row, "renewed", now),
    at: windowOpensAt,
    title: `${nameOf(row)} will be renewed`,
    category: "Renewal",
  };
}

function expiryOf(row: Row, now: Date): CalendarEntry | undefined {
  const expiresAt = row.token?.expiresAt;
  if (expiresAt === undefined) return undefined;
  const facts = { ...factsOf(row, "expires", now), at: expiresAt, category: "Expiry" };
  if (isRenewed(row)) return { ...facts, title: `${nameOf(row)} expires, unless it was renewed` };
  return {
    ...facts,
    title: `${nameOf(row)} expires, and the worker doesn't renew it`,
    remindDaysBefore: REMIND_DAYS_BEFORE,
  };
}

/** The plan rotates the token, or will once its window is open. */
function isRenewed({ next }: Row): boolean {
  return next.some(
    ({ action, outcome }) => outcome !== "failed" && (action === "rotate" || action === "wait"),
  );
}

function factsOf(
  { applicationId, ownerType, tokenId, secret, next }: Row,
  event: "renewed" | "expires",
  now: Date,
) {
  const why = next.map(({ reason }) => `As of ${now.toISOString().slice(0, 10)}: ${REASONS[reason].meaning}`);
  const advice = next
    .map(({ reason }) => REASONS[reason].advice.replaceAll("TOKEN", tokenId))
    .filter((text) => !text.startsWith("Nothing."));
  const lines = [
    `Token ${tokenId}`,
    `${ownerType === "user" ? "User" : "Application"} ${applicationId}`,
    ...(secret === undefined ? [] : [`Secret ${secret.name}`]),
    ...new Set([...why, ...advice]),
  ];
  return { uid: `${tokenId}.${event}@losant-token-rotation`, lines: lines.map(printable) };
}
