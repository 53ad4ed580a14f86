import type { ListedToken } from "../../lambda/lineage/snapshot.ts";
import type { SecretArn, SecretName } from "../../lambda/model/secret.ts";
import type { TokenId } from "../../lambda/model/token.ts";
import type { ReportRow } from "../../lambda/report/report.ts";
import type { DriftKind } from "./drift.ts";
/** What a token is to its lineage; `stray`: it has none, and the reason of `next` says why. */
export type Role = "root" | "current" | "displaced" | "superseded" | "staged" | "orphan" | "stray";

export interface RowSecret {
  readonly name: SecretName;
  readonly arn: SecretArn | undefined;
  /** `not-asked`: nothing here is due, so that nobody looked. */
  readonly state: "present" | "scheduled-for-deletion" | "absent" | "unreadable" | "not-asked";
  readonly versionId: string | undefined;
  /** The version that holds AWSCURRENT, whoever made it. */
  readonly currentVersionId: string | undefined;
  /** The staging labels of the version that holds this token. */
  readonly labels: readonly string[];
}

/** One token, with all that is to be said of it. */
export interface Row {
  readonly applicationId: string;
  readonly tokenId: TokenId;
  /** Undefined where Losant has no such token, or lists it in a way that can't be read. */
  readonly token: ListedToken | undefined;
  readonly isUnreadable: boolean;
  readonly isLive: boolean;
  readonly role: Role;
  /** When it becomes due; undefined where it never does, since another stands for its lineage, or it has no end. */
  readonly windowOpensAt: Date | undefined;
  readonly secret: RowSecret | undefined;
  /** As a dry run would report it, the weightiest first. */
  readonly next: readonly ReportRow[];
  readonly drift: readonly DriftKind[];
  readonly urgency: Urgency;
}

/**
 * How soon a person should look: `attention`: something is odd that no run will mend, or a token in use is left to
 * expire; `due`: the next run does something; `waiting`: a later one will; `resting`: none does, and that is well.
 */
export type Urgency = "attention" | "due" | "waiting" | "resting";
