/** One entry of a calendar, at one moment. All texts are plain; `icsOf` escapes them. */
export interface CalendarEntry {
  /** The same in every file, so that a calendar replaces the entry when the file is imported again. */
  readonly uid: string;
  readonly at: Date;
  readonly title: string;
  readonly lines: readonly string[];
  /** Groups entries in calendars that show categories. */
  readonly category: string;
  /** The calendar reminds of the entry this many days before. */
  readonly remindDaysBefore?: number;
}

/**
 * An iCalendar file (RFC 5545) with these entries. Times are in UTC, because a calendar shows them in the reader's time
 * zone; an entry for a whole day would be a day late west of Greenwich. An entry blocks no time.
 */
export function icsOf(name: string, entries: readonly CalendarEntry[], now: Date): string {
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//losant-token-rotation//status//EN",
    "METHOD:PUBLISH",
    // Not in the standard, but calendars name an imported calendar by it.
    `X-WR-CALNAME:${escaped(name)}`,
    ...entries.flatMap((entry) => eventLines(entry, now)),
    "END:VCALENDAR",
  ];
  return lines
    .flatMap(folded)
    .map((line) => `${line}\r\n`)
    .join("");
}

function eventLines(entry: CalendarEntry, now: Date): readonly string[] {
  const { uid, at, title, lines, category, remindDaysBefore } = entry;
  return [
    "BEGIN:VEVENT",
    `UID:${uid}`,
    `DTSTAMP:${utc(now)}`,
    // Some calendars replace an entry only by one with a higher number (RFC 5545, 3.8.7.4).
    `SEQUENCE:${Math.floor(now.getTime() / 60_000)}`,
    `DTSTART:${utc(at)}`,
    `SUMMARY:${escaped(title)}`,
    `DESCRIPTION:${lines.map(escaped).join("\\n")}`,
    `CATEGORIES:${escaped(category)}`,
    "TRANSP:TRANSPARENT",
    ...(remindDaysBefore === undefined
      ? []
      : [
          "BEGIN:VALARM",
          "ACTION:DISPLAY",
          `DESCRIPTION:${escaped(title)}`,
          `TRIGGER:-P${remindDaysBefore}D`,
          "END:VALARM",
        ]),
    "END:VEVENT",
  ];
}

/** `20261223T073000Z` */
function utc(at: Date): string {
  return `${at.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

/** As a value of type TEXT (RFC 5545, 3.3.11). The text has no control characters. */
function escaped(text: string): string {
  return text.replaceAll(/[\\;,]/g, "\\$&");
}

/** The most octets of a line without its end (RFC 5545, 3.1). */
const LONGEST_LINE = 75;

/** The line in pieces of at most 75 octets. Each but the first begins with a space. No character is split. */
function folded(line: string): readonly string[] {
  if (Buffer.byteLength(line) <= LONGEST_LINE) return [line];
  const octets = Buffer.from(line);
  const pieces: string[] = [];
  for (let start = 0; start < octets.length; ) {
    const space = start === 0 ? "" : " ";
    let end = Math.min(start + LONGEST_LINE - space.length, octets.length);
    while (isInsideCharacter(octets[end])) end -= 1;
    pieces.push(space + octets.toString("utf8", start, end));
    start = end;
  }
  return pieces;
}

/** In UTF-8, all octets of a character but its first are 10xxxxxx. */
function isInsideCharacter(octet = 0): boolean {
  return (octet & 0b1100_0000) === 0b1000_0000;
}
