/** Everything that happens in one simulated history, as data: it can be printed, replayed, and made smaller. */
export interface Script {
  readonly setting: Setting;
  readonly entries: readonly Entry[];
}

/** The world before anything happens, and what its services leave open. Durations in milliseconds. */
export interface Setting {
  /** Decides latencies, and nothing else. */
  readonly seed: number;
  /** `schedule` of the configuration. */
  readonly intervalMs: number;
  /** `policy` of the configuration, as people write it. */
  readonly policy: PolicySetting;
  readonly applications: readonly ApplicationSetting[];
  readonly deployments: readonly DeploymentKind[];
  /** How long Losant's listing lacks a new token, and how far DescribeSecret lags behind. */
  readonly listingLagMs: number;
  readonly describeLagMs: number;
  readonly firstVersionKeepsLabel: boolean;
  readonly labelMovesTouchLastChanged: boolean;
  /** Whether `totalCount` tells how many tokens there are, or one too few, or one too many. */
  readonly count?: "true" | "low" | "high";
  /** How old an entry of ListSecrets may be, each by itself. */
  readonly indexLagMs?: number;
  /** Losant sends no Date header. */
  readonly isUndated?: boolean;
  /** Losant cuts the dates of tokens to so many milliseconds. */
  readonly datePrecisionMs?: number;
  /** What the creatorId of a token that another one made means; and whether Losant says that it was a token at all. */
  readonly creatorIds?: "accessToken" | "user" | "none";
  readonly hidesCreatorTypes?: boolean;
}

export interface PolicySetting {
  readonly renewBefore: string;
  readonly orphanAfter: string;
  readonly retire: "never" | { readonly deactivateAfter?: string; readonly deleteAfter?: string };
  readonly secretFormat: "json" | "plain";
  readonly maxRotationsPerRun?: number;
}

export interface ApplicationSetting {
  readonly tokens: readonly TokenSetting[];
  /** `lasting`: the access token never expires; `managed`: it does, and the worker rotates it as well. */
  readonly access: "lasting" | "managed";
}

export interface TokenSetting {
  readonly name: string;
  readonly lifetimeMs: number;
  readonly ageMs: number;
  /** Its users already read it from a secret that `secrets` names. */
  readonly isMapped: boolean;
  /** Losant no longer grants one of its scopes, so that it can have no successor. */
  readonly isUngrantable?: boolean;
}

/** Where else the same applications are looked after; the first deployment is always at home. */
export type DeploymentKind = "home" | "other-account" | "other-region" | "other-namespace";

export type Entry = RunEntry | FaultEntry | ActEntry | OutageEntry | RateEntry | ListingEntry;

export interface RunEntry {
  readonly kind: "run";
  readonly id: string;
  readonly atMs: number;
  readonly deployment: number;
  /** The invocation's event; tokens in it are named. */
  readonly event: RunEvent;
  /** How far this worker's clock is ahead. */
  readonly skewMs: number;
  /** A retry by Lambda goes by the request id of the run it repeats. */
  readonly requestId?: string;
  /** Outside of Lambda nobody ends a run at its deadline. */
  readonly isEndless: boolean;
}

export interface RunEvent {
  readonly trigger: "schedule" | "manual";
  readonly tokens?: readonly string[];
  readonly force?: boolean;
  readonly retireNow?: boolean;
}

/** Something goes wrong at one call of one run: the nth, or the first of an operation. */
export interface FaultEntry {
  readonly kind: "fault";
  readonly run: string;
  readonly call: number | string;
  readonly fault: FaultKind;
  /** Of a pause; or how long after the effect a real process is killed. */
  readonly ms?: number;
}

