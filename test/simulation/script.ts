import type {
  DirectoryEntry,
  DirectoryFlawEntry,
  DirectoryOutageEntry,
  DiscoverySetting,
  FoundSetting,
  RetirementSetting,
} from "./discovery-script.ts";

/** Everything that happens in one simulated history, as data. A script can be printed, replayed and made smaller. */
export interface Script {
  readonly setting: Setting;
  readonly entries: readonly Entry[];
}

/** The world before anything happens, and behavior that the services don't specify. Durations are in milliseconds. */
export interface Setting {
  /** Decides only latencies. */
  readonly seed: number;
  /** `schedule` of the configuration. */
  readonly intervalMs: number;
  /** `policy` of the configuration, as people write it. */
  readonly policy: PolicySetting;
  readonly applications: readonly ApplicationSetting[];
  readonly deployments: readonly DeploymentKind[];
  /** How long a new token is missing from Losant's list, and how far DescribeSecret lags behind. */
  readonly listingLagMs: number;
  readonly describeLagMs: number;
  readonly firstVersionKeepsLabel: boolean;
  readonly labelMovesTouchLastChanged: boolean;
  /** Whether `totalCount` is the number of tokens, one too few, or one too many. */
  readonly count?: "true" | "low" | "high";
  /** How old an entry of ListSecrets may be. Each entry has its own age. */
  readonly indexLagMs?: number;
  /** Losant sends no Date header. */
  readonly isUndated?: boolean;
  /** Losant truncates the dates of tokens to this many milliseconds. */
  readonly datePrecisionMs?: number;
  /**
   * The meaning of the creatorId of a token that another token made, and whether Losant reports that the creator was a
   * token.
   */
  readonly creatorIds?: "accessToken" | "user" | "none";
  readonly hidesCreatorTypes?: boolean;
  /** The organization refuses new secrets without a tag and a key of their own. The configuration has both. */
  readonly refusesBareSecrets?: boolean;
  /** New secrets get a resource policy. */
  readonly restrictsNewSecrets?: boolean;
  /** How long AWS needs to show that somebody has read a version. */
  readonly readLagMs?: number;
  /** New secrets get replicas, which need this long for a change. One of them may fail or hang from the beginning. */
  readonly replicas?: { readonly lagMs: number; readonly one?: "fails" | "hangs" };
  /** Undefined: all applications are configured, each with an access token of its own. */
  readonly discovery?: DiscoverySetting;
}

export interface PolicySetting {
  readonly renewBefore: string;
  readonly orphanAfter: string;
  readonly retire: "never" | RetirementSetting;
  readonly secretFormat: "json" | "plain";
  readonly maxRotationsPerRun?: number;
  /** The age at which tokens that never expire are replaced, and the lifetime of all successors. */
  readonly neverExpiring?: string;
  readonly lifetime?: string;
  /** Maintenance windows. Their zones have no daylight saving time. */
  readonly windows?: readonly WindowSetting[];
}

export interface WindowSetting {
  readonly days?: readonly (typeof WEEKDAYS)[number][];
  readonly from: string;
  readonly to: string;
  readonly zone: keyof typeof ZONES;
}

export const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;
/** How far the clocks of some zones are ahead of UTC, in minutes. */
export const ZONES = { UTC: 0, "Asia/Kolkata": 330, "Asia/Kathmandu": 345, "America/Phoenix": -420 } as const;

export interface ApplicationSetting {
  readonly tokens: readonly TokenSetting[];
  /** `lasting`: the access token never expires; `managed`: it does, and the worker rotates it as well. */
  readonly access: "lasting" | "managed";
  /** It is discovered, and has no access token of its own. */
  readonly found?: FoundSetting;
}

export interface TokenSetting {
  readonly name: string;
  readonly lifetimeMs: number;
  readonly ageMs: number;
  /** It never expires, whatever its lifetime is. */
  readonly isEndless?: boolean;
  /** Its users already read it from a secret that `secrets` names. */
  readonly isMapped: boolean;
  /** Losant no longer grants one of its scopes, so that it can have no successor. */
  readonly isUngrantable?: boolean;
}

/** Where else the same applications are managed. The first deployment is always `home`. */
export type DeploymentKind = "home" | "other-account" | "other-region" | "other-namespace";

