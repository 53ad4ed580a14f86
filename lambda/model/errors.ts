import { masked } from "./masked.ts";
import type { TokenId } from "./token.ts";

interface ErrorKind {
  /** Whether the same call may succeed later although nobody changes anything. */
  readonly retryable: boolean;
  /** What the person who reads it should do. */
  readonly remedy: string;
}

/**
 * Every failure the worker can report. The codes are stable: alarms and events name them, and the runbook has an article for
 * each.
 */
export const ERROR_KINDS = {
  "config-invalid": {
    retryable: false,
    remedy: "Correct the configuration. The message says what is wrong.",
  },
  "event-invalid": { retryable: false, remedy: "Correct the event. The README lists its keys." },
  "token-not-found": {
    retryable: false,
    remedy: "Use the id or the exact name of a token that Losant lists in a configured application.",
  },
  "secret-mapping-ambiguous": {
    retryable: false,
    remedy:
      "Map each token to a secret of its own in `secrets`, by its id. Or rename one of the tokens in Losant.",
  },
  "secret-mapping-mismatch": {
    retryable: false,
    remedy:
      "Remove the entry from `secrets`. To have the worker renew its access token, set `accessToken` to { secret, renew: true }.",
  },
  "access-token-missing": {
    retryable: false,
    remedy:
      "Create the secret that `accessToken` names in the account and region of the worker, and store a Losant token in it.",
  },
  "access-token-unreadable": {
    retryable: false,
    remedy:
      "Store the access token as a plain string, or as JSON with the key `token`, and allow the worker to read the secret.",
  },
  "access-token-rejected": {
    retryable: false,
    remedy:
      "Create a new access token in Losant, and store it with `losant-token-rotation access-token` in the secret that `accessToken` names.",
  },
  "access-token-forbidden": {
    retryable: false,
    remedy:
      "Replace the access token with one that has these scopes: applicationApiTokens.get and .post, applicationApiToken.get, .patch and .delete. That of a user also needs applications.get; if it renews itself, also userApiTokens.get and .post, and userApiToken.get, .patch and .delete.",
  },
  "access-token-unidentified": {
    retryable: false,
    remedy:
      "Nothing shows which token of the user the secret holds, so the worker doesn't renew it. Create a new token in Losant, and store it with `losant-token-rotation access-token`, or remove `renew`.",
  },
  "application-not-found": {
    retryable: false,
    remedy:
      "Check the id of the application in rotation.config.json, and that the access token belongs to this application.",
  },
  "losant-forbidden": {
    retryable: false,
    remedy:
      "In Losant, give the user of the access token a role in the organization of this application, or change the permission cap of the token. Or leave the application out with `exclude`.",
  },
  "discovery-incomplete": {
    retryable: true,
    remedy:
      "Nothing at first: the next run lists the applications again. If it lasts, ask Losant why the list and the count differ, or what is wrong with the row.",
  },
  "discovery-too-small": {
    retryable: false,
    remedy:
      "Find out whether the user of the access token has lost an organization or an application. If not, correct `organizations`, `include`, `exclude` or `atLeast`.",
  },
  "losant-unreachable": {
    retryable: true,
    remedy: "Check losantApiUrl and the network. The next run tries again.",
  },
  "token-unreadable": {
    retryable: false,
    remedy:
      "Correct what the message names in Losant, or create a new token in its place. The worker leaves this token as it is.",
  },
  "listing-incomplete": {
    retryable: true,
    remedy:
      "Nothing at first: the next run reads the list again. If it lasts, ask Losant why the list and the count differ.",
  },
  "losant-clock-unknown": {
    retryable: true,
    remedy:
      "Check the clock of this machine, and any proxy between the worker and Losant. Until the clocks agree, the worker deactivates and deletes no token because of its age.",
  },
  "losant-throttled": {
    retryable: true,
    remedy: "Nothing: the next run continues. If it lasts, ask Losant for the limit.",
  },
  "losant-unavailable": {
    retryable: true,
    remedy: "Nothing: the next run tries again. If it lasts, see Losant's status page.",
  },
  "losant-answer-invalid": {
    retryable: true,
    remedy: "Check that losantApiUrl is the address of Losant's API, and not of a proxy or a login page.",
  },
  "losant-intercepted": {
    retryable: true,
    remedy:
      "Find the firewall, proxy or login page between the worker and Losant, and allow requests to losantApiUrl there.",
  },
  "losant-untrusted": {
    retryable: false,
    remedy:
      "For a private install, set NODE_EXTRA_CA_CERTS to a file with the certificate of its authority. Otherwise, find out which server answers in place of Losant.",
  },
  "losant-refused": {
    retryable: false,
    remedy: "Follow Losant's message. To send the same request again doesn't help.",
  },
  "scope-rejected": {
    retryable: false,
    remedy:
      "Losant no longer grants this scope. Create a token with a current scope in Losant, and store it in the same secret.",
  },
  "issue-uncertain": {
    retryable: true,
    remedy: "Nothing. If Losant created a token, a later run finds it by its marker and deletes it.",
  },
  "successor-mismatch": {
    retryable: false,
    remedy:
      "Losant created a token that differs from the request, and the worker deleted it. Create the same token in Losant by hand and compare, or ask Losant.",
  },
  "predecessor-changed": {
    retryable: true,
    remedy:
      "Somebody changed the token while the worker replaced it, so the worker deleted the successor. The next run replaces the token as it is then.",
  },
  "successor-unusable": {
    retryable: true,
    remedy:
      "Losant rejected the token that it had just created, and the worker deleted it. The next run tries again.",
  },
  "predecessor-active": {
    retryable: false,
    remedy:
      "The old string still works. Do what the message says, then send the same event again to deactivate the token.",
  },
  "store-unreachable": {
    retryable: true,
    remedy: "Check the network and the endpoint of the function. The next run continues.",
  },
  "store-throttled": {
    retryable: true,
    remedy: "Nothing: the next run continues. If it lasts, find out who else calls Secrets Manager.",
  },
  "store-unavailable": {
    retryable: true,
    remedy: "Nothing: the next run continues. If it lasts, see the AWS Health Dashboard.",
  },
  "replica-behind": {
    retryable: true,
    remedy: "Nothing: the next run continues. If it lasts, look at the replication of the secret.",
  },
  "replica-failed": {
    retryable: false,
    remedy:
      "Correct what the message says, and repeat the replication in the console of Secrets Manager, or add the replica again. Its consumers have the former token until then.",
  },
  "store-denied": {
    retryable: false,
    remedy:
      "If the message is about credentials, renew them. Otherwise, give the worker's role the permissions on this secret that docs/deploy.md lists.",
  },
  "store-refused": {
    retryable: false,
    remedy: "Follow the message of Secrets Manager. The secret is not in the state that the worker needs.",
  },
  "store-quota": {
    retryable: false,
    remedy: "Remove staging labels or versions from this secret, then start a run.",
  },
  "store-answer-invalid": {
    retryable: true,
    remedy: "Check the endpoint: the answer didn't come from Secrets Manager.",
  },
  "store-elsewhere": {
    retryable: false,
    remedy: "Keep the secret of the access token in the account and region of the worker.",
  },
  "bus-unreachable": {
    retryable: true,
    remedy: "Check the network of the function. The next run sends missing rotation events.",
  },
  "bus-unavailable": { retryable: true, remedy: "Nothing: the next run sends missing rotation events." },
  "bus-denied": {
    retryable: false,
    remedy:
      "If the message is about credentials, renew them. Otherwise, allow the worker's role to put events on the bus that eventBusName names.",
  },
  "bus-refused": {
    retryable: false,
    remedy: "Check that the bus that eventBusName names exists, in the region of the worker.",
  },
  "aws-untrusted": {
    retryable: false,
    remedy:
      "If a proxy intercepts the calls to AWS, exclude AWS from it, or set NODE_EXTRA_CA_CERTS to a file with the certificates of its CA.",
  },
  "aws-settings-invalid": {
    retryable: false,
    remedy: "Correct the AWS setting that the message names, in the environment of the worker.",
  },
  "aws-clock-skewed": {
    retryable: false,
    remedy:
      "Set the clock of the machine that runs the worker. AWS rejects signatures whose time is minutes off.",
  },
  "out-of-time": {
    retryable: true,
    remedy: "Nothing: the next run starts with another application. If it lasts, find out what is slow.",
  },
  internal: {
    retryable: true,
    remedy: "This is a defect in the worker. Report it with the log of the run.",
  },
} as const satisfies Readonly<Record<string, ErrorKind>>;

