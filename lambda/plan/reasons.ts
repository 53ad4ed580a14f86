/** The texts of a reason, for all places that show a token. */
interface Words {
  /** A short sentence, or the rest of a sentence that begins with the token's name. */
  readonly meaning: string;
  /** The same in few words, for a table. */
  readonly brief: string;
  /** What a person should do. TOKEN stands for the token's id. */
  readonly advice: string;
}

/** Why something is done to a token. */
interface EffectReason extends Words {
  readonly action: "rotate" | "resume" | "announce" | "retire" | "discard";
}

/** Why a token is left as it is. */
interface RestReason extends Words {
  readonly action: "skip" | "wait";
  /** Logged as a warning, because a token in use may expire. */
  readonly isWarned: boolean;
  /** Nothing renews the token, so the worker warns of its expiry. */
  readonly isToldBeforeExpiry: boolean;
  /**
   * How many days before the expiry the warnings begin, because another deployment probably renews the token. Absent: at
   * once.
   */
  readonly toldDaysBefore?: number;
  /** If the token never expires, nothing ends it, so the worker tells of it every thirty days. */
  readonly isToldIfEndless?: true;
  /** Every token of a lineage that has this reason may be in use. Absent: only the first one is, so only that one is told of. */
  readonly isToldOfEach?: true;
  /** The worker should renew the token, so its expiry counts in the metric SoonestExpiryDays. */
  readonly isAtStake: boolean;
  /** When a person has to act: as long as the reason lasts, once the renewal window is open, or never. */
  readonly needsAPerson: "always" | "once-due" | "never";
}

const NOTHING = "Nothing. The worker does this by itself.";

/** For most tokens at rest, nothing is wrong. */
const WELL = { isWarned: false, isToldBeforeExpiry: false, isAtStake: false } as const;
/** Somebody changed something by hand, and the worker doesn't undo it. */
const RESPECTED = {
  isWarned: true,
  isToldBeforeExpiry: true,
  isAtStake: false,
  needsAPerson: "always",
} as const;
/** Its consumers may still use the token. A warning of its own tells of it; see `UnreadSuccessor`. */
const NEEDED_BY_CONSUMERS = { ...WELL, isWarned: true, needsAPerson: "always" } as const;
/** The worker should renew the token, but can't. */
const HELD_UP = { isWarned: true, isToldBeforeExpiry: true, isAtStake: true } as const;

