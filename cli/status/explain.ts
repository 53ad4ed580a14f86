import type { Lineage } from "../../lambda/lineage/lineage.ts";
import { nearestWord } from "../../lambda/model/nearest.ts";
import { printable, quoted } from "../../lambda/model/printable.ts";
import { isReplica } from "../../lambda/model/secret.ts";
import { REASONS } from "../../lambda/plan/reasons.ts";
import { lifetimeMs, renewalWindowMs } from "../../lambda/policy/renewal-window.ts";
import { remedyHere } from "../command/remedies.ts";
import { heading, type Screen, say } from "../terminal/screen.ts";
import { relative, whyOf } from "../terminal/words.ts";
import { DRIFT } from "./drift.ts";
import { mappingOf } from "./entries.ts";
import { day, tokenExplanations } from "./explain-tokens.ts";
import { isMeant, type Selected } from "./filters.ts";
import { namesOf, type Seen } from "./forecast.ts";
import { expiresText, nameOf, verbOf } from "./format.ts";
import type { Row } from "./row.ts";
import { homesOf } from "./rows.ts";
import { whoseOf } from "./whose.ts";

/** At most this many lineages are explained at once. If there are more, only their ids are listed. */
const MOST = 3;

interface Tale {
  readonly seen: Seen;
  /** Undefined for a token that belongs to no lineage. */
  readonly lineage: Lineage | undefined;
  readonly rows: readonly Row[];
}

/** Explains each lineage that has a token with this id or name. Returns false if there is none. */
export function showExplanation(
  { forecasts, everyRow, now }: Selected,
  entry: string,
  screen: Screen,
): boolean {
  for (const forecast of forecasts) {
    if (forecast.kind === "seen") continue;
    const { application, error } = forecast;
    say(screen, printable(`application ${application.id}: ${error.code}: ${error.message}`), "", "bad");
    say(screen, `What to do: ${remedyHere(error.code, error.message)}`, "");
  }
  const tales = forecasts.flatMap((forecast) =>
    forecast.kind === "seen" ? talesOf(forecast, everyRow, entry) : [],
  );
  if (tales.length === 0) {
    const meant = nearestWord(entry, namesOf(forecasts));
    const guess = meant === undefined ? "" : ` Did you mean ${quoted(meant)}?`;
    say(screen, printable(`No token has the id or name ${quoted(entry)}.${guess}`), "");
    return false;
  }
  if (tales.length > MOST) {
    say(screen, `${tales.length} lineages match. Choose one of them by its id:`, "");
    for (const { rows } of tales.slice(0, 20)) {
      const [row] = rows;
      if (row !== undefined) say(screen, `${row.tokenId}  ${nameOf(row)}, expires: ${expiresText(row, now)}`);
    }
    if (tales.length > 20) say(screen, `… and ${tales.length - 20} more`);
    return true;
  }
  for (const tale of tales) tell(tale, now, screen);
  return true;
}

function talesOf(seen: Seen, everyRow: readonly Row[], entry: string): readonly Tale[] {
  const rows = everyRow.filter(({ applicationId }) => applicationId === seen.application.id);
  const homes = homesOf(seen.lineages);
  const meant = rows.filter((row) => isMeant(row, entry));
  const lineages = new Set(meant.flatMap(({ tokenId }) => homes.get(tokenId)?.lineage ?? []));
  return [
    ...[...lineages].map((lineage) => ({
      seen,
      lineage,
      rows: rows.filter(({ tokenId }) => homes.get(tokenId)?.lineage === lineage),
    })),
    ...meant
      .filter(({ tokenId }) => !homes.has(tokenId))
      .map((row) => ({ seen, lineage: undefined, rows: [row] })),
  ];
}

