import type { Evidence } from "../lineage/reads.ts";
import type { ListedToken, StampedVersion } from "../lineage/snapshot.ts";
import { RotationError } from "../model/errors.ts";
import type { SecretArn, VersionId } from "../model/secret.ts";
import type { ApiToken, TokenId, TokenStatus } from "../model/token.ts";
import type { ReasonOf } from "./reasons.ts";

/** Consumers may lose this token, because they don't use the one that replaced it. */
export interface UnreadSuccessor {
  /** Nobody has read its successor, or somebody still reads its own version. */
  readonly reason: "successor-unread" | "still-read";
  readonly successorId: TokenId;
  readonly replacedAt: Date;
  /** From when on it is told: consumers had time enough. */
  readonly sinceAt: Date;
  /** When the policy ends the token, if it does so whoever has read what. */
  readonly retiresAt?: Date | undefined;
}

/** The token that an action is about. If Losant no longer has it, only its id is known. */
export interface Subject {
  readonly id: TokenId;
  readonly name?: string;
  readonly createdAt?: Date;
  readonly expiresAt?: Date | undefined;
  readonly status?: TokenStatus;
}

export type RotateReason = ReasonOf<"rotate">;
export type SkipReason = Exclude<ReasonOf<"skip">, "undecided" | "orphan-left">;

/** Issue a successor and complete its rotation. */
export interface Rotate {
  readonly kind: "rotate";
  readonly reason: RotateReason;
  readonly subject: ListedToken;
  /** The version that held AWSCURRENT when the plan was made. */
  readonly from: VersionId | undefined;
  /** How many tokens that can't be deleted the lineage may have. If it has more, no successor is issued. */
  readonly orphansAllowed: number;
  /** If no maintenance window is open when its turn comes, it waits. */
  readonly waitsForWindow?: true;
  /** Deactivate the predecessor as soon as the successor is current and announced. */
  readonly retireNow: boolean;
  /** Why the predecessor is not deactivated, although the event has `retireNow`. */
  readonly spared?: Spared;
  /** The secret that its consumers read until now. */
  readonly former?: SecretArn;
  readonly read?: Evidence;
}

/** Promote, announce and settle what an earlier run staged. The subject is the token that it replaces. */
export interface Resume {
  readonly kind: "resume";
  readonly reason: ReasonOf<"resume">;
  readonly subject: ListedToken;
  readonly successor: ListedToken;
  readonly version: StampedVersion;
  readonly from: VersionId | undefined;
  readonly retireNow: boolean;
  readonly spared?: Spared;
  readonly read?: Evidence;
}

/** Send the event about the current version that an earlier run couldn't send, then settle. */
export interface Announce {
  readonly kind: "announce";
  readonly reason: ReasonOf<"announce">;
  readonly subject: Subject;
  readonly version: StampedVersion;
}

/** Remove the `rotating-…` label of a version for which nothing else is left to do. This has no outcome of its own. */
export interface Settle {
  readonly kind: "settle";
  readonly version: StampedVersion;
}

/** Discard a token whose string is stored nowhere or that lost a race. Then settle its version, if it has one. */
export interface Discard {
  readonly kind: "discard";
  /** If its marker is the only proof, the token is deactivated first and deleted a week later. */
  readonly step: "deactivate" | "delete";
  readonly reason: ReasonOf<"discard">;
  readonly subject: ListedToken | { readonly id: TokenId };
  readonly version?: StampedVersion;
}

export interface Retire {
  readonly kind: "retire";
  readonly reason: ReasonOf<"retire">;
  readonly step: "deactivate" | "delete";
  readonly subject: ListedToken;
  /** When its grace period ended. Absent with `retireNow`. */
  readonly dueAt?: Date;
  /** The version that was AWSCURRENT before the current one. */
  readonly former?: VersionId | undefined;
  /** Whether consumers have read one of the tokens that replaced it. Absent: it was replaced just now. */
  readonly successorRead?: Evidence;
  /** The worker didn't create it, so a line in its description says when it was deactivated. Absent with `retireNow`. */
  readonly isRoot?: true;
}

/** Due, but postponed to a later run. */
export interface Defer {
  readonly kind: "defer";
  readonly action: "rotate" | "discard" | "retire";
  readonly reason: RotateReason | ReasonOf<"discard" | "retire">;
  readonly subject: Subject;
}

export interface Skip {
  readonly kind: "skip";
  readonly reason: SkipReason;
  readonly subject: Subject;
  /** A younger token says that it replaced this one, so nobody has to be warned. */
  readonly isCovered?: boolean;
  /** The latest moment at which its successor can have become current. Absent if the policy would not end it. */
  readonly replacedAt?: Date | undefined;
  /** When the policy ends it, if its consumers don't need it any more by then. Absent if that moment has passed. */
  readonly retiresAt?: Date;
  readonly unread?: UnreadSuccessor;
  /** Of a current token that replaced another one: whether consumers have read it since. */
  readonly read?: Evidence;
}

export interface Wait {
  readonly kind: "wait";
  readonly reason: ReasonOf<"wait">;
  readonly subject: Subject;
  /** When it becomes due. */
  readonly dueAt: Date;
  readonly unread?: UnreadSuccessor;
  readonly read?: Evidence;
}

export interface Fail {
  readonly kind: "fail";
  readonly subject: Subject;
  readonly error: RotationError;
}

/** Actions that change something, in the order in which they are carried out. */
export type Effect = Announce | Settle | Resume | Discard | Rotate | Retire;
/** Actions that are only reported. */
export type Rest = Defer | Skip | Wait | Fail;
export type Action = Effect | Rest;

export function isEffect(action: Action): action is Effect {
  switch (action.kind) {
    case "announce":
    case "settle":
    case "resume":
    case "discard":
    case "rotate":
    case "retire":
      return true;
    case "defer":
    case "skip":
    case "wait":
    case "fail":
      return false;
    default:
      return action satisfies never;
  }
}

/**
 * Why the worker doesn't deactivate a token in this run: it is logged in with it, or it can't know that this token is meant.
 */
export type Spared = "until-next-run" | "until-replaced" | "named-by-name";

/** The worker never deactivates the token that it logs in with, because it couldn't log in afterwards. */
export function stillLoggedInWith({ id }: ApiToken): RotationError {
  return new RotationError(
    "predecessor-active",
    `${id} was not deactivated, because the worker logs in with it: store another access token first`,
  );
}

/** A name proves nothing, because anybody can give it to a token. */
export function notByName({ id }: ApiToken): RotationError {
  return new RotationError(
    "predecessor-active",
    `${id} was not deactivated, because nothing proves that the worker created it for this secret: use its id`,
  );
}