/**
 * Every reason that a report, an event or `status` can give, with all of its texts. The names are stable, because the tools of
 * users match them. The runbook has a line for each reason that leaves a token as it is.
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
    meaning: "has expired, and the worker renews it",
    brief: "has expired",
    advice:
      "Its consumers can't use Losant until the next run. To start a run now: losant-token-rotation rotate",
  },
  "max-age": {
    action: "rotate",
    meaning: "never expires, and is older than your policy allows",
    brief: "older than the policy allows",
    advice: NOTHING,
  },
  forced: {
    action: "rotate",
    meaning: "its rotation was forced",
    brief: "forced",
    advice: NOTHING,
  },
  moved: {
    action: "rotate",
    meaning: "its secret is no longer configured, or no longer exists",
    brief: "its secret has changed",
    advice: "Change the consumers of the former secret to read the new one.",
  },
  unfinished: {
    action: "resume",
    meaning: "a run that was interrupted had stored its successor",
    brief: "a run was interrupted",
    advice: NOTHING,
  },
  unannounced: {
    action: "announce",
    meaning: "an earlier run couldn't send its event",
    brief: "its event was not sent",
    advice: "Nothing at first. If this lasts, the event bus rejects the event: the log of the run shows why.",
  },
  "grace-over": {
    action: "retire",
    meaning: "was replaced, and its grace period has ended",
    brief: "grace period has ended",
    advice: "Nothing, if nobody uses the old string.",
  },
  "retire-now": {
    action: "retire",
    meaning: "its deactivation was requested with retireNow",
    brief: "requested with retireNow",
    advice: NOTHING,
  },
  orphan: {
    action: "discard",
    meaning: "its string is stored nowhere: a run was interrupted",
    brief: "string is stored nowhere",
    advice: NOTHING,
  },
  "lost-race": {
    action: "discard",
    meaning: "another run replaced the same token first",
    brief: "another run was first",
    advice: NOTHING,
  },
  revoked: {
    action: "skip",
    ...RESPECTED,
    meaning: "somebody deactivated it; the worker doesn't undo that",
    brief: "deactivated by somebody",
    advice:
      "If this was intentional, nothing. To continue, activate it again in Losant. Or force another live token of this lineage by its id: losant-token-rotation rotate --force --token ID",
  },
  missing: {
    action: "skip",
    ...RESPECTED,
    // Losant no longer says when it would have expired.
    isToldBeforeExpiry: false,
    meaning: "somebody deleted it; the worker doesn't undo that",
    brief: "deleted by somebody",
    advice:
      "If this was intentional, delete the secret. To continue, create a token with this name in Losant, and force it by its id: losant-token-rotation rotate --force --token ID",
  },
  "rolled-back": {
    action: "skip",
    ...HELD_UP,
    needsAPerson: "always",
    meaning: "somebody moved AWSCURRENT; the worker doesn't undo that",
    brief: "AWSCURRENT moved by somebody",
    advice:
      "When you no longer need the old token, force its rotation: losant-token-rotation rotate --token TOKEN --force",
  },
  "orphan-left": {
    action: "skip",
    ...HELD_UP,
    needsAPerson: "always",
    meaning: "orphans that were created for it can't be deleted",
    brief: "orphans can't be deleted",
    advice:
      "Find out why they can't be deleted (the access token needs applicationApiToken.delete), or delete them in Losant. To rotate it at once: losant-token-rotation rotate --token TOKEN --force",
  },
  unproven: {
    action: "skip",
    ...RESPECTED,
    meaning: "the worker's access token created it, for an unknown secret",
    brief: "nothing proves which secret it is for",
    advice:
      "Its string is probably stored nowhere. If nobody uses it, delete it in Losant. To have the worker renew it: losant-token-rotation rotate --token TOKEN --force",
  },
  "marker-unknown": {
    action: "skip",
    ...HELD_UP,
    needsAPerson: "once-due",
    meaning: "its marker can't be checked: an old access token can't be read",
    brief: "its marker can't be checked",
    advice:
      "Allow the worker to read the older versions of the access token's secret (secretsmanager:ListSecretVersionIds and GetSecretValue). Or force its rotation: losant-token-rotation rotate --token TOKEN --force",
  },
  "orphan-reactivated": {
    action: "skip",
    ...RESPECTED,
    meaning: "somebody activated it before the worker deleted it",
    brief: "activated by somebody",
    advice:
      "If nobody uses it, delete it in Losant. To have the worker renew it: losant-token-rotation rotate --token TOKEN --force",
  },
  "retirement-unproven": {
    action: "skip",
    ...WELL,
    isWarned: true,
    isToldIfEndless: true,
    needsAPerson: "always",
    meaning: "was replaced; the proof with which the worker may end it is missing",
    brief: "replaced; no proof to end it",
    advice:
      "If nobody uses the old string, deactivate the token in Losant. Otherwise, it works until it expires.",
  },
  "never-retired": {
    action: "skip",
    ...WELL,
    isWarned: true,
    isToldIfEndless: true,
    needsAPerson: "always",
    meaning: "was replaced, and your policy doesn't retire it",
    brief: "replaced, and works forever",
    advice:
      "When nobody uses the old string any more, end it: losant-token-rotation rotate --token TOKEN --retire-now. Or let your policy end such tokens with `retire`, and roots with `roots`.",
  },
  "root-reactivated": {
    action: "skip",
    ...RESPECTED,
    isToldOfEach: true,
    isToldIfEndless: true,
    meaning: "was replaced and deactivated, and somebody activated it",
    brief: "activated by somebody",
    advice:
      "Make its users use its successor. When nobody uses the old string any more, end it: losant-token-rotation rotate --token TOKEN --retire-now",
  },
  "successor-unread": {
    action: "skip",
    ...NEEDED_BY_CONSUMERS,
    meaning: "was replaced, and nobody has read its successor",
    brief: "nobody has read its successor",
    advice:
      "Its consumers still have the old string. Most read the secret only when they start: restart them. Some read AWSPREVIOUS or a version by its id, or got the string another way: make them read AWSCURRENT. If nobody needs the token: losant-token-rotation rotate --token TOKEN --retire-now",
  },
  "still-read": {
    action: "skip",
    ...NEEDED_BY_CONSUMERS,
    meaning: "was replaced, and somebody has read it since",
    brief: "somebody reads the old version",
    advice:
      "A consumer reads AWSPREVIOUS, or a version by its id. Make it read AWSCURRENT. If nobody needs the token: losant-token-rotation rotate --token TOKEN --retire-now",
  },
  shared: {
    action: "skip",
    ...WELL,
    isWarned: true,
    isAtStake: true,
    needsAPerson: "always",
    meaning: "is current in more than one secret",
    brief: "current in several secrets",
    advice: "The worker renews it for each of these secrets. Delete the secret that nobody reads.",
  },
  "no-scope": {
    action: "skip",
    ...HELD_UP,
    needsAPerson: "once-due",
    meaning: "has no scope, so the worker can't create a successor",
    brief: "has no scope",
    advice: "Create a token with a scope in Losant, and give it to the consumers of this one.",
  },
  "too-short-lived": {
    action: "skip",
    ...HELD_UP,
    needsAPerson: "once-due",
    meaning: "its lifetime is too short for the schedule",
    brief: "lifetime too short for the schedule",
    advice:
      "Use a shorter `schedule`, or create the token again with a lifetime of more than three intervals.",
  },
  "secret-scheduled-for-deletion": {
    action: "skip",
    ...HELD_UP,
    needsAPerson: "always",
    meaning: "its secret is scheduled for deletion",
    brief: "its secret is being deleted",
    advice: "Restore the secret (aws secretsmanager restore-secret), or add the token's name to `exclude`.",
  },
  "secret-owned-by-service": {
    action: "skip",
    ...HELD_UP,
    needsAPerson: "always",
    meaning: "its secret belongs to another AWS service",
    brief: "another service owns its secret",
    advice: "Map the token to another secret with `secrets`.",
  },
  "secret-is-replica": {
    action: "skip",
    ...HELD_UP,
    needsAPerson: "always",
    meaning: "its secret is a replica from another region",
    brief: "its secret is a replica",
    advice:
      "Map the token to another secret with `secrets`, or run the worker in the region of the original secret.",
  },
  excluded: {
    action: "skip",
    ...WELL,
    isToldBeforeExpiry: true,
    needsAPerson: "once-due",
    meaning: "your policy excludes its name",
    brief: "excluded by policy",
    advice:
      "If nobody uses it, nothing. Otherwise, remove its name from `exclude`, or renew it by hand before it expires.",
  },
  "orphan-inactive": {
    action: "skip",
    ...WELL,
    needsAPerson: "never",
    meaning: "is an inactive orphan, and is deleted after a week",
    brief: "deleted a week after deactivation",
    advice: NOTHING,
  },
  "young-orphan": {
    action: "skip",
    ...WELL,
    isAtStake: true,
    needsAPerson: "never",
    meaning: "a run may still be working on it",
    brief: "a run may be working on it",
    advice: "Nothing. A later run, after `orphanAfter`, cleans up.",
  },
  "just-rotated": {
    action: "skip",
    ...WELL,
    isAtStake: true,
    needsAPerson: "never",
    meaning: "was created minutes ago, or by this run",
    brief: "created just now",
    advice: NOTHING,
  },
  undecided: {
    action: "skip",
    ...WELL,
    isAtStake: true,
    needsAPerson: "once-due",
    meaning: "the worker couldn't find out what it needs",
    brief: "could not be decided",
    advice: "Follow the remedy of the error code.",
  },
  superseded: {
    action: "skip",
    ...WELL,
    needsAPerson: "never",
    meaning: "its successor is current",
    brief: "replaced",
    advice: "Nothing.",
  },
  "never-expires": {
    action: "skip",
    ...WELL,
    needsAPerson: "once-due",
    meaning: "never expires, and your policy only reports this",
    brief: "never expires",
    advice: "Nothing. To have it rotated, set `neverExpiring` in your policy to an age.",
  },
  inactive: {
    action: "skip",
    ...WELL,
    needsAPerson: "never",
    meaning: "is inactive, so nobody can use it",
    brief: "inactive",
    advice: "Nothing. If you don't need it, delete it in Losant.",
  },
  "expired-unmanaged": {
    action: "skip",
    ...WELL,
    needsAPerson: "once-due",
    meaning: "expired before the worker ever replaced it",
    brief: "expired before its first rotation",
    advice: "If somebody needs it, create a new token in Losant. Otherwise, delete it there.",
  },
  foreign: {
    action: "skip",
    ...WELL,
    isToldBeforeExpiry: true,
    toldDaysBefore: 14,
    needsAPerson: "once-due",
    meaning: "was created for another account, region or prefix",
    brief: "another deployment's",
    advice:
      "Nothing, if another deployment renews it. To take it over: losant-token-rotation rotate --token TOKEN --force",
  },
  "not-selected": {
    action: "skip",
    ...WELL,
    needsAPerson: "once-due",
    meaning: "the event doesn't name it",
    brief: "not named in the event",
    advice: NOTHING,
  },
  "outside-window": {
    action: "wait",
    ...WELL,
    isAtStake: true,
    needsAPerson: "never",
    meaning: "is due, and waits for its maintenance window",
    brief: "waits for its maintenance window",
    advice: "Nothing. To rotate it now: losant-token-rotation rotate --token TOKEN --force",
  },
  "retirement-outside-window": {
    action: "wait",
    ...WELL,
    needsAPerson: "never",
    meaning: "was replaced, and its end waits for a maintenance window",
    brief: "its end waits for its window",
    advice: "Nothing.",
  },
  "not-due": {
    action: "wait",
    ...WELL,
    isAtStake: true,
    needsAPerson: "once-due",
    meaning: "isn't due yet",
    brief: "not due",
    advice: "Nothing.",
  },
} as const satisfies Readonly<Record<string, EffectReason | RestReason>>;

export type Reason = keyof typeof REASONS;

/** The reasons of one action. */
export type ReasonOf<Action extends (EffectReason | RestReason)["action"]> = {
  [Each in Reason]: (typeof REASONS)[Each]["action"] extends Action ? Each : never;
}[Reason];

/** The entry of a reason that leaves a token as it is. Undefined for a reason to do something. */
export function restOf(reason: Reason): RestReason | undefined {
  const kind: EffectReason | RestReason = REASONS[reason];
  return kind.action === "skip" || kind.action === "wait" ? kind : undefined;
}
