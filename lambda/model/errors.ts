import { masked } from "./masked.ts";
import type { TokenId } from "./token.ts";

interface ErrorKind {
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean;
  /** What the person who reads it should do. */
  readonly remedy: string;
}

/** Every failure the worker can report. The codes are stable: alarms and events name them, and the runbook has an article for each. */
export const ERROR_KINDS = {
  "config-invalid": { retryable: false, remedy: "Correct the configuration where the message says." },
  "event-invalid": { retryable: false, remedy: "Correct the event; the README lists its keys." },
  "token-not-found": {
    retryable: false,
    remedy: "Name a token by its id or exact name as Losant lists it, in a configured application.",
  },
  "secret-mapping-ambiguous": {
    retryable: false,
    remedy: "Rename one of the two tokens in Losant, or remove the entry of `secrets` that fits both.",
  },
  "secret-mapping-mismatch": {
    retryable: false,
    remedy:
      "Take the entry out of `secrets`. To have the worker renew the token that it logs in with, write `accessToken` as { secret, renew: true }.",
  },
  "access-token-missing": {
    retryable: false,
    remedy:
      "Create the secret that `accessToken` names, in the worker's account and region, and store a Losant token in it.",
  },
  "access-token-unreadable": {
    retryable: false,
    remedy:
      "Store the access token as a plain string, or as JSON with the key `token`, and let the worker read that secret.",
  },
  "access-token-rejected": {
    retryable: false,
    remedy:
      "Create a new access token in Losant, and store it with `npm run access-token` in the secret that `accessToken` names.",
  },
  "access-token-forbidden": {
    retryable: false,
    remedy:
      "Give the access token the scopes that the README lists: applicationApiTokens.get and .post, applicationApiToken.get, .patch and .delete.",
  },
  "application-not-found": {
    retryable: false,
    remedy: "Check the application's id in rotation.config.json, and that the access token belongs to it.",
  },
  "losant-unreachable": {
    retryable: true,
    remedy: "Check losantApiUrl and the network; the next run tries again.",
  },
  "token-unreadable": {
    retryable: false,
    remedy:
      "Look at this token in Losant and mend what the message names, or make a new one in its place; the worker leaves it alone.",
  },
  "listing-incomplete": {
    retryable: true,
    remedy:
      "Nothing at first: the next run reads the list again. If it lasts, ask Losant why its list and its count differ.",
  },
  "losant-clock-unknown": {
    retryable: true,
    remedy:
      "Check what stands between the worker and Losant, and this machine's clock: until the two agree, no token is deactivated or deleted.",
  },
  "losant-throttled": {
    retryable: true,
    remedy: "Nothing: the next run goes on. If it lasts, ask Losant for the limit.",
  },
  "losant-unavailable": {
    retryable: true,
    remedy: "Nothing: the next run tries again. If it lasts, see Losant's status page.",
  },
  "losant-answer-invalid": {
    retryable: true,
    remedy: "Check that losantApiUrl is Losant's API and not a proxy or a login page.",
  },
  "losant-intercepted": {
    retryable: true,
    remedy:
      "Find what stands between the worker and Losant (a firewall, a proxy, a login page), and let it pass losantApiUrl.",
  },
  "losant-untrusted": {
    retryable: false,
    remedy:
      "For a private install, name its authority in NODE_EXTRA_CA_CERTS; otherwise find out who answers in place of Losant.",
  },
  "losant-refused": { retryable: false, remedy: "Read Losant's message; the request itself has to change." },
  "scope-rejected": {
    retryable: false,
    remedy:
      "Losant no longer grants this scope: create a token with a current scope by hand and store it in the same secret.",
  },
  "issue-uncertain": {
    retryable: true,
    remedy: "Nothing: if Losant did create a token, a later run finds it by its marker and deletes it.",
  },
  "successor-mismatch": {
    retryable: false,
    remedy:
      "Losant created a token other than asked, which was deleted again: compare the two, then rotate by hand or ask Losant.",
  },
  "successor-unusable": {
    retryable: true,
    remedy:
      "Losant did not accept the token it had just created, which was deleted again: the next run tries again.",
  },
  "predecessor-active": {
    retryable: false,
    remedy:
      "The old string still works: do what the message says, then send the same event again, which deactivates the token.",
  },
  "store-unreachable": {
    retryable: true,
    remedy: "Check the function's network and endpoint; the next run goes on.",
  },
  "store-throttled": {
    retryable: true,
    remedy: "Nothing: the next run goes on. If it lasts, find who else writes to Secrets Manager.",
  },
  "store-unavailable": {
    retryable: true,
    remedy: "Nothing: the next run goes on. If it lasts, see the AWS status page.",
  },
  "store-denied": {
    retryable: false,
    remedy:
      "If the message is about credentials, renew them. Else give the worker's role the permissions that docs/deploy.md lists on this secret.",
  },
  "store-refused": {
    retryable: false,
    remedy: "Read the message of Secrets Manager; the secret is not in the state the worker needs.",
  },
  "store-quota": {
    retryable: false,
    remedy: "Remove staging labels or versions from this secret, then run again.",
  },
  "store-answer-invalid": {
    retryable: true,
    remedy: "Check the endpoint: the answer was not that of Secrets Manager.",
  },
  "store-elsewhere": {
    retryable: false,
    remedy: "Keep the access token's secret in the account and region in which the worker runs.",
  },
  "bus-unreachable": {
    retryable: true,
    remedy: "Nothing: an owed event is sent by the next run. Check the function's network.",
  },
  "bus-unavailable": { retryable: true, remedy: "Nothing: an owed event is sent by the next run." },
  "bus-denied": {
    retryable: false,
    remedy:
      "If the message is about credentials, renew them. Else let the worker's role put events on the bus that eventBusName names.",
  },
  "bus-refused": {
    retryable: false,
    remedy: "Check that the bus of eventBusName exists in this account and region.",
  },
  "aws-untrusted": {
    retryable: false,
    remedy:
      "If a proxy intercepts AWS's calls, send them past it, or name its CA's certificates in NODE_EXTRA_CA_CERTS.",
  },
  "aws-settings-invalid": {
    retryable: false,
    remedy: "Correct the AWS variable that the message names, where the worker is started.",
  },
  "aws-clock-skewed": {
    retryable: false,
    remedy: "Set the clock of the machine that the worker runs on: AWS refuses what is signed minutes off.",
  },
  "out-of-time": {
    retryable: true,
    remedy: "Nothing: the next run begins at another application. If it lasts, find out what is slow.",
  },
  internal: {
    retryable: true,
    remedy: "This is a defect of the worker: please report it with the log of the run.",
  },
} as const satisfies Readonly<Record<string, ErrorKind>>;

