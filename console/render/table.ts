import {
  expiresText,
  lastReadText,
  nameOf,
  nextText,
  openingOf,
  secretText,
  shapeOf,
} from "../../cli/status/format.ts";
import type { Row } from "../../cli/status/row.ts";
import { URGENCIES, URGENCY_TITLES } from "../../cli/status/urgency.ts";
import { type Html, html } from "../../lambda/model/html.ts";
import { buttonsOf, type Endpoints } from "./buttons.ts";
import { dateText, type Zone } from "./dates.ts";
import { type AwsConsole, anchor, secretLink, tokenLogLink } from "./links.ts";

/** How rows are shown. */
export interface Showing {
  readonly now: Date;
  readonly zone: Zone;
  /** In pixels. */
  readonly width: number;
  /** Undefined: no links to AWS. */
  readonly aws: AwsConsole | undefined;
  /** Undefined: no buttons. */
  readonly endpoints: Endpoints | undefined;
}

/** Below this width, in pixels, the application and the secret share the cell of the token. */
const ROOMY = 900;

interface Column {
  readonly title: string;
  readonly cell: (row: Row) => Html;
}

/** The tokens in their order, with a heading for each urgency. */
export function table(rows: readonly Row[], showing: Showing): Html {
  const columns = columnsFor(rows, showing);
  const heads = columns.map(({ title }) => html`<th scope="col">${title}</th>`);
  const groups = URGENCIES.flatMap((urgency) => {
    const group = rows.filter((row) => row.urgency === urgency);
    if (group.length === 0) return [];
    const title = html`<tr><th scope="rowgroup" colspan="${columns.length}"><strong class="${urgency}">${URGENCY_TITLES[urgency]}: ${group.length}</strong></th></tr>`;
    return [html`<tbody>${title}${group.map((row) => rowOf(row, columns))}</tbody>\n`];
  });
  return html`<table class="${showing.width >= ROOMY ? "roomy" : "tight"}"><thead><tr>${heads}</tr></thead>\n${groups}</table>`;
}

function rowOf(row: Row, [first, ...others]: readonly Column[]): Html {
  const cells = others.map(({ cell }) => html`<td>${cell(row)}</td>`);
  return html`<tr><th scope="row">${first?.cell(row)}</th>${cells}</tr>\n`;
}

function columnsFor(rows: readonly Row[], showing: Showing): readonly Column[] {
  const { now, zone, width, aws, endpoints } = showing;
  const isRoomy = width >= ROOMY;
  const application: Column = {
    title: "Application",
    cell: ({ applicationId }) => html`<span title="${applicationId}">…${applicationId.slice(-6)}</span>`,
  };
  const secret: Column = { title: "Secret and its labels", cell: (row) => secretCell(row, showing) };
  const isMany = new Set(rows.map(({ applicationId }) => applicationId)).size > 1;
  const besides = [...(isMany ? [application] : []), secret];
  const token = (row: Row) =>
    isRoomy
      ? tokenCell(row)
      : html`${tokenCell(row)}${besides.map(({ cell }) => html`<div class="faint">${cell(row)}</div>`)}`;
  return [
    { title: "Token", cell: token },
    ...(isRoomy && isMany ? [application] : []),
    {
      title: "Expires",
      cell: (row) =>
        html`<span class="when" title="${expiryTitle(row, zone)}">${expiresText(row, now)}</span>`,
    },
    { title: "Next run", cell: (row) => nextCell(row, showing) },
    ...(isRoomy ? [secret] : []),
    ...(aws === undefined && endpoints === undefined
      ? []
      : [{ title: "Actions", cell: (row: Row) => actionsOf(row, showing) }]),
  ];
}

/** With the date on which the maintenance window opens, if the token waits for one. */
function nextCell(row: Row, { now, zone }: Showing): Html {
  const opensAt = openingOf(row);
  const opening = opensAt && html`<div class="faint">${dateText(opensAt, zone)}</div>`;
  return html`${long(nextText(row, now))}${opening}`;
}

function tokenCell(row: Row): Html {
  const { text: shape } = shapeOf(row);
  const name = nameOf(row);
  return html`<span class="long" title="${`${name} (${row.tokenId})`}"><span class="${row.urgency}" aria-hidden="true">${shape}</span> ${name}</span>`;
}

/** Text of any length: three lines are shown, and all of it in the title. */
export function long(text: string): Html {
  return html`<span class="long" title="${text}">${text}</span>`;
}

export function expiryTitle({ token }: Row, zone: Zone): string {
  return token?.expiresAt === undefined ? "no date" : dateText(token.expiresAt, zone);
}

function secretCell(row: Row, { aws, now }: Showing): Html {
  const read = lastReadText(row, now);
  return html`${secretNamed(row, aws)}${read === "" ? undefined : html`<div class="faint">${read}</div>`}`;
}

function secretNamed(row: Row, aws: AwsConsole | undefined): Html {
  const text = long(secretText(row, true));
  const { secret } = row;
  const isThere = secret?.state === "present" || secret?.state === "scheduled-for-deletion";
  return aws === undefined || secret === undefined || !isThere
    ? text
    : anchor(secretLink(aws, secret.name), text);
}

function actionsOf(row: Row, { aws, endpoints }: Showing): Html {
  const log = aws && anchor(tokenLogLink(aws, row.tokenId), "Log");
  return html`${endpoints && buttonsOf(row, endpoints)} ${log}`;
}
