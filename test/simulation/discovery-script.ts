/* What happens to applications that the worker discovers, as data: who sees them, and how Losant lists them. */

export interface RetirementSetting {
  /** `hold`: nothing is retired that its consumers still need. */
  readonly unread: "hold" | "ignore";
  readonly deactivateAfter?: string;
  readonly deleteAfter?: string;
  readonly roots?: true;
}

export interface DiscoverySetting {
  /** `discover` of the configuration. Each entry has the access token of a user of its own. */
  readonly entries: readonly EntrySetting[];
  /** The names of the organizations. All users are members of all of them. */
  readonly organizations: readonly string[];
  /** Pages are so short that a few applications need several. */
  readonly perPage: number;
  /** Whether `totalCount` is the number of applications, one too few, or one too many. */
  readonly count?: "true" | "low" | "high";
  /** Each run takes one shard of the applications. */
  readonly isFleet?: boolean;
  /** The creatorType of tokens that were made with a user's token. */
  readonly creatorType?: "apiToken" | "user";
}

export interface EntrySetting {
  readonly organizations: readonly string[];
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly atLeast?: number;
  /** At home, the worker renews its access token, which has this life. Without it, the access token never expires. */
  readonly renews?: { readonly lifetimeMs: number; readonly ageMs: number };
  /** Its access token is that of the first entry. */
  readonly isShared?: boolean;
  /** Over the common policy. */
  readonly policy?: {
    readonly retire: "never" | RetirementSetting;
  };
}

/** How an application is found, if it has no access token of its own. */
export interface FoundSetting {
  readonly name: string;
  readonly owner: Owner;
  /** An entry of `applications` without an access token. One with a mapped token always has such an entry. */
  readonly isOverridden?: boolean;
  /** A person creates it later. */
  readonly isLater?: boolean;
}

/** An organization, by its place in the setting, or the user of the first entry. */
export type Owner = number | "sandbox";

/** A person changes which applications there are, what they are called, or who sees them. */
export interface DirectoryEntry {
  readonly kind: "directory";
  readonly when: { readonly atMs: number } | { readonly run: string; readonly call: number };
  readonly deed: DirectoryDeed;
}

export type DirectoryDeed =
  | { readonly do: "create-application" | "delete-application"; readonly application: number }
  | { readonly do: "rename-application"; readonly application: number; readonly name: string }
  | { readonly do: "move-application"; readonly application: number; readonly owner: Owner }
  | { readonly do: "disable" | "enable"; readonly organization: number }
  | { readonly do: "rename-organization"; readonly organization: number; readonly name: string }
  | { readonly do: "leave" | "join"; readonly entry: number; readonly organization: number }
  | {
      /** Changes the permission cap of the access token of an entry. */
      readonly do: "cap";
      readonly entry: number;
      readonly application: number;
      readonly role: "none" | "view" | "collaborate";
    }
  | { readonly do: "revoke-user-token"; readonly entry: number }
  | { readonly do: "make-user-token"; readonly entry: number; readonly as: (typeof USER_TOKENS)[number] }
  | { readonly do: "replace-user-token"; readonly entry: number; readonly old: "left" | "revoked" };

/** What a person makes besides the access token of a user: a token of the same name, which may also have a marker. */
export const USER_TOKENS = [
  "named",
  /** Without a signature, for the secret of the access token. */
  "forged",
  /** The text of the youngest token that a worker made. */
  "copied",
] as const;

/** For a while, Losant lists an application otherwise, or refuses what it lists. */
export interface DirectoryFlawEntry {
  readonly kind: "directory-flaw";
  readonly how: (typeof DIRECTORY_FLAWS)[number];
  readonly application: number;
  readonly fromMs: number;
  readonly toMs: number;
}

export const DIRECTORY_FLAWS = [
  /** It is on no page, although it is counted. */
  "hidden",
  /** It has no valid name. */
  "unreadable",
  /** It has no valid id either. */
  "nameless",
  /** It is listed, and its tokens are refused with 403. */
  "denied",
  /** It is listed, and Losant says that there is no such application. */
  "not-found",
] as const;

/** For a while, one entry's list fails as a whole. */
export interface DirectoryOutageEntry {
  readonly kind: "directory-outage";
  readonly how: (typeof DIRECTORY_OUTAGES)[number];
  readonly entry: number;
  readonly fromMs: number;
  readonly toMs: number;
}

export const DIRECTORY_OUTAGES = ["throttled", "unavailable", "unanswered", "refused"] as const;
