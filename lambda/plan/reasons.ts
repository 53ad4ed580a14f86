/** What every reason says of itself, wherever a token's row is shown. */
interface Words {
  /** Ends a sentence that begins with the token's name. */
  readonly meaning: string;
  /** The same in few words, for a table. */
  readonly brief: string;
  /** What a person does about it. TOKEN stands for the token's id. */
  readonly advice: string;
}

/** Why something is done to a token. */
interface EffectReason extends Words {
  readonly action: "rotate" | "resume" | "announce" | "retire" | "discard";
}

/** Why a token is left as it is. */
interface RestReason extends Words {
  readonly action: "skip" | "wait";
  /** Logged as a warning: a token in use may end with it. */
  readonly isWarned: boolean;
  /** Nothing will renew the token, so its expiry is warned of. */
  readonly isToldBeforeExpiry: boolean;
  /** So many days before it, where that is not at once: somebody else is probably at it. */
  readonly toldDaysBefore?: number;
  /** The token is the worker's to renew, so its expiry counts in the metric of the soonest one. */
  readonly isAtStake: boolean;
  /** When a person has to look: as long as it lasts, once the renewal window is open, or never. */
  readonly needsAPerson: "always" | "once-due" | "never";
}

const NOTHING = "Nothing: the worker does it by itself.";

/** Most tokens at rest are well. */
const WELL = { isWarned: false, isToldBeforeExpiry: false, isAtStake: false } as const;
/** Somebody did something that the worker respects but can't mend. */
const RESPECTED = {
  isWarned: true,
  isToldBeforeExpiry: true,
  isAtStake: false,
  needsAPerson: "always",
} as const;
/** The worker ought to renew it and can't. */
const HELD_UP = { isWarned: true, isToldBeforeExpiry: true, isAtStake: true } as const;

/**
 * Every reason that a report, an event or `status` can give, with all that is said of it anywhere. The names are stable:
 * other people's tools match them. The runbook has a line for each one at which a token is left as it is.
 */
