import type { ActionName, OutcomeName } from "../lambda/apply/outcomes.ts";
import type { Reason } from "../lambda/plan/reasons.ts";

/** The expected row of a token in the report of the demo's run. */
export interface Expected {
  readonly action: ActionName;
  readonly reason: Reason;
  readonly outcome: OutcomeName;
}

export interface ExpectedToken {
  readonly applicationId: string;
  readonly name: string;
  readonly expected: Expected;
}

/** The steps of a rotation after which a run can be interrupted. `settle` is the last one. */
export type Step = "issue" | "stage" | "promote" | "settle";

/** One token of a lineage. A person created the first one, and the worker each later one. */
export interface Generation {
  readonly bornDaysAgo: number;
  /** Absent: it never expires. */
  readonly lifeDays?: number;
  readonly scope?: readonly string[];
  readonly description?: string;
  /** The creator of the first one. Default: a person. */
  readonly madeBy?: "apiToken";
  /** The last step of the rotation that created it. Default: all steps. */
  readonly upTo?: Step;
  /** Which generation it replaces. Default: the one before. */
  readonly replaces?: number;
  /** What a person did to it later. */
  readonly since?: "deactivated" | "deleted";
  readonly expected: Expected;
}

/** Tokens with the same name, in one secret. */
export interface TokenRole {
  readonly name: string;
  readonly generations: readonly Generation[];
  /** What a person did with the secret. `by-hand`: it existed before the worker was deployed. */
  readonly secret?: "by-hand" | "rolled-back" | "scheduled-for-deletion" | "owned-by-service";
  /** How many days ago its consumer read the secret for the last time. Default: two. */
  readonly readDaysAgo?: number;
}

export interface ApplicationStory {
  readonly id: string;
  readonly title: string;
  /** Name of the secret of the access token, which is a token of the role "rotation worker". */
  readonly accessToken: string;
  readonly policy: Readonly<Record<string, unknown>>;
  /** Token name to secret name, as in the configuration. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly roles: readonly TokenRole[];
}

/** The scopes that the worker needs, as the README lists them. */
export const WORKER_SCOPE: readonly string[] = [
  "applicationApiTokens.get",
  "applicationApiTokens.post",
  "applicationApiToken.get",
  "applicationApiToken.patch",
  "applicationApiToken.delete",
];

/** The name of the access token. */
export const WORKER_ROLE = "rotation worker";

/** How many days ago the last scheduled run was. Orphans of that age are old enough to be discarded. */
export const LAST_RUN = 0.25;

type RotateReason = "renewal-window" | "expired" | "max-age";

export function rotated(reason: RotateReason = "renewal-window"): Expected {
  return { action: "rotate", reason, outcome: "rotated" };
}

export function skipped(reason: Reason): Expected {
  return { action: "skip", reason, outcome: "skipped" };
}

export const WAITING: Expected = { action: "wait", reason: "not-due", outcome: "waiting" };
export const SUPERSEDED: Expected = skipped("superseded");
export const RESUMED: Expected = { action: "resume", reason: "unfinished", outcome: "resumed" };
export const ANNOUNCED: Expected = { action: "announce", reason: "unannounced", outcome: "announced" };
export const DEACTIVATED: Expected = { action: "retire", reason: "grace-over", outcome: "deactivated" };
export const DELETED: Expected = { action: "retire", reason: "grace-over", outcome: "deleted" };

export function discarded(reason: "orphan" | "lost-race"): Expected {
  return { action: "discard", reason, outcome: "discarded" };
}
