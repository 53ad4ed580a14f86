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
}

export interface PolicySetting {
  readonly renewBefore: string;
  readonly orphanAfter: string;
  readonly retire: "never" | { readonly deactivateAfter?: string; readonly deleteAfter?: string };
  readonly secretFormat: "json" | "plain";
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
}

/** Where else the same applications are looked after; the first deployment is always at home. */
export type DeploymentKind = "home" | "other-account" | "other-region" | "other-namespace";

export type Entry = RunEntry | FaultEntry | ActEntry | OutageEntry;

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
  "unavailable",
  /** The effect comes late, or its answer does: the process stood still. */
  "pause-before",
  "pause-after",
  /** Losant makes something else of an order. */
  "misread",
  /** Losant's answer to an order can't be used, but names the token. */
  "garbled",
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface OutageEntry {
  readonly kind: "outage";
  /** `throttle`: Losant answers 429 to everything. */
  readonly of: "losant" | "store" | "bus" | "throttle";
  readonly fromMs: number;
  readonly toMs: number;
}

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

export type Act =
  | {
      readonly do: "deactivate" | "delete" | "rename" | "annotate" | "wipe-marker" | "damage-marker";
      readonly role: Role;
      readonly whose: "current" | "previous" | "root" | "newest";
    }
  | {
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