export const FAULT_KINDS = [
  "crash-before",
  "crash-after",
  /** The effect took place, the answer got lost. */
  "answer-lost",
  /** Nothing arrived, which the worker can't know. */
  "request-lost",
  "throttled",
  /** The effect took place, the answer got lost, and every repetition is throttled. */
  "lost-then-throttled",
  "refused",
  /** The effect took place, and the answer says that it was refused: something between the two answers by itself. */
  "falsely-refused",
  "unavailable",
  /** The effect comes late, or its answer does: the process stood still. */
  "pause-before",
  "pause-after",
  /** Losant makes something else of an order. */
  "misread",
  /** Losant's answer to an order can't be used, but names the token. */
  "garbled",
  /** AWS refuses the date of a signature, also the second time: proof that nothing happened. */
  "skewed",
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface OutageEntry {
  readonly kind: "outage";
  /** `throttle`: Losant answers 429 to everything. `signatures`: AWS refuses the date of each. `index`: ListSecrets fails. */
  readonly of: "losant" | "store" | "bus" | "throttle" | "signatures" | "index";
  readonly fromMs: number;
  readonly toMs: number;
}

/** For a while, Losant answers `most` requests in each window of fifteen seconds, those of all runs together. */
export interface RateEntry {
  readonly kind: "rate";
  readonly most: number;
  /** A 429 says when the next window begins. */
  readonly isSaid: boolean;
  readonly fromMs: number;
  readonly toMs: number;
}

/** For a while, Losant's list shows a token in a way that can't be read, or leaves it out: the one it is as that begins. */
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
  /** Its marker is what can't be read. */
  "odd-description",
  /** On no page. */
  "hidden",
  /** On no page of those that are sorted by date. */
  "tied",
] as const;
export type ListingFlaw = (typeof LISTING_FLAWS)[number];

/** A person does something: at a moment, or right before a call of a run. */
export interface ActEntry {
  readonly kind: "act";
  readonly when: { readonly atMs: number } | { readonly run: string; readonly call: number };
  readonly act: Act;
}

/** One role: an application's token by its place in the setting, or its access token, in one deployment. */
export interface Role {
  readonly application: number;
  readonly token: number | "access";
  readonly deployment: number;
}

export type Whose = "current" | "previous" | "root" | "newest";

/** A token, by what it is to a role at the moment at which somebody means it. */
export interface Meant {
  readonly role: Role;
  readonly whose: Whose;
}

/** What somebody with a Losant role may write over a token: names and descriptions. */
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
  /** As markers were before they were signed. */
  "unsigned",
  /** The line of another token above its own. */
  "doubled",
] as const;

export const LIKENESSES = [
  /** As the other one was called in the beginning: its name may be mapped. */
  "name",
  /** As its successor's secret would be called, were there two of its name. */
  "twin",
  "id",
] as const;

/** What somebody may make through the API, with an access token of their own. */
export type MakerAct = {
  /** A token with the name, the scope, the dates and the description of another; one by other software; or by a worker elsewhere. */
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
        /** Gone, without a time in which it could be restored. */
        | "destroy-secret"
        /** The same, and made anew under its name, with the token that it held. */
        | "remake-secret";
      readonly role: Role;
    }
  | {
      /** Stores another access token; the one before is deleted, or goes on working; or its versions are gone besides. */
      readonly do: "replace-access";
      readonly role: Role;
      readonly old: "deleted" | "left" | "purged";
    };

/** What an operator may change in the configuration of a deployment. */
export interface OperatorAct {
  readonly do:
    | "map"
    | "map-by-id"
    /** To a secret that it was not mapped to before. */
    | "map-elsewhere"
    | "unmap"
    | "change-prefix"
    /** With `formerPrefixes`. */
    | "move-prefix"
    | "change-prefix-back"
    | "renew-access-token"
    | "keep-access-token";
  readonly role: Role;
}

/** What somebody does to one token in Losant's console. */
export type TokenAct = {
  readonly do: "deactivate" | "delete" | "rename" | "annotate" | "wipe-marker" | "damage-marker";
  readonly role: Role;
  readonly whose: Whose;
};

/** What somebody does about a lineage, in either console. */
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
    /** A policy denies the secret every new version, or no longer; Losant forbids deleting tokens of the application. */
    | "deny-writes"
    | "allow-writes"
    | "forbid-deletes"
    | "allow-deletes";
  readonly role: Role;
};

export type Act = TokenAct | LineageAct | TextAct | MakerAct | AdministratorAct | OperatorAct;
