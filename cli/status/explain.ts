import type { Lineage } from "../../lambda/lineage/lineage.ts";
import { ERROR_KINDS } from "../../lambda/model/errors.ts";
import { nearestWord } from "../../lambda/model/nearest.ts";
import { printable, quoted } from "../../lambda/model/printable.ts";
import { isReplica } from "../../lambda/model/secret.ts";
import { ownerText } from "../../lambda/model/token.ts";
import { REASONS } from "../../lambda/plan/reasons.ts";
import { lifetimeMs, renewalWindowMs } from "../../lambda/policy/renewal-window.ts";
import { remedyHere } from "../command/remedies.ts";
import { heading, type Screen, type Style, say } from "../terminal/screen.ts";
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

/** A heading, a paragraph, or a line that can be copied. */
export interface Passage {
  readonly kind: "heading" | "paragraph" | "line";
  readonly text: string;
  readonly indent: string;
  readonly style: Style;
}

const title = (text: string): Passage => ({ kind: "heading", text, indent: "", style: "strong" });
const paragraph = (text: string, indent = "  ", style: Style = "plain"): Passage => ({
  kind: "paragraph",
  text: printable(text),
  indent,
  style,
});

/** Shows the explanation of each lineage that has a token with this id or name. Returns false if there is none. */
export function showExplanation(selected: Selected, entry: string, screen: Screen): boolean {
  for (const forecast of selected.forecasts) {
    if (forecast.kind === "seen") continue;
    const { application, error } = forecast;
    say(screen, `${ownerText(application)}: ${error.code}: ${error.message}`, "", "bad");
    say(screen, `What to do: ${remedyHere(error.code, error.message)}`, "");
  }
  const { isFound, passages } = explanationOf(selected, entry);
  for (const { kind, text, indent, style } of passages) {
    if (kind === "heading") heading(screen, text);
    else if (kind === "line") screen.line(indent + text);
    else say(screen, text, indent, style);
  }
  return isFound;
}

/** Explains each lineage that has a token with this id or name. */
export function explanationOf(
  selected: Selected,
  entry: string,
): { readonly isFound: boolean; readonly passages: readonly Passage[] } {
  const { forecasts, everyRow } = selected;
  const tales = forecasts.flatMap((forecast) =>
    forecast.kind === "seen" ? talesOf(forecast, everyRow, entry) : [],
  );
  return { isFound: tales.length > 0, passages: [...explained(selected, entry, tales)] };
}

