import * as v from "valibot";
import { secretNameFor } from "../../lambda/lineage/secret-names.ts";
import { printable } from "../../lambda/model/printable.ts";
import { AWSCURRENT } from "../../lambda/model/secret.ts";
import { type ApiToken, ApplicationId } from "../../lambda/model/token.ts";
import { REASONS, type Reason } from "../../lambda/plan/reasons.ts";
import type { ReportRow } from "../../lambda/report/report.ts";
import type { Style } from "../terminal/screen.ts";
import { relative } from "../terminal/words.ts";
import type { DriftKind } from "./drift.ts";
import type { Row, RowSecret } from "./row.ts";
import { SHAPES } from "./timeline.ts";

/** What the next run does with the token. */
const VERBS = {
  rotate: "rotates it",
  resume: "finishes its rotation",
  announce: "sends its event",
  retire: "retires it",
  discard: "discards it",
  skip: "skips it",
  wait: "waits",
} as const satisfies Record<ReportRow["action"], string>;

/** Short names of staging labels. `rotating-<id>` is shown without the id, because the token is in the same row. */
const LABELS: Readonly<Record<string, string>> = { AWSCURRENT: "current", AWSPREVIOUS: "previous" };

export function nameOf({ token, secret, tokenId }: Row): string {
  const known = token?.name ?? secret?.name.split("/").at(-1);
  return printable(known === undefined || known === "" ? tokenId : known);
}

export function expiresText({ token, isUnreadable }: Row, now: Date): string {
  if (token === undefined) return isUnreadable ? "?" : "gone";
  return token.expiresAt === undefined ? "never" : relative(token.expiresAt, now);
}

export function windowText({ windowOpensAt, isLive }: Row, now: Date): string {
  if (windowOpensAt === undefined || !isLive) return "–";
  return windowOpensAt <= now ? "open" : relative(windowOpensAt, now);
}

/** Kinds of drift that the reason in the same row already expresses. */
const SAID: ReadonlySet<string> = new Set<`${Reason} ${DriftKind}`>([
  "missing secret-without-token",
  "orphan orphan",
  "rolled-back rolled-back",
  "never-retired never-retired",
  "unfinished unfinished",
  "unannounced unfinished",
  "lost-race unfinished",
]);

/** The planned actions with their reasons, such as `rotates it: window is open`, and the drift in brackets. */
export function nextText({ next, drift }: Row, now: Date): string {
  const weighty = next.filter(({ action }, index) => index === 0 || action !== "wait");
  const said = weighty.map((row) => {
    if (row.dueDate !== undefined)
      return `${verbOf(row)}: ${dueText(row.reason)} ${relative(new Date(row.dueDate), now)}`;
    const grace =
      row.retirementDate === undefined ? "" : `, grace ends ${relative(new Date(row.retirementDate), now)}`;
    return `${verbOf(row)}: ${row.code ?? REASONS[row.reason].brief}${grace}`;
  });
  const odd = drift.filter((kind) => !next.some(({ reason }) => SAID.has(`${reason} ${kind}`)));
  return said.join("; then ") + (odd.length === 0 ? "" : ` [${odd.join(", ")}]`);
}

/** What happens at the date of a waiting token. */
function dueText(reason: Reason): string {
  return WINDOW_REASONS.has(reason) ? "its maintenance window opens" : "due";
}

/** The token waits for a maintenance window. */
const WINDOW_REASONS: ReadonlySet<Reason> = new Set(["outside-window", "retirement-outside-window"]);

/** When the maintenance window opens for which the token waits. */
export function openingOf({ next }: Pick<Row, "next">): Date | undefined {
  const waiting = next.find(({ reason }) => WINDOW_REASONS.has(reason));
  return waiting?.dueDate === undefined ? undefined : new Date(waiting.dueDate);
}

export function verbOf({ outcome, action, reason }: ReportRow): string {
  if (outcome === "failed") return "fails";
  if (reason === "young-orphan") return "waits";
  return outcome === "deferred" ? "defers it" : VERBS[action];
}

export function shapeOf({ urgency }: Row): { readonly text: string; readonly style: Style } {
  const [text, style] = SHAPES[urgency];
  return { text, style };
}

/** The staging labels of this token's version. Also the secret's name, if there is room or if the token's name doesn't imply it. */
export function secretText({ secret, role, token, applicationId, read }: Row, isRoomy: boolean): string {
  if (secret === undefined) return "–";
  const [, tail] = secret.name.split(`/${applicationId}/`);
  const isTold = tail !== undefined && (token === undefined || tail === usualTail(token, applicationId));
  const all = labelsText(secret, role);
  // Nobody has read it since it became current.
  const labels = read === "unread" ? all.replace(/^current/, isRoomy ? "current, unread" : "unread") : all;
  if (labels === "none yet" || (isTold && !isRoomy)) return labels;
  return `${labels}: ${tail === undefined ? secret.name : `…/${tail}`}`;
}

/** The end of the secret's name, if no entry of `secrets` maps the token and no id was added to the name. */
function usualTail({ name }: ApiToken, applicationId: string): string {
  return secretNameFor("", v.parse(ApplicationId, applicationId), name).split("/").slice(2).join("/");
}

function labelsText({ state, labels, versionId, currentVersionId }: RowSecret, role: Row["role"]): string {
  const words = labels.map((label) => LABELS[label] ?? (label.startsWith("rotating-") ? "rotating" : label));
  switch (state) {
    case "not-asked":
      return "none yet";
    case "absent":
      return role === "root" ? "none yet" : "none";
    case "unreadable":
      return "unreadable";
    case "scheduled-for-deletion":
      return [...words, "being deleted"].join(", ");
    case "present":
      if (words.length > 0) return words.join(", ");
      if (versionId !== undefined) return "no label";
      if (role === "root") return currentVersionId === undefined ? "empty" : "set by hand";
      return role === "superseded" ? "not in it" : "not stored";
    default:
      return state satisfies never;
  }
}

/** When consumers read this secret, and whether not since the token is current. Empty if it isn't known, and for tokens that consumers no longer get from it. */
export function lastReadText({ secret, token, isLive, read }: Row, now: Date): string {
  const at = secret?.lastReadAt;
  if (at === undefined || token === undefined || !isLive || !secret?.labels.includes(AWSCURRENT)) return "";
  if (at === "never") return "never read";
  const days = Math.floor((now.getTime() - at.getTime()) / 86_400_000);
  const when = days <= 0 ? "read today" : `last read ${days} d ago`;
  return read === "unread" ? `${when}, but not this token` : when;
}