export type ErrorCode = keyof typeof ERROR_KINDS;

/** Where the runbook is by default: at the root of this repository. A deployment can set another place. */
export const RUNBOOK = "RUNBOOK.md";

/** The runbook's article about a code, whose anchor is the code. */
export function articleOn(code: ErrorCode, runbook = RUNBOOK): string {
  return `${runbook}#${code}`;
}

/** What to do about a failure, with a link to its article in the runbook. */
export function remedyFor(code: ErrorCode, runbook?: string): string {
  return `${ERROR_KINDS[code].remedy} See ${articleOn(code, runbook)}`;
}

interface ErrorFacts {
  /** `unknown`: the call may have had its effect. `none` (the default): it certainly had no effect. */
  readonly effect?: "none" | "unknown";
  /** The token that a create call created, if its answer has the id of the token but can't be used. */
  readonly createdId?: TokenId;
  /** After a refusal because of too many requests: how long to wait, in milliseconds, if the answer says so. */
  readonly retryAfterMs?: number | undefined;
}

/**
 * The only kind of error that leaves an adapter. Its message says what is wrong and where, and never contains
 * a token string. It has no `cause` on purpose: the original errors contain Authorization headers and inputs.
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
 * The error to report for anything thrown. Of an error that is not the project's own, only its class and the
 * place in the code are kept, because its message may quote its input.
 */
export function asRotationError(thrown: unknown): RotationError {
  if (thrown instanceof RotationError) return thrown;
  const kind = thrown instanceof Error ? thrown.constructor.name : typeof thrown;
  const place = thrown instanceof Error ? placeOf(thrown) : undefined;
  return new RotationError("internal", `unexpected ${kind}${place === undefined ? "" : ` ${place}`}`, {
    effect: "unknown",
  });
}

/** The error, or undefined. For a step that may fail without undoing the steps before it. */
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
