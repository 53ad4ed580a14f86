import { accessTokenWarnings } from "../../cli/status/access-tokens.ts";
import { DRIFT } from "../../cli/status/drift.ts";
import type { Selected } from "../../cli/status/filters.ts";
import { expiresText, nameOf, nextText } from "../../cli/status/format.ts";
import type { Row } from "../../cli/status/row.ts";
import { sentenceOn } from "../../cli/terminal/unused-policies.ts";
import { ERROR_KINDS, type ErrorCode } from "../../lambda/model/errors.ts";
import { type Html, html, NOTHING_SHOWN } from "../../lambda/model/html.ts";
import { REASONS } from "../../lambda/plan/reasons.ts";
import { buttonsOf } from "./buttons.ts";
import { type AwsConsole, anchor, articleLink } from "./links.ts";
import type { Problem } from "./problems.ts";
import { expiryTitle, type Showing } from "./table.ts";

/** How many tokens the summary tells in words. The table has the others. */
const TOLD = 8;
/** How many problems, if every application has one. */
const PROBLEMS_TOLD = 10;

/** What needs a person first: how many tokens, which, when they expire, and what to do. Then how many there are of each kind. */
export function summary(selected: Selected, problems: readonly Problem[], showing: Showing): Html {
  const { everyRow, rows, forecasts, unusedPolicies = [] } = selected;
  const grave = everyRow.filter(({ urgency }) => urgency === "attention");
  const list = grave.slice(0, TOLD).map((row) => html`<li>${told(row, showing)}</li>\n`);
  const more = grave.length - TOLD;
  const rest = more > 0 ? html`<p>${more} more are in the table.</p>` : NOTHING_SHOWN;
  const unused = unusedPolicies.slice(0, PROBLEMS_TOLD).map(sentenceOn);
  const warnings = [...accessTokenWarnings(forecasts), ...unused].map(
    (text) => html`<p class="note">▲ ${text}</p>`,
  );
  return html`<h2>${headline(grave.length, everyRow.length, problems.length)}</h2>
${problemsTold(problems, showing.aws)}${warnings}
${grave.length === 0 ? nextTold(everyRow, showing) : html`<ul>${list}</ul>${rest}`}
<p class="faint">${countsOf(everyRow, rows.length)}</p>`;
}

/** What could not be seen may need a person too. */
function headline(grave: number, seen: number, problems: number): string {
  if (grave > 0) return grave === 1 ? "1 token needs a person" : `${grave} tokens need a person`;
  if (problems === 0) return "No token needs a person";
  return seen === 0 ? "No token could be seen" : "No token that could be seen needs a person";
}

function told(row: Row, showing: Showing): Html {
  const { next, tokenId, applicationId, ownerType, drift } = row;
  const failures = next.flatMap(({ code, message }) =>
    code === undefined ? [] : [html`<div>${code}: ${message}</div>`],
  );
  const hasLateReplica = drift.includes("replica-failed");
  const meanings = [
    ...(hasLateReplica ? [DRIFT["replica-failed"]] : []),
    ...next.map(({ reason }) => REASONS[reason].meaning),
  ];
  const advices = new Set([
    ...(hasLateReplica ? [ERROR_KINDS["replica-failed"].remedy] : []),
    ...next.map((said) => adviceOf(said, tokenId)),
  ]);
  return html`<strong class="attention">▲ <span title="${tokenId}">${nameOf(row)}</span></strong>
of ${ownerType ?? "application"} ${applicationId}, ${expiryOf(row, showing)}: ${meanings.join("; ")}
${failures}<div>What to do: ${withCode([...advices].join(" "))} ${articleOf(row, showing.aws)}</div>
${showing.endpoints && buttonsOf(row, showing.endpoints)}`;
}

function adviceOf({ reason, code }: Row["next"][number], tokenId: string): string {
  const isKnown = (text: string | undefined): text is ErrorCode => text !== undefined && text in ERROR_KINDS;
  return isKnown(code) ? ERROR_KINDS[code].remedy : REASONS[reason].advice.replaceAll("TOKEN", tokenId);
}

function expiryOf(row: Row, { now, zone }: Showing): Html {
  const text = expiresText(row, now);
  const words = /^(in|\d)/.test(text) ? `expires ${text}` : text === "never" ? "never expires" : text;
  return html`<span title="${expiryTitle(row, zone)}">${words}</span>`;
}

/** If nothing needs a person: the token to which something happens next. */
function nextTold(rows: readonly Row[], showing: Showing): Html {
  const [next] = rows.filter(({ urgency }) => urgency === "due" || urgency === "waiting");
  if (next === undefined) return NOTHING_SHOWN;
  return html`<p>Next: <strong>${nameOf(next)}</strong>, ${expiryOf(next, showing)}; the next run ${nextText(next, showing.now)}.</p>`;
}

function countsOf(rows: readonly Row[], shown: number): string {
  const count = (urgency: Row["urgency"]) => rows.filter((row) => row.urgency === urgency).length;
  const parts = [
    `${rows.length} tokens`,
    `the next run acts on ${count("due")}`,
    `${count("waiting")} wait for their renewal window`,
    `${count("resting")} are at rest`,
    ...(shown < rows.length ? [`${shown} match the filters`] : []),
  ];
  return `${parts.join(", ")}.`;
}

function problemsTold(problems: readonly Problem[], aws: AwsConsole | undefined): Html {
  const shown = problems
    .slice(0, PROBLEMS_TOLD)
    .map(
      ({ what, sentence, remedy, article }) =>
        html`<div class="note"><strong class="attention">▲ ${what}</strong>: ${sentence}<div>What to do: ${withCode(remedy)} ${article && linkTo(article, aws)}</div></div>\n`,
    );
  const more = problems.length - PROBLEMS_TOLD;
  return html`${shown}${more > 0 ? html`<p class="note">${more} more problems.</p>` : undefined}`;
}

/** A text of this project, in which words of the configuration are in backticks. */
function withCode(text: string): Html {
  return html`${text.split("`").map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}

function articleOf({ next }: Row, aws: AwsConsole | undefined): Html {
  return linkTo(next.find(({ code }) => code !== undefined)?.code ?? "reasons", aws);
}

function linkTo(article: string, aws: AwsConsole | undefined): Html {
  return anchor(aws && articleLink(aws, article), "Runbook");
}
