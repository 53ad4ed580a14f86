import type { Evidence } from "../../lambda/lineage/reads.ts";
import type { ListedToken } from "../../lambda/lineage/snapshot.ts";
import type { SecretArn, SecretName } from "../../lambda/model/secret.ts";
import type { TokenId } from "../../lambda/model/token.ts";
import type { Policy } from "../../lambda/policy/policy.ts";
import type { ReplicaRow, ReportRow } from "../../lambda/report/report.ts";
import type { DriftKind } from "./drift.ts";
/** The role of a token in its lineage. `stray`: it belongs to none, and the reason in `next` says why. */
export type Role = "root" | "current" | "displaced" | "superseded" | "staged" | "orphan" | "stray";

export interface RowSecret {
  readonly name: SecretName;
  readonly arn: SecretArn | undefined;
  /** `not-asked`: nothing is due, so the secret was not read. */
  readonly state: "present" | "scheduled-for-deletion" | "absent" | "unreadable" | "not-asked";
  readonly versionId: string | undefined;
  /** The version with AWSCURRENT, whoever stored it. */
  readonly currentVersionId: string | undefined;
  /** The staging labels of the version that holds this token. */
  readonly labels: readonly string[];
  /**
   * The day, in UTC, on which somebody last read a value in this region. Undefined if this isn't known, and for the worker's own access
   * token, which each run reads.
   */
  readonly lastReadAt: Date | "never" | undefined;
  /** Its copies in other regions. */
  readonly replicas: readonly ReplicaRow[];
}

/** One token, with everything that is shown about it. */
export interface Row {
  /** The id of a user, if `ownerType` is there. */
  readonly applicationId: string;
  readonly ownerType?: "user" | undefined;
  readonly tokenId: TokenId;
  /** Undefined if Losant has no such token, or if its entry can't be read. */
  readonly token: ListedToken | undefined;
  readonly isUnreadable: boolean;
  readonly isLive: boolean;
  readonly role: Role;
  readonly policy: Policy;
  /** When the token becomes due. Undefined if it never does: it isn't the head of its lineage, or it never expires. */
  readonly windowOpensAt: Date | undefined;
  /** When a run first renews it, from now on. That is later, if the policy has maintenance windows and none is open then. */
  readonly renewedFrom: Date | undefined;
  readonly secret: RowSecret | undefined;
  /** Of a current token that replaced another one: whether consumers have read it since. */
  readonly read: Evidence | undefined;
  /** The rows of a dry run's report, the most important first. */
  readonly next: readonly ReportRow[];
  readonly drift: readonly DriftKind[];
  readonly urgency: Urgency;
}

/**
 * How urgent the token is for a person. `attention`: no run will solve the problem, or a token in use will expire.
 * `due`: the next run does something. `waiting`: a later run will. `resting`: no run will, and none has to.
 */
export type Urgency = "attention" | "due" | "waiting" | "resting";
