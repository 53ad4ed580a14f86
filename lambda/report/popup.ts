import type { ErrorCode, RotationError } from "../model/errors.ts";
import { articleOn, ERROR_KINDS } from "../model/errors.ts";
import { type Html, html, NOTHING_SHOWN } from "../model/html.ts";
import { REASONS } from "../plan/reasons.ts";
import type { Report, ReportRow } from "./report.ts";

/** What a popup of the dashboard shows of a run. */
export interface PopupRun {
  readonly report: Report;
  /** A sentence for each failure. */
  readonly failures: readonly string[];
  readonly codes: readonly ErrorCode[];
}

/** How many tokens and failures a popup shows. */
const SHOWN = 20;

const OUTCOMES = {
  rotated: "was replaced",
  resumed: "its rotation was finished",
  announced: "its event was sent",
  deactivated: "was deactivated",
  deleted: "was deleted",
  discarded: "was discarded",
  skipped: "was left as it is",
  waiting: "was left as it is",
  deferred: "waits for a later run",
  failed: "failed",
  planned: "would change",
} as const satisfies Record<ReportRow["outcome"], string>;

const PLANS = {
  rotate: "would be replaced",
  resume: "its rotation would be finished",
  announce: "its event would be sent",
  retire: "would be deactivated or deleted",
  discard: "would be discarded",
  skip: "would be left as it is",
  wait: "would be left as it is",
} as const satisfies Record<ReportRow["action"], string>;

/** What a run did, for the person who pressed a button: each token that was named or changed, and what to do about failures. */
export function popupOfRun(
  { report, failures, codes }: PopupRun,
  named: readonly string[],
  runbook: string | undefined,
): Html {
  const { runId, dryRun, tokens } = report;
  const isNamed = ({ tokenId, name }: ReportRow) =>
    named.some((entry) => entry.toLowerCase() === tokenId || entry === name);
  const isShown = (row: ReportRow) =>
    isNamed(row) || (row.outcome !== "skipped" && row.outcome !== "waiting");
  const shown = tokens.filter(isShown);
  const headline =
    failures.length > 0 ? "The run has failures" : dryRun ? "What a run would do" : "The run is complete";
  return html`<h2>${headline}</h2>
${tableOf(shown.slice(0, SHOWN), dryRun)}${moreThan(shown.length, "tokens")}
${shown.length === 0 ? html`<p>Nothing was due.</p>` : undefined}
${failures.slice(0, SHOWN).map((failure) => html`<p>${failure}</p>\n`)}${moreThan(failures.length, "failures")}
${codes.map((code) => remedyOf(code, runbook))}
<p>${dryRun ? "Nothing was written, and no event was sent. " : ""}Run ${runId}</p>`;
}

/** Why a run could not start. */
export function popupOfFailure({ code, message }: RotationError, runbook: string | undefined): Html {
  return html`<h2>The run could not start</h2>
<p>${code}: ${message}</p>
${remedyOf(code, runbook)}`;
}

function tableOf(rows: readonly ReportRow[], dryRun: boolean): Html {
  if (rows.length === 0) return NOTHING_SHOWN;
  const heads = ["Token", "Result", dryRun ? "Secret" : "Secret and successor"];
  return html`<table><thead><tr>${heads.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${rows.map((row) => lineOf(row, dryRun))}</tbody></table>`;
}

function lineOf(row: ReportRow, dryRun: boolean): Html {
  const { name, tokenId, outcome, action, reason, secretName, successorId, oldString, code } = row;
  const isPlanned = outcome === "planned" || (dryRun && (outcome === "skipped" || outcome === "waiting"));
  const result = isPlanned ? PLANS[action] : OUTCOMES[outcome];
  const why = code === undefined ? REASONS[reason].meaning : `${code}, see below`;
  const successor = successorId === undefined ? undefined : html`<div>Its successor is ${successorId}.</div>`;
  const old =
    oldString &&
    html`<div>Old string: works: ${oldString.works}. Held by: ${oldString.heldBy}. Next: ${oldString.next}</div>`;
  return html`<tr><th scope="row"><span title="${tokenId}">${name ?? tokenId}</span></th><td>${result}: ${why}${old}</td><td>${secretName}${successor}</td></tr>
`;
}

function moreThan(count: number, what: string): Html {
  return count > SHOWN
    ? html`<p>${count - SHOWN} more ${what} are in the log of the run.</p>`
    : NOTHING_SHOWN;
}

function remedyOf(code: ErrorCode, runbook: string | undefined): Html {
  return html`<p>What to do (${code}): ${ERROR_KINDS[code].remedy} See ${articleOn(code, runbook)}</p>
`;
}
