import type { Lineage } from "../lineage/lineage.ts";
import type { ListedToken } from "../lineage/snapshot.ts";
import { AWSPREVIOUS, holderOf } from "../model/secret.ts";
import { after } from "../model/time.ts";
import { type ApiToken, isExpired, isLive } from "../model/token.ts";
import type { Policy } from "../policy/policy.ts";
import { promotableForMs } from "../policy/renewal-window.ts";
import { isNamed, isSelected } from "../policy/request.ts";
import { type Action, type Fail, type Retire, stillLoggedInWith } from "./actions.ts";
import { isLogin, type RuleInput } from "./rule-input.ts";

/**
 * Rule 8: superseded tokens whose grace is over. Never where the current token is in doubt, where its event is still
 * owed, or where the worker had to log in with the previous version of its own credential.
 */
export function retireSuperseded(
  lineage: Lineage,
  verdict: Action | undefined,
  input: RuleInput,
): readonly Action[] {
  if (verdict === undefined || !isHealthy(lineage, input)) return [];
  const { selection, now, login } = input;
  return lineage.superseded.flatMap((token): (Retire | Fail)[] => {
    if (!isSelected(token, selection) || (verdict.kind !== "settle" && verdict.subject.id === token.id))
      return [];
    if (selection.retireNow && isNamed(token, selection)) {
      if (isLogin(token, login)) return [{ kind: "fail", subject: token, error: stillLoggedInWith(token) }];
      // One as young as the current one may be on its way to take its place, unseen by a description that lags.
      const isBehind = lineage.head?.token !== undefined && token.createdAt < lineage.head.token.createdAt;
      return isBehind && isLive(token, now) ? [retireNow(token, lineage)] : [];
    }
    const due = lineage.unannounced === undefined ? stepDue(token, lineage, input) : undefined;
    return due === undefined ? [] : [{ kind: "retire", reason: "grace-over", subject: token, ...due }];
  });
}

function retireNow(subject: ListedToken, { secret }: Lineage): Retire {
  const former = secret && holderOf(secret, AWSPREVIOUS);
  return { kind: "retire", reason: "retire-now", step: "deactivate", subject, former };
}

function isHealthy({ head, isRolledBack, isOwnAccessToken }: Lineage, { now, login }: RuleInput): boolean {
  if (head?.kind !== "current" || head.token === undefined || isRolledBack) return false;
  return isLive(head.token, now) && !(isOwnAccessToken && login.stage === "AWSPREVIOUS");
}

/** A root is never retired by policy, its users may still hold it by hand; nor is what this worker did not make. */
function stepDue(
  token: ApiToken,
  lineage: Lineage,
  { now, policy }: RuleInput,
): Required<Pick<Retire, "step" | "dueAt">> | undefined {
  const isOurs = lineage.madeHere.has(token.id) && (token.creatorType ?? "apiToken") === "apiToken";
  const startsAt = graceStartsAt(token, lineage, policy);
  if (!isOurs || startsAt === undefined) return undefined;
  const elapsedMs = now.getTime() - startsAt.getTime();
  const { deactivateAfterMs = Number.POSITIVE_INFINITY, deleteAfterMs = Number.POSITIVE_INFINITY } =
    policy.retire;
  if (elapsedMs >= deleteAfterMs) return { step: "delete", dueAt: after(startsAt, deleteAfterMs) };
  return elapsedMs >= deactivateAfterMs && token.status === "active" && !isExpired(token, now)
    ? { step: "deactivate", dueAt: after(startsAt, deactivateAfterMs) }
    : undefined;
}

/**
 * When the token stopped being current, at the latest. Once its successor has a successor: when that was created. While
 * it is the previous one: when the current one could last be promoted, or the secret changed after that.
 */
function graceStartsAt(
  { id, createdAt }: ApiToken,
  { secret, chain, head, superseded }: Lineage,
  policy: Policy,
): Date | undefined {
  if (secret === undefined || head?.token === undefined) return undefined;
  const { versions, lastChangedAt } = secret;
  const isPrevious = versions.some(
    (version) => version.labels.includes(AWSPREVIOUS) && version.id.startsWith(`losant-${id}-`),
  );
  const position = chain.indexOf(id);
  // From the head backwards: two before it stands the successor of its successor.
  const laterId = isPrevious || position < 2 ? undefined : chain[position - 2];
  const later =
    laterId === undefined ? undefined : [head.token, ...superseded].find((token) => token.id === laterId);
  // A token that is younger than the current one may be on its way to take its place, unseen.
  const youngestMs = Math.max(createdAt.getTime(), head.token.createdAt.getTime());
  const promotedByMs = youngestMs + promotableForMs(policy);
  return later?.createdAt ?? new Date(Math.max(lastChangedAt.getTime(), promotedByMs));
}