export type Entry =
  | RunEntry
  | FaultEntry
  | ActEntry
  | OutageEntry
  | RateEntry
  | ListingEntry
  | RoutineEntry
  | DirectoryEntry
  | DirectoryFlawEntry
  | DirectoryOutageEntry;

export interface RunEntry {
  readonly kind: "run";
  readonly id: string;
  readonly atMs: number;
  readonly deployment: number;
  /** The invocation's event. It refers to tokens by name. */
  readonly event: RunEvent;
  /** How far this worker's clock is ahead. */
  readonly skewMs: number;
  /** A retry by Lambda has the request id of the run that it repeats. */
  readonly requestId?: string;
  /** Outside Lambda, a run isn't ended at its deadline. */
  readonly isEndless: boolean;
}

export interface RunEvent {
  readonly trigger: "schedule" | "manual";
  readonly tokens?: readonly string[];
  readonly force?: boolean;
  readonly retireNow?: boolean;
  /** In a fleet: the time for which the schedule started the run. */
  readonly slotMs?: number;
  readonly shard?: number;
}

/** Something goes wrong at one call of one run: the nth, or the first of an operation. */
export interface FaultEntry {
  readonly kind: "fault";
  readonly run: string;
  readonly call: number | string;
  readonly fault: FaultKind;
  /** The length of a pause, or how long after the effect a real process is killed. */
  readonly ms?: number;
}

export const FAULT_KINDS = [
  "crash-before",
  "crash-after",
  /** The effect took place, but the answer was lost. */
  "answer-lost",
  /** The request never arrived, which the worker can't know. */
  "request-lost",
  "throttled",
  /** The effect took place, the answer was lost, and every retry is throttled. */
  "lost-then-throttled",
  "refused",
  "unavailable",
  /** The effect or the answer is late, because the process was paused. */
  "pause-before",
  "pause-after",
  /** Losant does something other than what was requested. */
  "misread",
  /** Losant's answer to a request can't be used, but contains the token's id. */
  "garbled",
  /** AWS refuses the date of a signature twice, which proves that nothing happened. */
  "skewed",
] as const;
/** `falsely-refused`: the call had its effect, and the answer says that it was refused, because something in between answered. */
export type FaultKind = (typeof FAULT_KINDS)[number] | "falsely-refused";

export interface OutageEntry {
  readonly kind: "outage";
  /**
   * `throttle`: Losant answers every request with 429. `signatures`: AWS refuses the date of each signature. `index`:
   * ListSecrets fails.
   */
  readonly of: "losant" | "store" | "bus" | "throttle" | "signatures" | "index";
  readonly fromMs: number;
  readonly toMs: number;
}