function tell({ seen, lineage, rows }: Tale, now: Date, screen: Screen): void {
  const head = rows.find(({ tokenId }) => tokenId === lineage?.head?.tokenId) ?? rows[0];
  if (head === undefined) return;
  heading(screen, `${nameOf(head)}, in application ${seen.application.id}`);
  if (lineage !== undefined) showSecret(lineage, now, screen);
  const entry = lineage && !lineage.isOwnAccessToken ? mappingOf(lineage) : undefined;
  if (entry !== undefined && head.token !== undefined) {
    say(screen, "Its entry for `secrets`, by id:", "");
    screen.line(`  ${entry}`);
  }
  heading(screen, "Its tokens, oldest first");
  const explanations = tokenExplanations(rows, lineage?.chain ?? [], now);
  for (const { tokenId, title, sentences } of explanations) {
    say(screen, printable(title), "  ", "strong");
    for (const sentence of sentences) say(screen, printable(sentence), "     ");
    const row = rows.find((one) => one.tokenId === tokenId);
    for (const sentence of row ? whoseOf(row, seen.lineages) : []) say(screen, sentence, "     ");
  }
  heading(screen, "What the next run does");
  for (const [index, { tokenId }] of explanations.entries()) {
    for (const said of rows.find((row) => row.tokenId === tokenId)?.next ?? []) {
      const failure = said.message === undefined ? "" : `; ${said.message}`;
      say(screen, printable(`${index + 1}  ${verbOf(said)}: ${whyOf(said, now)}${failure}`));
    }
  }
  const window = windowOf(head, seen);
  if (window !== "") say(screen, window);
  const odd = [...new Set(rows.flatMap(({ drift }) => drift))];
  if (odd.length > 0) {
    heading(screen, "Where Losant and Secrets Manager disagree");
    for (const [index, { tokenId }] of explanations.entries()) {
      const kinds = rows.find((row) => row.tokenId === tokenId)?.drift ?? [];
      for (const kind of kinds) say(screen, `${index + 1}  ${kind}: ${DRIFT[kind]}`);
    }
  }
  heading(screen, "What to do");
  for (const advice of advicesOf(rows, lineage)) say(screen, advice);
}

function showSecret({ secretName, reading, secret }: Lineage, now: Date, screen: Screen): void {
  if (secret === undefined) {
    const state = {
      described: "",
      indexed: "",
      absent: "it doesn't exist yet",
      unreadable: "it can't be read",
    } as const;
    say(screen, `Secret ${secretName}: ${reading === undefined ? "not read" : state[reading.kind]}`, "");
    return;
  }
  const { name, lastChangedAt, deletedAt, owningService, primaryRegion } = secret;
  say(screen, `Secret ${name}, last changed ${relative(lastChangedAt, now)} (${day(lastChangedAt)})`, "");
  if (deletedAt !== undefined) say(screen, `AWS will delete it on ${day(deletedAt)}`, "  ", "bad");
  if (owningService !== undefined)
    say(screen, `it belongs to the service ${printable(owningService)}`, "  ", "bad");
  if (isReplica(secret))
    say(
      screen,
      `it is a replica of a secret in ${printable(primaryRegion ?? "?")}, and can't be written`,
      "  ",
      "bad",
    );
}

/** When the renewal window opens, and which duration decides that: one of the policy's, or the token's lifetime. */
function windowOf({ token, windowOpensAt }: Row, { application: { policy }, now }: Seen): string {
  if (token === undefined || windowOpensAt === undefined) return "";
  const verb = windowOpensAt <= now ? "opened" : "opens";
  const when = `Its renewal window ${verb} on ${day(windowOpensAt)}`;
  if (token.expiresAt === undefined) return `${when}: the policy rotates it at that age.`;
  const windowMs = renewalWindowMs(token, policy);
  if (windowMs === policy.renewBeforeMs) return `${when}: \`renewBefore\` before it expires.`;
  return windowMs === lifetimeMs(token) / 3
    ? `${when}: a third of its lifetime before it expires, because \`renewBefore\` is longer than that.`
    : `${when}: two schedule intervals before it expires, because its lifetime is short.`;
}

function advicesOf(rows: readonly Row[], lineage: Lineage | undefined): readonly string[] {
  if (lineage?.reading?.kind === "unreadable") return [lineage.reading.error.remedy];
  const grave = rows.filter(({ urgency }) => urgency === "attention");
  const told = grave.length > 0 ? grave : rows;
  const advices = told.flatMap(({ next, tokenId }) =>
    next.map(({ reason }) => REASONS[reason].advice.replaceAll("TOKEN", tokenId)),
  );
  const active = [...new Set(advices)].filter((advice) => advice !== "Nothing.");
  return active.length === 0 ? ["Nothing."] : active;
}
