import type { Evidence } from "../lineage/reads.ts";
import type { RotationError } from "../model/errors.ts";
import type { Replica, SecretArn, SecretName, VersionId } from "../model/secret.ts";
import type { TokenId } from "../model/token.ts";
import type { Action, Effect, Settle, Subject, UnreadSuccessor } from "../plan/actions.ts";
import type { Reason } from "../plan/reasons.ts";

export type ActionName = "rotate" | "resume" | "announce" | "retire" | "discard" | "skip" | "wait";
export type OutcomeName =
  | "rotated"
  | "resumed"
  | "announced"
  | "deactivated"
  | "deleted"
  | "discarded"
  | "skipped"
  | "waiting"
  | "deferred"
  | "failed"
  | "planned";
/** The result of one action. A token may have several. The report shows the most important one. */
export interface Outcome {
  readonly action: ActionName;
  readonly reason: Reason;
  readonly outcome: OutcomeName;
  readonly subject: Subject;
  readonly secretName: SecretName | undefined;
  readonly successorId?: TokenId | undefined;
  readonly versionId?: VersionId | undefined;
  readonly verified?: Verified | undefined;
  readonly dueAt?: Date | undefined;
  /** The secret that held the token until now, if that is another one. */
  readonly former?: SecretArn | undefined;
  /** A younger token says that it replaced this one. */
  readonly isCovered?: boolean;
  /** Of a token that was replaced and that the policy doesn't end. */
  readonly replacedAt?: Date | undefined;
  /** When the grace period of a token that was replaced ends. */
  readonly retiresAt?: Date;
  readonly unread?: UnreadSuccessor;
  /** Of a current token that replaced another one: whether consumers have read it since. */
  readonly read?: Evidence | undefined;
  /** Of a token that was retired: whether consumers have read one of the tokens that replaced it. */
  readonly successorRead?: Evidence | undefined;
  /** When a retirement became due. The token itself doesn't show this. */
  readonly sinceAt?: Date | undefined;
  readonly oldString?: OldString | undefined;
  /** Replicas of its secret that don't get the changes. This is no error. */
  readonly failedReplicas?: readonly Replica[];
  /** The error. If the outcome is `failed`, the whole action failed. Otherwise, only its last steps did. */
  readonly error?: RotationError | undefined;
}

/** The outcome of an action that was not carried out. `settle` has none. */
export function outcomeOf(
  action: Exclude<Action, Settle>,
  secretName: SecretName | undefined,
  instead: "planned" | "deferred",
): Outcome {
  const { subject } = action;
  switch (action.kind) {
    case "skip":
      return {
        action: "skip",
        reason: action.reason,
        subject,
        secretName,
        outcome: "skipped",
        ...(action.isCovered === true && { isCovered: true }),
        ...(action.replacedAt && { replacedAt: action.replacedAt }),
        ...(action.retiresAt && { retiresAt: action.retiresAt }),
        ...(action.unread && { unread: action.unread }),
        read: action.read,
      };
    case "wait":
      return {
        action: "wait",
        reason: action.reason,
        subject,
        secretName,
        outcome: "waiting",
        dueAt: action.dueAt,
        ...(action.unread && { unread: action.unread }),
        read: action.read,
      };
    case "defer":
      return { action: action.action, reason: action.reason, subject, secretName, outcome: "deferred" };
    case "fail":
      return {
        action: "skip",
        reason: "undecided",
        subject,
        secretName,
        outcome: "failed",
        error: action.error,
      };
    case "retire": {
      const { reason, dueAt: sinceAt, successorRead } = action;
      return { action: "retire", reason, subject, secretName, outcome: instead, sinceAt, successorRead };
    }
    case "rotate": {
      const { reason, former, read } = action;
      return { action: "rotate", reason, subject, secretName, outcome: instead, former, read };
    }
    case "resume":
      return {
        action: "resume",
        reason: action.reason,
        subject,
        secretName,
        outcome: instead,
        read: action.read,
      };
    default:
      return { action: action.kind, reason: action.reason, subject, secretName, outcome: instead };
  }
}

export function failedOutcome(
  action: Effect,
  secretName: SecretName | undefined,
  error: RotationError,
): Outcome {
  // If the label can't be removed, the rotation stays unfinished, and its event may be sent again.
  if (action.kind !== "settle")
    return { ...outcomeOf(action, secretName, "deferred"), outcome: "failed", error };
  const subject = { id: action.version.stamp.tokenId };
  return { action: "announce", reason: "unannounced", subject, secretName, outcome: "failed", error };
}

/** The state of a token's string after retireNow, for the people who handle a leak. */
export interface OldString {
  /** Whether Losant accepts it, as far as this run knows. */
  readonly works: "no" | "yes" | "unknown";
  readonly heldBy: string;
  readonly next: string;
}

/**
 * `probe`: Losant accepted the new string. `refusal`: it refused a read with it, as it does only for strings it knows. `response`: only
 * the answer to its creation could be checked.
 */
export type Verified = "probe" | "refusal" | "response";