/** For a while, Losant answers at most `most` requests in each window of fifteen seconds. All runs share this limit. */
export interface RateEntry {
  readonly kind: "rate";
  readonly most: number;
  /** A 429 says when the next window begins. */
  readonly isSaid: boolean;
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * For a while, Losant's list shows a token in an unreadable way, or omits it. The token is chosen when the fault
 * begins.
 */
export interface ListingEntry {
  readonly kind: "listing";
  readonly how: ListingFlaw;
  readonly role: Role;
  readonly whose: Whose;
  readonly fromMs: number;
  readonly toMs: number;
}

export const LISTING_FLAWS = [
  "empty-date",
  "date-alone",
  "no-creation-date",
  "unknown-status",
  "no-name",
  /** Only its marker can't be read. */
  "odd-description",
  /** The token is on no page. */
  "hidden",
  /** The token is on no page of a list that is sorted by date. */
  "tied",
] as const;
export type ListingFlaw = (typeof LISTING_FLAWS)[number];

/**
 * What a program does to one secret again and again: a consumer reads what is current, or was current before, or a bot edits the tags.
 * Without such an entry, nobody reads the secret.
 */
export interface RoutineEntry {
  readonly kind: "routine";
  readonly does: (typeof ROUTINES)[number];
  readonly role: Role;
  readonly fromMs: number;
  readonly everyMs: number;
  /** Undefined: it doesn't end. */
  readonly toMs?: number;
}

export const ROUTINES = ["read-current", "read-previous", "edit-tags"] as const;

/** An action of a person, at a moment or right before a call of a run. */
export interface ActEntry {
  readonly kind: "act";
  readonly when: { readonly atMs: number } | { readonly run: string; readonly call: number };
  readonly act: Act;
}

/**
 * One role in one deployment: a token of an application, by its place in the setting, or the application's access
 * token.
 */
export interface Role {
  readonly application: number;
  readonly token: number | "access";
  readonly deployment: number;
}

export type Whose = "current" | "previous" | "root" | "newest";

/** A token, by its relation to a role at the moment when somebody refers to it. */
export interface Meant {
  readonly role: Role;
  readonly whose: Whose;
}

/** What a person with a Losant role may write into a token: names and descriptions. */
export type TextAct =
  | {
      readonly do: "copy-text" | "steal-text" | "swap-texts" | "swap-names";
      readonly role: Role;
      readonly whose: Whose;
      readonly onto: Meant;
    }
  | {
      readonly do: "forge-text";
      readonly role: Role;
      readonly whose: Whose;
      readonly how: (typeof FORGERIES)[number];
    }
  | {
      readonly do: "rename-to";
      readonly role: Role;
      readonly whose: Whose;
      readonly like: (typeof LIKENESSES)[number];
      readonly onto: Meant;
    };

export const FORGERIES = [
  "other-account",
  "other-prefix",
  /** `replaces=` names another token. */
  "other-predecessor",
  /** A marker as it was before markers were signed. */
  "unsigned",
  /** The line of another token above the token's own line. */
  "doubled",
] as const;

export const LIKENESSES = [
  /** The first name of the other token, which may be mapped. */
  "name",
  /** The name that its successor's secret would have if there were two tokens of its name. */
  "twin",
  "id",
] as const;

/** What a person may make through the API, with an access token of their own. */
export type MakerAct = {
  /**
   * A copy of another token's name, scope, dates and description; a token made by other software; or one made by a
   * worker elsewhere.
   */
  readonly do: "clone" | "make-through-api" | "make-elsewhere";
  readonly role: Role;
  readonly whose: Whose;
};

/** What an administrator of the secrets may do. */
export type AdministratorAct =
  | {
      /** A version that names the victim as its token, in the secret of the role. */
      readonly do: "plant-version";
      readonly role: Role;
      readonly victim: Meant;
      readonly isCurrent: boolean;
    }
  | {
      readonly do: /** Restored under another name, with the same version ids. */
        | "copy-secret"
        /** The secret is deleted without a recovery window. */
        | "destroy-secret"
        /** The same, and the secret is recreated under its name, with the token that it held. */
        | "remake-secret"
        /** The secret loses its resource policy. */
        | "unrestrict-secret";
      readonly role: Role;
    }
  | {
      /** The secret of the role is created without a value, with the description of another one. */
      readonly do: "prepare-secret";
      readonly role: Role;
    }
  | {
      /**
       * Stores another access token. The previous one is deleted, or keeps working, or its versions are removed as
       * well.
       */
      readonly do: "replace-access";
      readonly role: Role;
      readonly old: "deleted" | "left" | "purged";
    };

/** What an operator may change in the configuration of a deployment. */
export interface OperatorAct {
  readonly do:
    | "map"
    | "map-by-id"
    /** Maps the token to a secret that it was not mapped to before. */
    | "map-elsewhere"
    | "unmap"
    | "change-prefix"
    /** Uses `formerPrefixes`. */
    | "move-prefix"
    | "change-prefix-back"
    | "renew-access-token"
    | "keep-access-token";
  readonly role: Role;
}

/** What a person does to one token in Losant's console. */
export type TokenAct = {
  readonly do: "deactivate" | "delete" | "rename" | "annotate" | "wipe-marker" | "damage-marker";
  readonly role: Role;
  readonly whose: Whose;
};

/** What a person does to a lineage, in either console. */
export type LineageAct = {
  readonly do:
    | "roll-back"
    | "set-by-hand"
    | "schedule-deletion"
    | "restore"
    /** Makes a token of the same name, or one with a marker pasted into its description. */
    | "make-twin"
    | "paste-marker"
    /** Stores a new access token for the application of the role. */
    | "renew-access"
    /**
     * A policy denies all new versions of the secret, or stops doing so. Losant forbids deleting tokens of the
     * application, or allows it again.
     */
    | "deny-writes"
    | "allow-writes"
    | "forbid-deletes"
    | "allow-deletes";
  readonly role: Role;
};

export type Act = TokenAct | LineageAct | TextAct | MakerAct | AdministratorAct | OperatorAct;
