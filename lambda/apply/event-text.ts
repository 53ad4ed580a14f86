import { type ErrorCode, RUNBOOK, remedyFor } from "../model/errors.ts";
import { printable } from "../model/printable.ts";
import { ownerText } from "../model/token.ts";
import type { Subject } from "../plan/actions.ts";
import { REASONS, type Reason } from "../plan/reasons.ts";
import type { ApplicationContext } from "./context.ts";

/** What a person reads of an event, for example in a mail. Both have one line, and no character of `UNSAFE`. */
export interface EventText {
  /** Which token of which application or user, and what happened. */
  readonly headline: string;
  /** What to do, with the address of an article. */
  readonly advice: string;
}

/** A longer name fills the whole screen of a phone. */
const MAX_NAME = 60;

/**
 * EventBridge doesn't escape a value within the quotes of an input template ("Common issues with transforming input"), so these
 * characters could break a message. `<` and `>` begin and end a link in Slack.
 */
const UNSAFE = /["\\<>]/g;

/** `what` continues a sentence that begins with the token. */
export function eventText(
  { id, name = "" }: Subject,
  what: string,
  advice: string,
  { application }: Pick<ApplicationContext, "application">,
): EventText {
  const called = name === "" ? id : `“${shortened(plain(name).replace(/[“”]/g, "'"))}”`;
  return {
    headline: plain(`Losant API token ${called} of ${ownerText(application)} ${what}`),
    advice: plain(advice),
  };
}

/** Why a token is left as it is, or what is done to it. Continues a sentence that begins with the token. */
export function meaningOf(reason: Reason | "access-token"): string {
  return reason === "access-token"
    ? "the worker logs in with it, and isn't configured to renew it"
    : REASONS[reason].meaning;
}

/** What to do about a token that is in the report with this reason. */
export function adviceOn(
  reason: Reason | "access-token",
  { id }: Subject,
  runbook = RUNBOOK,
  article = "reasons",
): string {
  const advice =
    reason === "access-token"
      ? "Store a new access token: losant-token-rotation access-token. Or let the worker renew it, with `renew` in its configuration."
      : REASONS[reason].advice.replaceAll("TOKEN", id);
  return `${advice} See ${runbook}#${article}`;
}

/** What to do about a token whose rotation failed, or was postponed for too long. */
export function adviceOnFailure(code: ErrorCode | undefined, runbook: string | undefined): string {
  if (code !== undefined) return remedyFor(code, runbook);
  return `The log of the last runs shows what holds it up. See ${runbook ?? RUNBOOK}#token-near-expiry`;
}

/** `in 7 days, on 2026-01-31 07:00 UTC`. */
export function expiryText(expiresAt: Date, now: Date): string {
  const hours = Math.max(0, (expiresAt.getTime() - now.getTime()) / 3_600_000);
  const [count, unit] = hours < 48 ? [Math.floor(hours), "hour"] : [Math.floor(hours / 24), "day"];
  const date = expiresAt.toISOString().slice(0, 16).replace("T", " ");
  return `in ${count} ${unit}${count === 1 ? "" : "s"}, on ${date} UTC`;
}

function plain(text: string): string {
  return printable(text).replace(UNSAFE, "'");
}

function shortened(name: string): string {
  const characters = [...name];
  return characters.length <= MAX_NAME ? name : `${characters.slice(0, MAX_NAME - 1).join("")}…`;
}