export type ErrorCode = keyof typeof ERROR_KINDS;

/** Where the runbook is, unless a deployment says otherwise: at the root of this repository. */
const RUNBOOK = "RUNBOOK.md";

/** The runbook's article about a code, whose anchor is the code. */
export function articleOn(code: ErrorCode, runbook = RUNBOOK): string {
  return `${runbook}#${code}`;
}

/** What to do about a failure: in a sentence, and where to read on. */
export function remedyFor(code: ErrorCode, runbook?: string): string {
  return `${ERROR_KINDS[code].remedy} See ${articleOn(code, runbook)}`;
}

interface ErrorFacts {
  /** `unknown`: the call may have had its effect all the same. `none` (the default): it certainly had not. */
  readonly effect?: "none" | "unknown";
  /** The token that a create call left behind, where its answer was unusable but named it. */
  readonly createdId?: TokenId;
  /** Of a refusal because of too many requests: when to ask again at the earliest, in milliseconds, where it said so. */
  readonly retryAfterMs?: number | undefined;
}

/**
 * The only kind of error that leaves an adapter. Its message says what is wrong and where, and never holds
 * a token string. It has no `cause` on purpose: the originals carry Authorization headers and inputs.
 */
export class RotationError extends Error {
  override readonly name = "RotationError";
  readonly code: ErrorCode;
  readonly effect: "none" | "unknown";
  readonly createdId: TokenId | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    { effect = "none", createdId, retryAfterMs }: ErrorFacts = {},
  ) {
    super(masked(message));
    this.code = code;
    this.effect = effect;
    this.createdId = createdId;
    this.retryAfterMs = retryAfterMs;
  }

  get retryable(): boolean {
    return ERROR_KINDS[this.code].retryable;
  }

  get remedy(): string {
    return remedyFor(this.code);
  }
}

/**
 * What to report of anything thrown. Of an error that is not the project's own, only its class and the
 * place in the code are kept: its message may quote what it choked on.
 */
export function asRotationError(thrown: unknown): RotationError {
  if (thrown instanceof RotationError) return thrown;
  const kind = thrown instanceof Error ? thrown.constructor.name : typeof thrown;
  const place = thrown instanceof Error ? placeOf(thrown) : undefined;
  return new RotationError("internal", `unexpected ${kind}${place === undefined ? "" : ` ${place}`}`, {
    effect: "unknown",
  });
}

/** What went wrong, or undefined: of something that may fail without undoing what was done before it. */
export function failureOf(attempt: Promise<unknown>): Promise<RotationError | undefined> {
  return attempt.then(() => undefined, asRotationError);
}

/** The first frame. A stack begins with the message, which may have lines that look like frames. */
function placeOf({ message, stack = "" }: Error): string | undefined {
  const at = stack.indexOf(message);
  if (at < 0) return undefined;
  const frames = stack.slice(at + message.length).split("\n");
  return frames.find((line) => /^\s+at /.test(line))?.trim();
}
