import type { ListedToken, StampedVersion } from "../lineage/snapshot.ts";
import { RotationError } from "../model/errors.ts";
import type { SecretArn, VersionId } from "../model/secret.ts";
import type { ApiToken, TokenId, TokenStatus } from "../model/token.ts";
import type { ReasonOf } from "./reasons.ts";

/** The token that an action is about: of one that Losant no longer has, only the id is left. */
export interface Subject {
  readonly id: TokenId;
  readonly name?: string;
  readonly createdAt?: Date;
  readonly expiresAt?: Date | undefined;
  readonly status?: TokenStatus;
}

export type RotateReason = ReasonOf<"rotate">;
export type SkipReason = Exclude<ReasonOf<"skip">, "undecided" | "orphan-left">;

/** Issue a successor, and carry it through to the end. */
export interface Rotate {
  readonly kind: "rotate";
  readonly reason: RotateReason;
  readonly subject: ListedToken;
  /** The version that held AWSCURRENT when the plan was made. */
  readonly from: VersionId | undefined;
  /** How many tokens that can't be deleted its lineage may have: with more of them, another one is not issued. */
  readonly orphansAllowed: number;
  /** Deactivate the predecessor as soon as the successor is current and announced. */
  readonly retireNow: boolean;
  /** That was asked, and is not done. */
  readonly spared?: Spared;
  /** The secret that its consumers read until now. */
  readonly former?: SecretArn;
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
}

/** Send the event that the current version owes, then settle. */
export interface Announce {
  readonly kind: "announce";
  readonly reason: ReasonOf<"announce">;
  readonly subject: Subject;
  readonly version: StampedVersion;
}

/** Take the label off a version that owes nothing any more. No outcome of its own. */
export interface Settle {
  readonly kind: "settle";
  readonly version: StampedVersion;
}

/** End a token whose string is stored nowhere, or which lost a race; then settle its version, if it has one. */
export interface Discard {
  readonly kind: "discard";
  /** Where a marker is all the proof there is, it is deactivated first, and deleted a week later. */
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
  /** When its grace was over; absent where it was asked for by hand. */
  readonly dueAt?: Date;
  /** The version that was AWSCURRENT before the one that is. */
  readonly former?: VersionId | undefined;
}

/** Due, but not in this run. */
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
  /** A younger token says that it took its place: nobody has to be warned. */
  readonly isCovered?: boolean;
}

export interface Wait {
  readonly kind: "wait";
  readonly reason: ReasonOf<"wait">;
  readonly subject: Subject;
  /** When it becomes due. */
  readonly dueAt: Date;
}

export interface Fail {
  readonly kind: "fail";
  readonly subject: Subject;
  readonly error: RotationError;
}

/** What changes something, in the order in which apply carries it out. */
export type Effect = Announce | Settle | Resume | Discard | Rotate | Retire;
/** What is only said. */
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

/** Why the worker doesn't end, in this run, the life of a token: it is logged in with it, or can't know that it is meant. */
export type Spared = "until-next-run" | "until-replaced" | "named-by-name";

/** Nobody saws off the branch that the worker sits on: its string is in the access token's secret. */
export function stillLoggedInWith({ id }: ApiToken): RotationError {
  return new RotationError(
    "predecessor-active",
    `${id} was not deactivated, because the worker logs in with it: store another access token first`,
  );
}

/** Whoever calls a token by that name decides nothing: neither does whoever uses the name. */
export function notByName({ id }: ApiToken): RotationError {
  return new RotationError(
    "predecessor-active",
    `${id} was not deactivated, because nothing proves that the worker created it for this secret: use its id`,
  );
}
