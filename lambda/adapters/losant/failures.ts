import { type ErrorCode, RotationError } from "../../model/errors.ts";
import { ownerText, type TokenId, type TokenOwner } from "../../model/token.ts";
import { isAboutCertificate } from "../certificates.ts";
import type { Said } from "./answers.ts";
import type { LosantAnswer, LosantRequest } from "./http.ts";

/** A call, described for the person who has to correct the problem. */
export interface Attempt {
  readonly kind: LosantRequest["kind"];
  /** "list the tokens", "delete the token 575ec8…". */
  readonly doing: string;
  /** Undefined: it is about all applications. */
  readonly owner?: TokenOwner | "me";
  /** An application, and the access token is that of a user, whose rights differ from application to application. */
  readonly isOfUser?: boolean;
  /** The scope that is missing if Losant answers 403. */
  readonly scope: string;
}

/** The error for a refusal, or for no answer. A 401 gets here only if the string has no replacement: see LosantClient. */
export function tokenApiError(
  attempt: Attempt,
  answer: Exclude<LosantAnswer, { readonly kind: "ok" }>,
): RotationError {
  return answer.kind === "silent" ? silence(attempt, answer) : refusal(attempt, answer);
}

/** The error for a 2xx that can't be used. `flaw` says why, without quoting it. */
export function unusable(attempt: Attempt, flaw: string): RotationError {
  if (attempt.kind === "create") return unusableIssue(attempt, flaw, undefined);
  return new RotationError("losant-answer-invalid", at(attempt, `Losant's answer ${flaw}`), {
    effect: effectOf(attempt),
  });
}

/** The same for a create call, which may have created a token. */
export function unusableIssue(attempt: Attempt, flaw: string, createdId: TokenId | undefined): RotationError {
  if (createdId === undefined) return uncertain(attempt, `Losant's answer ${flaw}, so a token may exist`);
  const message = at(attempt, `Losant created ${createdId}, but its answer ${flaw}`);
  return new RotationError("losant-answer-invalid", message, { effect: "unknown", createdId });
}

/** The error for a lack of time that Losant didn't cause. `why` says what took the time. */
export function outOfTime(attempt: Attempt, why: string): RotationError {
  return new RotationError("out-of-time", at(attempt, why));
}

function silence(
  attempt: Attempt,
  { why, isSent, code }: Extract<LosantAnswer, { readonly kind: "silent" }>,
): RotationError {
  const known = code === undefined ? "" : ` (${code})`;
  if (!isSent && code !== undefined && isAboutCertificate(code)) {
    const what = `the certificate at Losant's address is not trusted${known}, so nothing was sent`;
    return new RotationError("losant-untrusted", at(attempt, what));
  }
  const lost = why === "timeout" ? "Losant did not answer in time" : `the connection to Losant broke${known}`;
  if (isSent && attempt.kind === "create") return uncertain(attempt, `${lost}, so a token may exist`);
  const what = isSent ? lost : `Losant could not be reached${known}`;
  return new RotationError("losant-unreachable", at(attempt, what), {
    effect: isSent ? effectOf(attempt) : "none",
  });
}

function refusal(
  attempt: Attempt,
  { status, said, retryAfterMs }: Extract<LosantAnswer, { readonly kind: "refused" }>,
): RotationError {
  const error = (code: ErrorCode, what: string, effect: "none" | "unknown" = "none") =>
    new RotationError(code, `${at(attempt, what)}${quoted(said)}`, { effect });
  if (status === 429) {
    const message = `${at(attempt, "Losant throttles requests (HTTP 429)")}${quoted(said)}`;
    return new RotationError("losant-throttled", message, { retryAfterMs });
  }
  const isRefused = status >= 400 && status < 500 && status !== 408;
  // The page is from something between the worker and Losant. It may have forwarded the request and withheld Losant's answer.
  if (isRefused && said.isForeign)
    return error(
      "losant-intercepted",
      `the answer (HTTP ${status}) didn't come from Losant`,
      effectOf(attempt),
    );
  if (status === 403 && attempt.isOfUser === true)
    return error(
      "losant-forbidden",
      `Losant forbids this: the user's token needs the scope ${attempt.scope}, and its user and its permission cap must allow it for this application`,
    );
  if (status === 403)
    return error(
      "access-token-forbidden",
      `${whoSays(said, status, "forbids this")}: the access token needs the scope ${attempt.scope}`,
    );
  if (status === 404 && isApplication(attempt))
    return error("application-not-found", whoSays(said, status, "has no such application"));
  if (attempt.kind === "create" && (status === 400 || status === 422) && said.isAboutScope)
    return error("scope-rejected", `Losant does not accept the scope (HTTP ${status})`);
  if (isRefused) return error("losant-refused", `Losant rejected the request (HTTP ${status})`);
  if (attempt.kind === "create")
    return uncertain(attempt, `HTTP ${status}, so a token may exist${quoted(said)}`);
  if ((status >= 500 && status < 600) || status === 408)
    return error("losant-unavailable", `Losant is unavailable (HTTP ${status})`, effectOf(attempt));
  return unusable(attempt, `is HTTP ${status}`);
}

/** A gateway's refusal may look like Losant's, but for the type. */
function whoSays({ hasType }: Said, status: number, what: string): string {
  return hasType ? `Losant ${what}` : `HTTP ${status}, probably because Losant ${what}`;
}

function uncertain(attempt: Attempt, what: string): RotationError {
  return new RotationError("issue-uncertain", at(attempt, what), { effect: "unknown" });
}

function effectOf({ kind }: Attempt): "none" | "unknown" {
  return kind === "read" ? "none" : "unknown";
}

function isApplication({ owner }: Attempt): boolean {
  return typeof owner === "object" && owner.ownerType === undefined;
}

function at({ doing, owner }: Attempt, what: string): string {
  const of = owner === undefined || owner === "me" ? "" : ` of ${ownerText(owner)}`;
  return `can't ${doing}${of}: ${what}`;
}

function quoted({ quote }: Said): string {
  return quote === undefined ? "" : `; it says "${quote}"`;
}