export const REASONS = {
  "renewal-window": {
    action: "rotate",
    meaning: "expires soon: it is in its renewal window",
    brief: "window is open",
    advice: NOTHING,
  },
  expired: {
    action: "rotate",
    meaning: "has expired, but is managed here",
    brief: "has expired",
    advice: "Nothing; whoever uses it is locked out until that run: start it now with npm run rotate.",
  },
  "max-age": {
    action: "rotate",
    meaning: "never expires, and is older than policy allows",
    brief: "older than policy allows",
    advice: NOTHING,
  },
  forced: {
    action: "rotate",
    meaning: "was asked for with force",
    brief: "forced",
    advice: NOTHING,
  },
  moved: {
    action: "rotate",
    meaning: "was in a secret that the configuration no longer names, or that is gone",
    brief: "its secret has changed",
    advice: "Nothing; whoever reads the former secret has to read the new one.",
  },
  unfinished: {
    action: "resume",
    meaning: "an earlier run stored its successor, then died",
    brief: "a run died before the end",
    advice: NOTHING,
  },
  unannounced: {
    action: "announce",
    meaning: "an earlier run could not send its event",
    brief: "its event is owed",
    advice:
      "Nothing, unless it lasts: then the event bus refuses the event, and the log of the run says why.",
  },
  "grace-over": {
    action: "retire",
    meaning: "was replaced, and its grace period is over",
    brief: "grace is over",
    advice: "Nothing, if nobody uses the old string any more.",
  },
  "retire-now": {
    action: "retire",
    meaning: "was asked for with retireNow",
    brief: "asked for",
    advice: NOTHING,
  },
  orphan: {
    action: "discard",
    meaning: "made by a run that died; nobody has its string",
    brief: "string is stored nowhere",
    advice: NOTHING,
  },
  "lost-race": {
    action: "discard",
    meaning: "another run had replaced the same token",
    brief: "lost a race",
    advice: NOTHING,
  },
  revoked: {
    action: "skip",
    ...RESPECTED,
    meaning: "somebody deactivated it: that is respected",
    brief: "deactivated by somebody",
    advice:
      "If that was meant, nothing. To go on: reactivate it in Losant, or npm run rotate -- --token with the id of a live token of this lineage, and --force.",
  },
  missing: {
    action: "skip",
    ...RESPECTED,
    meaning: "somebody deleted it: that is respected",
    brief: "deleted by somebody",
    advice:
      "If that was meant, delete the secret. To go on, make a token of this name in Losant, and then: npm run rotate -- --force --token with its id.",
  },
  "rolled-back": {
    action: "skip",
    ...HELD_UP,
    needsAPerson: "always",
    meaning: "somebody put AWSCURRENT back: respected",
    brief: "AWSCURRENT moved by somebody",
    advice: "When the reason for going back is over: npm run rotate -- --token TOKEN --force.",
  },
  "orphan-left": {
    action: "skip",
    ...HELD_UP,
    needsAPerson: "always",
    meaning: "tokens made for it in vain can't be deleted",
    brief: "orphans can't be deleted",
    advice:
      "See why they can't be deleted (the access token needs applicationApiToken.delete), or delete them in Losant. To go on at once: npm run rotate -- --token TOKEN --force.",
  },
  unproven: {
    action: "skip",
    ...RESPECTED,
    meaning: "was made by the worker's access token; nothing proves for which secret",
    brief: "nothing proves whose it is",
    advice:
      "Its string is probably stored nowhere. If nobody uses it, delete it in Losant. To have it renewed: npm run rotate -- --token TOKEN --force.",
  },
  "marker-unknown": {
    action: "skip",
    ...HELD_UP,
    needsAPerson: "once-due",
    meaning: "its marker can't be checked: an older access token could not be read",
    brief: "its marker can't be checked",
    advice:
      "Let the worker read the older versions of the access token's secret (secretsmanager:ListSecretVersionIds and GetSecretValue), or renew it with npm run rotate -- --token TOKEN --force.",
  },
  "orphan-reactivated": {
    action: "skip",
    ...RESPECTED,
    meaning: "was to be deleted, and somebody activated it: respected",
    brief: "activated by somebody",
    advice:
      "If nobody uses it, delete it in Losant. To have it renewed: npm run rotate -- --token TOKEN --force.",
  },
  "retirement-unproven": {
    action: "skip",
    ...WELL,
    isWarned: true,
    needsAPerson: "always",
    meaning: "was replaced, and nothing proves that the worker made it",
    brief: "replaced; not proven to be ours",
    advice: "If nobody uses the old string any more, deactivate it in Losant; else it ends by itself.",
  },
  shared: {
    action: "skip",
    ...WELL,
    isWarned: true,
    isAtStake: true,
    needsAPerson: "always",
    meaning: "is current in more than one secret",
    brief: "current in several secrets",
    advice: "It is renewed for each of them. Delete the secret that nobody reads.",
  },
  "no-scope": {
    action: "skip",
    ...HELD_UP,
    needsAPerson: "once-due",
    meaning: "has no scope that a successor could have",
    brief: "has no scope",
    advice: "Make a token with a scope in Losant by hand, and give that to whoever uses this one.",
  },
  "too-short-lived": {
    action: "skip",
    ...HELD_UP,
    needsAPerson: "once-due",
    meaning: "lives too short for the schedule",
    brief: "lives too short for the schedule",
    advice: "Run more often (`schedule`), or make it anew with a life of more than three intervals.",
  },
  "secret-scheduled-for-deletion": {
    action: "skip",
    ...HELD_UP,
    needsAPerson: "always",
    meaning: "its secret is scheduled for deletion",
    brief: "its secret is being deleted",
    advice: "Restore the secret (aws secretsmanager restore-secret), or put the token's name into `exclude`.",
  },
  "secret-owned-by-service": {
    action: "skip",
    ...HELD_UP,
    needsAPerson: "always",
    meaning: "its secret belongs to another AWS service",
    brief: "its secret is another service's",
    advice: "Map the token's name to another secret with `secrets`.",
  },
  "secret-is-replica": {
    action: "skip",
    ...HELD_UP,
    needsAPerson: "always",
    meaning: "its secret is a replica of another region's",
    brief: "its secret is a replica",
    advice:
      "Map the token's name to another secret with `secrets`, or run the worker in the region of the secret itself.",
  },
  excluded: {
    action: "skip",
    ...WELL,
    isToldBeforeExpiry: true,
    needsAPerson: "once-due",
    meaning: "policy excludes it by its name",
    brief: "excluded by policy",
    advice:
      "If nobody uses it, nothing. Else take its name out of `exclude`, or renew it by hand before it ends.",
  },
  "orphan-inactive": {
    action: "skip",
    ...WELL,
    needsAPerson: "never",
    meaning: "its string is stored nowhere; deactivated, and deleted after a week",
    brief: "deleted a week after deactivation",
    advice: NOTHING,
  },
  "young-orphan": {
    action: "skip",
    ...WELL,
    isAtStake: true,
    needsAPerson: "never",
    meaning: "a run may still be at work on this one",
    brief: "a run may be at work",
    advice: "Nothing: a later run, after `orphanAfter`, clears it up.",
  },
  "just-rotated": {
    action: "skip",
    ...WELL,
    isAtStake: true,
    needsAPerson: "never",
    meaning: "was made minutes ago, or by this very run",
    brief: "made just now",
    advice: NOTHING,
  },
  undecided: {
    action: "skip",
    ...WELL,
    isAtStake: true,
    needsAPerson: "once-due",
    meaning: "could not be decided",
    brief: "could not be decided",
    advice: "What the remedy says.",
  },
  superseded: {
    action: "skip",
    ...WELL,
    needsAPerson: "never",
    meaning: "its successor has taken over",
    brief: "replaced",
    advice: "Nothing.",
  },
  "never-expires": {
    action: "skip",
    ...WELL,
    needsAPerson: "once-due",
    meaning: "never expires; policy only reports that",
    brief: "never expires",
    advice: "Nothing. A policy with `neverExpiring` set to an age would rotate it.",
  },
  inactive: {
    action: "skip",
    ...WELL,
    needsAPerson: "never",
    meaning: "is inactive: nobody uses it",
    brief: "inactive",
    advice: "Nothing: nobody can use it. Delete it in Losant, if it is in the way.",
  },
  "expired-unmanaged": {
    action: "skip",
    ...WELL,
    needsAPerson: "once-due",
    meaning: "was dead before it was ever managed",
    brief: "expired before it was managed",
    advice: "If somebody needs it, make a new one in Losant by hand. Else delete it there.",
  },
  foreign: {
    action: "skip",
    ...WELL,
    isToldBeforeExpiry: true,
    toldDaysBefore: 14,
    needsAPerson: "once-due",
    meaning: "made for another account, region or prefix",
    brief: "another deployment's",
    advice:
      "Nothing: another account, region or prefix looks after it. To take it over: npm run rotate -- --token TOKEN --force.",
  },
  "not-selected": {
    action: "skip",
    ...WELL,
    needsAPerson: "once-due",
    meaning: "not among the tokens asked for",
    brief: "not asked for",
    advice: NOTHING,
  },
  "not-due": {
    action: "wait",
    ...WELL,
    needsAPerson: "once-due",
    meaning: "not due yet",
    brief: "not due",
    advice: "Nothing.",
  },
} as const satisfies Readonly<Record<string, EffectReason | RestReason>>;

export type Reason = keyof typeof REASONS;

/** The reasons of one action. */
export type ReasonOf<Action extends (EffectReason | RestReason)["action"]> = {
  [Each in Reason]: (typeof REASONS)[Each]["action"] extends Action ? Each : never;
}[Reason];

/** What a reason says of a token that is left as it is; undefined where something is done to it. */
export function restOf(reason: Reason): RestReason | undefined {
  const kind: EffectReason | RestReason = REASONS[reason];
  return kind.action === "skip" || kind.action === "wait" ? kind : undefined;
}
