import { type Lineage, resolveLineages } from "../lineage/lineage.ts";
import type { Places } from "../lineage/place.ts";
import { placesOf } from "../lineage/places.ts";
import { type Replicated, replicationOf } from "../lineage/replication.ts";
import { type ListedToken, type Snapshot, unreadableError } from "../lineage/snapshot.ts";
import { policyOfLineage, policyOfToken } from "../lineage/token-policy.ts";
import type { SecretArn, SecretName } from "../model/secret.ts";
import type { ApiToken, RunId, TokenId } from "../model/token.ts";
import type { Policy } from "../policy/policy.ts";
import { dueAt } from "../policy/renewal-window.ts";
import type { Selection } from "../policy/request.ts";
import type { UnreadableToken } from "../ports.ts";
import type { Action, Settle, SkipReason, Subject } from "./actions.ts";
import { withRetirement } from "./grace.ts";
import { ruleOnHead } from "./head.ts";
import { discardOrphans } from "./orphans.ts";
import { retireSuperseded } from "./retirement.ts";
import { blockedBy, type RuleInput, skip } from "./rule-input.ts";
import { finishUnfinished } from "./unfinished.ts";
import { withEvidence, withUnread } from "./unread.ts";

/** All actions for one lineage, in order. A stray, which is a token without a lineage, has a plan without a secret. */
export interface LineagePlan {
  readonly secretName: SecretName | undefined;
  readonly secretArn: SecretArn | undefined;
  readonly isOwnAccessToken: boolean;
  readonly headId: TokenId | undefined;
  /** It is unknown who created its head, so other lineages come first. */
  readonly isUnexplained: boolean;
  /** Undefined if its secret has no replicas. */
  readonly replication: Replicated | undefined;
  /** The application's, or that of an entry for single tokens. */
  readonly policy: Policy;
  readonly actions: readonly Action[];
}

export interface Circumstances {
  /** By Losant's clock, like all dates of tokens. */
  readonly now: Date;
  readonly runId: RunId;
  readonly selection: Selection;
}

/** What to do with each token of an application, and why. This depends only on the arguments. */
export function plan(snapshot: Snapshot, circumstances: Circumstances): readonly LineagePlan[] {
  const { application } = snapshot;
  const places = placesOf(snapshot, circumstances.selection, circumstances.now);
  const strays = [...snapshot.tokens.values()].flatMap((token): LineagePlan[] => {
    const place = places.get(token.id);
    if (place?.kind === "stray") {
      const covered = place.isCovered === true ? { isCovered: true } : {};
      return [ofStray({ ...skip(token, place.reason), ...covered }, snapshot)];
    }
    return place?.kind === "failed"
      ? [ofStray({ kind: "fail", subject: token, error: place.error }, snapshot)]
      : [];
  });
  const odd = [...snapshot.unreadable.values()].map((token) =>
    ofStray(
      { kind: "fail", subject: subjectOf(token), error: unreadableError(application, token) },
      snapshot,
    ),
  );
  const lineages = planLineages(snapshot, places, circumstances).map(({ lineage, input, actions }) => ({
    secretName: lineage.secretName,
    secretArn: lineage.secret?.arn,
    isOwnAccessToken: lineage.isOwnAccessToken,
    headId: lineage.head?.tokenId,
    isUnexplained: lineage.head?.kind === "root" && lineage.head.origin.kind === "unexplained",
    replication: replicationOf(lineage, circumstances.now),
    policy: input.policy,
    actions,
  }));
  return [...lineages, ...strays, ...odd];
}

interface PlannedLineage {
  readonly lineage: Lineage;
  /** What decided the actions. */
  readonly input: RuleInput;
  readonly actions: readonly Action[];
}

/** The same for one lineage at a time, together with the lineage. */
export function* planLineages(
  snapshot: Snapshot,
  places: Places,
  circumstances: Circumstances,
): Generator<PlannedLineage, void> {
  const { readAt, login, ownId, losantTime, keys } = snapshot;
  const common: Omit<RuleInput, "policy"> = {
    ...circumstances,
    readAt,
    login,
    ownId,
    hasKeysLeft: keys === "login",
    isClockTrusted: losantTime.isTrusted,
  };
  for (const lineage of resolveLineages(snapshot, places, circumstances.now)) {
    const input = { ...common, policy: policyOfLineage(snapshot, lineage) };
    yield { lineage, input, actions: planLineage(lineage, input) };
  }
}