function* explained(
  { forecasts, now }: Selected,
  entry: string,
  tales: readonly Tale[],
): Generator<Passage, void> {
  if (tales.length === 0) {
    const meant = nearestWord(entry, namesOf(forecasts));
    const guess = meant === undefined ? "" : ` Did you mean ${quoted(meant)}?`;
    yield paragraph(`No token has the id or name ${quoted(entry)}.${guess}`, "");
  } else if (tales.length > MOST) {
    yield paragraph(`${tales.length} lineages match. Choose one of them by its id:`, "");
    for (const { rows } of tales.slice(0, 20)) {
      const [row] = rows;
      if (row !== undefined)
        yield paragraph(`${row.tokenId}  ${nameOf(row)}, expires: ${expiresText(row, now)}`);
    }
    if (tales.length > 20) yield paragraph(`… and ${tales.length - 20} more`);
  } else for (const tale of tales) yield* tell(tale, now);
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

function* tell({ seen, lineage, rows }: Tale, now: Date): Generator<Passage, void> {
  const head = rows.find(({ tokenId }) => tokenId === lineage?.head?.tokenId) ?? rows[0];
  if (head === undefined) return;
  yield title(`${nameOf(head)}, in ${ownerText(seen.application)}`);
  if (lineage !== undefined) yield* secretTold(lineage, now);
  const read = head.secret?.lastReadAt;
  if (read !== undefined)
    yield paragraph(read === "never" ? "Nobody has read it." : `Last read on ${day(read)}.`, "  ");
  const entry = lineage && !lineage.isOwnAccessToken ? mappingOf(lineage) : undefined;
  if (entry !== undefined && head.token !== undefined) {
    yield paragraph("Its entry for `secrets`, by id:", "");
    yield { kind: "line", text: entry, indent: "  ", style: "plain" };
  }
  yield title("Its tokens, oldest first");
  const explanations = tokenExplanations(rows, lineage?.chain ?? [], now);
  for (const { tokenId, title: state, sentences } of explanations) {
    yield paragraph(state, "  ", "strong");
    for (const sentence of sentences) yield paragraph(sentence, "     ");
    const row = rows.find((one) => one.tokenId === tokenId);
    for (const sentence of row ? whoseOf(row, seen.lineages) : []) yield paragraph(sentence, "     ");
  }
  yield title("What the next run does");
  for (const [index, { tokenId }] of explanations.entries()) {
    for (const said of rows.find((row) => row.tokenId === tokenId)?.next ?? []) {
      const failure = said.message === undefined ? "" : `; ${said.message}`;
      yield paragraph(`${index + 1}  ${verbOf(said)}: ${whyOf(said, now)}${failure}`);
    }
  }
  const window = windowOf(head, seen);
  if (window !== "") yield paragraph(window);
  const maintenance = maintenanceOf(head, seen);
  if (maintenance !== "") yield paragraph(maintenance);
  const odd = [...new Set(rows.flatMap(({ drift }) => drift))];
  if (odd.length > 0) {
    yield title("Where Losant and Secrets Manager disagree");
    for (const [index, { tokenId }] of explanations.entries()) {
      const kinds = rows.find((row) => row.tokenId === tokenId)?.drift ?? [];
      for (const kind of kinds) yield paragraph(`${index + 1}  ${kind}: ${DRIFT[kind]}`);
    }
  }
  yield title("What to do");
  for (const advice of advicesOf(rows, lineage)) yield paragraph(advice);
}

function* secretTold({ secretName, reading, secret }: Lineage, now: Date): Generator<Passage, void> {
  if (secret === undefined) {
    const state = {
      described: "",
      indexed: "",
      absent: "it doesn't exist yet",
      unreadable: "it can't be read",
    } as const;
    yield paragraph(`Secret ${secretName}: ${reading === undefined ? "not read" : state[reading.kind]}`, "");
    return;
  }
  const { name, lastChangedAt, deletedAt, owningService, primaryRegion } = secret;
  yield paragraph(`Secret ${name}, last changed ${relative(lastChangedAt, now)} (${day(lastChangedAt)})`, "");
  if (deletedAt !== undefined) yield paragraph(`AWS will delete it on ${day(deletedAt)}`, "  ", "bad");
  if (owningService !== undefined) yield paragraph(`it belongs to the service ${owningService}`, "  ", "bad");
  if (isReplica(secret))
    yield paragraph(
      `it is a replica of a secret in ${primaryRegion ?? "?"}, and can't be written`,
      "  ",
      "bad",
    );
  for (const { region, status, message } of secret.replicas) {
    const said = message === undefined ? "" : `: ${message}`;
    yield paragraph(
      `its replica in ${region}: ${REPLICA[status]}${said}`,
      "  ",
      status === "in-sync" ? "plain" : "bad",
    );
  }
}

const REPLICA = { "in-sync": "in sync", "in-progress": "in progress", failed: "failed" } as const;

/** When the renewal window opens, and which duration decides that: one of the policy's, or the token's lifetime. */
function windowOf({ token, policy, windowOpensAt }: Row, { now }: Seen): string {
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

/** When the maintenance window opens in which it is first renewed. */
function maintenanceOf({ policy, windowOpensAt, renewedFrom }: Row, { now }: Seen): string {
  if (policy.windows.length === 0 || windowOpensAt === undefined || renewedFrom === undefined) return "";
  const isAhead = renewedFrom > now && renewedFrom > windowOpensAt;
  if (!isAhead) return "";
  return `The next maintenance window after that opens on ${minute(renewedFrom)}, ${relative(renewedFrom, now)}. With fewer than two intervals left, the worker doesn't wait for it.`;
}

/** `2026-01-05 07:00 UTC` */
function minute(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function advicesOf(rows: readonly Row[], lineage: Lineage | undefined): readonly string[] {
  if (lineage?.reading?.kind === "unreadable") return [lineage.reading.error.remedy];
  const grave = rows.filter(({ urgency }) => urgency === "attention");
  const told = grave.length > 0 ? grave : rows;
  const advices = told.flatMap(({ next, tokenId, drift }) => [
    ...(drift.includes("replica-failed") ? [ERROR_KINDS["replica-failed"].remedy] : []),
    ...next.map(({ reason }) => REASONS[reason].advice.replaceAll("TOKEN", tokenId)),
  ]);
  const active = [...new Set(advices)].filter((advice) => advice !== "Nothing.");
  return active.length === 0 ? ["Nothing."] : active;
}
