import type { Reason } from "../../lambda/apply/outcomes.ts";

const NOTHING = "Nothing: the worker does it by itself.";

/** What a person does about a token, whose id stands for TOKEN, for which the next run has this reason. */
export const ADVICE = {
  "renewal-window": NOTHING,
  expired: "Nothing; whoever uses it is locked out until that run: start it now with npm run rotate.",
  "max-age": NOTHING,
  forced: NOTHING,
  unfinished: NOTHING,
  unannounced:
    "Nothing, unless it lasts: then the event bus refuses the event, and the log of the run says why.",
  "grace-over": "Nothing, if nobody uses the old string any more.",
  "retire-now": NOTHING,
  orphan: NOTHING,
  "lost-race": NOTHING,
  superseded: "Nothing.",
  excluded:
    "If nobody uses it, nothing. Else take its name out of `exclude`, or renew it by hand before it ends.",
  "never-expires": "Nothing. A policy with `neverExpiring` set to an age would rotate it.",
  inactive: "Nothing: nobody can use it. Delete it in Losant, if it is in the way.",
  "expired-unmanaged": "If somebody needs it, make a new one in Losant by hand. Else delete it there.",
  "no-scope": "Make a token with a scope in Losant by hand, and give that to whoever uses this one.",
  "too-short-lived": "Run more often (`schedule`), or make it anew with a life of more than three intervals.",
  foreign:
    "Nothing: another account, region or prefix looks after it. To take it over: npm run rotate -- --token TOKEN --force.",
  "damaged-marker":
    "Find out what it is. Mend the line in its description as its neighbours have it, or, if nobody uses it, delete it in Losant.",
  revoked:
    "If that was meant, nothing. To go on: reactivate it in Losant, or npm run rotate -- --token with the id of a live token of this lineage, and --force.",
  missing:
    "If that was meant, delete the secret. To go on, make a token of this name in Losant, and then: npm run rotate -- --force --token with its id.",
  "rolled-back": "When the reason for going back is over: npm run rotate -- --token TOKEN --force.",
  "young-orphan": "Nothing: a later run, after `orphanAfter`, clears it up.",
  "just-rotated": NOTHING,
  "secret-scheduled-for-deletion":
    "Restore the secret (aws secretsmanager restore-secret), or put the token's name into `exclude`.",
  "secret-owned-by-service": "Map the token's name to another secret with `secrets`.",
  "not-selected": NOTHING,
  "not-due": "Nothing.",
  undecided: "What the remedy says.",
} as const satisfies Record<Reason, string>;