/** The description can contain anything, so it is not reported. */
function subjectOf({ id, createdAt, expiresAt }: UnreadableToken): Subject {
  return { id, ...(createdAt && { createdAt }), ...(expiresAt && { expiresAt }) };
}

function ofStray(action: Exclude<Action, Settle>, snapshot: Snapshot): LineagePlan {
  return {
    secretName: undefined,
    secretArn: undefined,
    isOwnAccessToken: false,
    headId: undefined,
    isUnexplained: false,
    replication: undefined,
    policy: policyOfToken(snapshot, action.subject),
    actions: [action],
  };
}

/**
 * The rules for one lineage, in order. Each is a function. Other comments refer to these numbers.
 *
 * 1. Unfinished work of an earlier run is announced, settled, resumed or discarded. The other rules still apply.
 * 2. Orphans past `orphanAfter` are discarded; a younger one delays the next rotation, see 7.
 * 3. A secret that is scheduled for deletion or owned by another service blocks the whole lineage, including 1 and 2.
 * 4. If somebody deactivated or deleted the current token: skip, until another token of the lineage is forced.
 * 5. If somebody moved AWSCURRENT back or set a value by hand: skip, until the token is forced or about to expire. The access
 *    token's secret gets only successors of the token that the worker is logged in with.
 * 6. If the event doesn't select the token, the policy excludes it, or it can't have a successor: skip, each with its own reason.
 * 7. If the token is forced, in its renewal window, expired or too old for the policy: rotate, unless a run has just done so.
 * 8. Superseded tokens whose grace period has ended, or that retireNow names: retire. Those that consumers still need: skip.
 * 9. Every other token waits until it is due.
 * 10. Of a superseded token that is left as it is, but whose successor consumers don't read, that is told after three days. Of each
 *     whose grace period lasts, it is told when that ends.
 *
 * Outside of the policy's maintenance windows, 7 and 8 wait, unless something is forced or named by retireNow, or the token has fewer
 * than two intervals left.
 */
function planLineage(lineage: Lineage, input: RuleInput): readonly Action[] {
  if (lineage.reading?.kind === "unreadable") {
    const { error } = lineage.reading;
    return membersOf(lineage).map((subject) => ({ kind: "fail", subject, error }));
  }
  // Unfinished work writes to the secret, and a blocked secret accepts no writes. It is finished when the secret accepts
  // them again.
  const isBlocked = blockedBy(lineage) !== undefined;
  const unfinished = isBlocked ? [] : finishUnfinished(lineage, input);
  const orphans = isBlocked ? [] : discardOrphans(lineage, input);
  // Resuming is this run's rotation of the lineage.
  const isResumed = unfinished.some(({ kind }) => kind === "resume");
  const verdict = isResumed ? undefined : ruleOnHead(lineage, input);
  const retired = retireSuperseded(lineage, verdict, input);
  const said = [...unfinished, ...orphans, ...(verdict === undefined ? [] : [verdict]), ...retired];
  const all = [...said, ...unmentioned(lineage, said, input)];
  return withRetirement(withUnread(withEvidence(all, lineage), lineage, input), lineage, input);
}

function membersOf({ head, orphans, superseded, staged }: Lineage): readonly ListedToken[] {
  const all = [head?.token, ...orphans, ...superseded, ...staged.map(({ token }) => token)];
  return [
    ...new Map(all.flatMap((token) => (token === undefined ? [] : [[token.id, token] as const]))).values(),
  ];
}

/** Every listed token gets an outcome. These are the tokens that no rule has mentioned. */
function unmentioned(lineage: Lineage, said: readonly Action[], input: RuleInput): readonly Action[] {
  const spokenOf = new Set(said.flatMap((action) => (action.kind === "settle" ? [] : [action.subject.id])));
  const successor = said.find((action) => action.kind === "resume")?.successor;
  const young = new Set([...lineage.orphans, ...lineage.staged.flatMap(({ token }) => token ?? [])]);
  return membersOf(lineage)
    .filter(({ id }) => !spokenOf.has(id))
    .map((token): Action => {
      if (token === successor) return afterPromotion(token, input);
      const reason: SkipReason = young.has(token) ? "young-orphan" : "superseded";
      return skip(token, blockedBy(lineage) ?? reason);
    });
}

/** The action for a token that is about to become current. */
function afterPromotion(token: ApiToken, { policy }: RuleInput): Action {
  const at = dueAt(token, policy);
  return at === undefined
    ? skip(token, "never-expires")
    : { kind: "wait", reason: "not-due", subject: token, dueAt: at };
}
