import { type Lineage, resolveLineages } from "../lineage/lineage.ts";
import { membershipsOf } from "../lineage/membership.ts";
import type { ListedToken, Snapshot } from "../lineage/snapshot.ts";
import type { SecretArn, SecretName } from "../model/secret.ts";
import type { ApiToken, RunId } from "../model/token.ts";
import { dueAt } from "../policy/renewal-window.ts";
import type { Selection } from "../policy/request.ts";
import type { Action, SkipReason } from "./actions.ts";
import { ruleOnHead } from "./head.ts";
import { discardOrphans } from "./orphans.ts";
import { retireSuperseded } from "./retirement.ts";
import { blockedBy, type RuleInput, skip } from "./rule-input.ts";
import { finishUnfinished } from "./unfinished.ts";

/** All that is to be done and said about one lineage, in order. Strays have none. */
export interface LineagePlan {
  readonly secretName: SecretName | undefined;
  readonly secretArn: SecretArn | undefined;
  readonly isOwnAccessToken: boolean;
  readonly actions: readonly Action[];
}

export interface Circumstances {
  readonly now: Date;
  readonly runId: RunId;
  readonly selection: Selection;
}

/** What to do with each token of an application, and why: decided from values alone. */
export function plan(snapshot: Snapshot, circumstances: Circumstances): readonly LineagePlan[] {
  const { selection, now } = circumstances;
  const { application, readAt, login } = snapshot;
  const input: RuleInput = {
    ...circumstances,
    policy: application.policy,
    readAt,
    login,
  };
  const places = membershipsOf(snapshot, selection, now);
  const strays = [...snapshot.tokens.values()].flatMap((token): LineagePlan[] => {
    const place = places.get(token.id);
    if (place?.kind === "stray") return [ofStray(skip(token, place.reason))];
    return place?.kind === "failed" ? [ofStray({ kind: "fail", subject: token, error: place.error })] : [];
  });
  const lineages = resolveLineages(snapshot, places, now).map((lineage) => ({
    secretName: lineage.secretName,
    secretArn: lineage.secret?.arn,
    isOwnAccessToken: lineage.isOwnAccessToken,
    actions: planLineage(lineage, input),
  }));
  return [...lineages, ...strays];
}

function ofStray(action: Action): LineagePlan {
  return { secretName: undefined, secretArn: undefined, isOwnAccessToken: false, actions: [action] };
}

function planLineage(lineage: Lineage, input: RuleInput): readonly Action[] {
  if (lineage.reading?.kind === "unreadable") {
    const { error } = lineage.reading;
    return membersOf(lineage).map((subject) => ({ kind: "fail", subject, error }));
  }
  // A promise ends in a write to the secret, which a blocked one refuses: it is kept once the secret is back.
  const isBlocked = blockedBy(lineage) !== undefined;
  const promises = isBlocked ? [] : finishUnfinished(lineage, input);
  const orphans = isBlocked ? [] : discardOrphans(lineage, input);
  // Resuming is this run's rotation of the lineage.
  const isResumed = promises.some(({ kind }) => kind === "resume");
  const verdict = isResumed ? undefined : ruleOnHead(lineage, input);
  const retired = retireSuperseded(lineage, verdict, input);
  const said = [...promises, ...orphans, ...(verdict === undefined ? [] : [verdict]), ...retired];
  return [...said, ...unmentioned(lineage, said, input)];
}

function membersOf({ head, orphans, superseded, staged }: Lineage): readonly ListedToken[] {
  const all = [head?.token, ...orphans, ...superseded, ...staged.map(({ token }) => token)];
  return [
    ...new Map(all.flatMap((token) => (token === undefined ? [] : [[token.id, token] as const]))).values(),
  ];
}

/** Every listed token gets one outcome: those that no rule has spoken of. */
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

/** What comes of a token that is about to become current. */
function afterPromotion(token: ApiToken, { policy }: RuleInput): Action {
  const at = dueAt(token, policy);
  return at === undefined
    ? skip(token, "never-expires")
    : { kind: "wait", reason: "not-due", subject: token, dueAt: at };
}
