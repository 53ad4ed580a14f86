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
    .filter((row) => row.isLive && !isOver(row))
    .flatMap((row) => entriesOf(row, now))
    .filter(({ at }) => at > now && at <= until)
    .toSorted((one, other) => one.at.getTime() - other.at.getTime());
  return icsOf("Losant API tokens", entries, now);
}

/** When the token will be renewed, and when it expires, as far as it will. */
function entriesOf(row: Row, now: Date): readonly CalendarEntry[] {
  const { tokenId, token, renewedFrom } = row;
  const [name, lines, isRenewed] = [nameOf(row), linesOf(row, now), willBeRenewed(row)];
  const entry = (event: "renewed" | "expires", at: Date, title: string) => ({
    uid: `${tokenId}.${event}@losant-token-rotation`,
    at,
    title: `${name} ${title}`,
    lines,
    category: event === "renewed" ? "Renewal" : "Expiry",
  });
  const renewal = renewedFrom && isRenewed ? [entry("renewed", renewedFrom, "will be renewed")] : [];
  if (token?.expiresAt === undefined) return renewal;
  if (isRenewed) return [...renewal, entry("expires", token.expiresAt, "expires, unless it was renewed")];
  const expiry = entry("expires", token.expiresAt, "expires, and the worker doesn't renew it");
  return [{ ...expiry, remindDaysBefore: REMIND_DAYS_BEFORE }];
}

/** The plan renews the token, or will once its window is open, or once it is clear what an interrupted run did. */
function willBeRenewed({ next, urgency }: Row): boolean {
  if (urgency === "due" || urgency === "waiting") return true;
  return next.some(({ action, outcome }) => action === "wait" && outcome !== "failed");
}

/** The worker ends the token, or somebody already replaced it: its expiry changes nothing. */
function isOver({ role, next }: Row): boolean {
  const isEnded = next.some(({ action }) => action === "discard" || action === "retire");
  return role === "superseded" || role === "orphan" || isEnded;
}

/** Of the texts, only the name of the secret is from outside. */
function linesOf({ applicationId, ownerType, tokenId, secret, next }: Row, now: Date): readonly string[] {
  const why = next.map(({ reason }) => `As of ${now.toISOString().slice(0, 10)}: ${REASONS[reason].meaning}`);
  const advice = next
    .map(({ reason }) => REASONS[reason].advice.replaceAll("TOKEN", tokenId))
    .filter((text) => !text.startsWith("Nothing."));
  return [
    `Token ${tokenId}`,
    `${ownerType === "user" ? "User" : "Application"} ${applicationId}`,
    ...(secret === undefined ? [] : [`Secret ${printable(secret.name)}`]),
    ...new Set([...why, ...advice]),
  ];
}
