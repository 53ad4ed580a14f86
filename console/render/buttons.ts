import { nameOf } from "../../cli/status/format.ts";
import type { Row } from "../../cli/status/row.ts";
import { type Html, html, NOTHING_SHOWN } from "../../lambda/model/html.ts";
import type { Reason } from "../../lambda/plan/reasons.ts";

/** The ARNs of the functions that buttons call, with the rights of the person who presses them. */
export interface Endpoints {
  readonly worker: string;
  readonly widget: string;
}

interface Button {
  readonly label: string;
  /** Read aloud instead of the label. */
  readonly about: string;
  readonly endpoint: string;
  readonly event: object;
  readonly display: "popup" | "widget";
  /** What will happen. Undefined if nothing is written. */
  readonly confirmation?: string;
  readonly isPrimary?: boolean;
}

/** CloudWatch makes the element before a `cwdb-action` a button. */
export function button({ label, about, endpoint, event, display, confirmation, isPrimary }: Button): Html {
  const asks = confirmation === undefined ? NOTHING_SHOWN : html` confirmation="${confirmation}"`;
  const kind = isPrimary ? "btn btn-primary" : "btn";
  return html`<button type="button" class="${kind}" title="${about}" aria-label="${about}">${label}</button><cwdb-action action="call" endpoint="${endpoint}" display="${display}"${asks}>${JSON.stringify(event)}</cwdb-action>`;
}

/** A forced rotation skips a token for these reasons too. */
const HOPELESS: ReadonlySet<Reason> = new Set<Reason>([
  "expired-unmanaged",
  "inactive",
  "missing",
  "no-scope",
  "revoked",
  "secret-is-replica",
  "secret-owned-by-service",
  "secret-scheduled-for-deletion",
]);

/** Roles that a forced rotation continues from. Anything else could adopt the token of somebody else. */
const ROTATABLE: ReadonlySet<Row["role"]> = new Set(["root", "current", "displaced"]);

/** What a person can do about one token. Each button of the worker sends an event that names the token by its id. */
export function buttonsOf(row: Row, { worker, widget }: Endpoints): Html {
  const { applicationId, tokenId, role, token, isLive } = row;
  const name = plainName(row);
  const tokens = [tokenId];
  const explain = button({
    label: "Explain",
    about: `Explain the history of ${name}`,
    endpoint: widget,
    event: { explain: tokenId, applicationId },
    display: "popup",
  });
  const dryRun = button({
    label: "Dry run",
    about: `Dry run of ${name}`,
    endpoint: worker,
    event: { applicationId, tokens, dryRun: true },
    display: "popup",
    confirmation: `The worker shows what a run would do with ${name} now. It writes nothing and sends no event.`,
  });
  const isHopeless = row.next.some(({ reason }) => HOPELESS.has(reason));
  if (!ROTATABLE.has(role) || token === undefined || isHopeless)
    return html`<span class="buttons">${explain}${dryRun}</span>`;
  const exclusion = row.next.some(({ reason }) => reason === "excluded")
    ? " Your policy excludes this token: it is replaced anyway."
    : "";
  const rotate = button({
    label: "Rotate now",
    about: `Rotate ${name} now`,
    endpoint: worker,
    event: { applicationId, tokens, force: true },
    display: "popup",
    confirmation: `The worker creates a successor of ${name}, makes it current${secretWords(row)} and sends the event. The old token keeps working.${exclusion}`,
    isPrimary: row.urgency === "attention",
  });
  const leak = button({
    label: "Leaked",
    about: `Replace and deactivate ${name}, because its string has leaked`,
    endpoint: worker,
    event: { applicationId, tokens, force: true, retireNow: true },
    display: "popup",
    confirmation: `The worker replaces ${name}, makes the successor current${secretWords(row)}, sends the event, and then deactivates the old token. Consumers that keep the string they read get a 401 until they read the secret again.${exclusion}`,
  });
  return html`<span class="buttons">${explain}${dryRun}${rotate}${isLive ? leak : undefined}</span>`;
}

function secretWords({ secret }: Row): string {
  return secret === undefined ? "" : ` in the secret ${secret.name}`;
}

const LONGEST_NAME = 60;

/**
 * A name for a confirmation, with the id. It isn't documented whether the console shows a confirmation as text or as HTML, so
 * characters of markup are replaced.
 */
function plainName(row: Row): string {
  const name = [...nameOf(row).replace(/[<>&"'`]/g, "·")];
  const shown = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME).join("")}…` : name.join("");
  return `“${shown}” (${row.tokenId})`;
}
