import { outcomeOf } from "../../lambda/apply/outcomes.ts";
import type { Lineage } from "../../lambda/lineage/lineage.ts";
import { accessSecretOf, findToken, stampedVersions } from "../../lambda/lineage/snapshot.ts";
import { policyOfLineage, policyOfToken } from "../../lambda/lineage/token-policy.ts";
import type { SecretName } from "../../lambda/model/secret.ts";
import { isLive, type TokenId } from "../../lambda/model/token.ts";
import { dueAt, firstRenewedAt } from "../../lambda/policy/renewal-window.ts";
import { byWeight, type ReportRow, replicaRowOf, rowOf } from "../../lambda/report/report.ts";
import { driftOf } from "./drift.ts";
import type { Seen } from "./forecast.ts";
import type { Role, Row, RowSecret } from "./row.ts";
import { urgencyOf } from "./urgency.ts";

/** Every token of one application, in no particular order. */
export function rowsOf(seen: Seen): readonly Row[] {
  const { application, snapshot, lineages, now } = seen;
  const homes = homesOf(lineages);
  const drift = driftOf(snapshot, lineages, now);
  const accessSecret = accessSecretOf(snapshot);
  return [...nextOf(seen)].map(([tokenId, said]): Row => {
    const token = findToken(snapshot, tokenId);
    const home = homes.get(tokenId);
    const policy = home
      ? policyOfLineage(snapshot, home.lineage)
      : policyOfToken(snapshot, token ?? { id: tokenId });
    const isHead = home?.lineage.head?.tokenId === tokenId;
    const facts = {
      applicationId: application.id,
      ownerType: application.ownerType,
      tokenId,
      token,
      isUnreadable: snapshot.unreadable.has(tokenId),
      isLive: token !== undefined && isLive(token, now),
      role: home?.role ?? "stray",
      policy,
      windowOpensAt: token && isHead ? dueAt(token, policy) : undefined,
      renewedFrom: token && isHead ? firstRenewedAt(token, policy, now) : undefined,
      secret: home && secretOf(home.lineage, tokenId, accessSecret),
      read: said.find(({ read }) => read !== undefined)?.read,
      next: said.toSorted(byWeight),
      drift: [...(drift.get(tokenId) ?? []), ...(isNeverRetired(said) ? (["never-retired"] as const) : [])],
    };
    return { ...facts, urgency: urgencyOf(facts, now) };
  });
}

/** Whether only the policy decides that it works forever. */
function isNeverRetired(said: readonly ReportRow[]): boolean {
  return said.some(({ reason }) => reason === "never-retired");
}

/** What the next run does with each token: the actions and reasons of the plan, as rows of its report. */
function nextOf({ application, plans }: Seen): ReadonlyMap<TokenId, readonly ReportRow[]> {
  const next = new Map<TokenId, ReportRow[]>();
  for (const { actions, secretName } of plans) {
    for (const action of actions) {
      if (action.kind === "settle") continue;
      const { id } = action.subject;
      const said = rowOf(application.id, outcomeOf(action, secretName, "planned"));
      next.set(id, [...(next.get(id) ?? []), said]);
    }
  }
  return next;
}

export interface Home {
  readonly lineage: Lineage;
  readonly role: Role;
}

/** The lineage of each token, and the token's role in it. Strays have no entry. */
export function homesOf(lineages: readonly Lineage[]): ReadonlyMap<TokenId, Home> {
  const homes = new Map<TokenId, Home>();
  for (const lineage of lineages) {
    const { head, superseded, staged, orphans } = lineage;
    for (const { id } of superseded) homes.set(id, { lineage, role: "superseded" });
    for (const { version } of staged) homes.set(version.stamp.tokenId, { lineage, role: "staged" });
    for (const { id } of orphans) homes.set(id, { lineage, role: "orphan" });
    if (head !== undefined) homes.set(head.tokenId, { lineage, role: head.kind });
  }
  return homes;
}

function secretOf(lineage: Lineage, tokenId: TokenId, accessSecret: SecretName): RowSecret {
  const { secretName, reading, secret, currentVersionId } = lineage;
  const version = stampedVersions(reading).find(({ stamp }) => stamp.tokenId === tokenId);
  const present = secret?.deletedAt === undefined ? "present" : "scheduled-for-deletion";
  const state =
    reading === undefined
      ? "not-asked"
      : reading.kind === "described" || reading.kind === "indexed"
        ? present
        : reading.kind;
  return {
    name: secretName,
    arn: secret?.arn,
    state,
    versionId: version?.id,
    currentVersionId,
    labels: version?.labels ?? [],
    lastReadAt: secretName === accessSecret ? undefined : lastReadAt(lineage),
    replicas: (secret?.replicas ?? []).map(replicaRowOf),
  };
}

function lastReadAt({ secret, currentVersionId }: Lineage): RowSecret["lastReadAt"] {
  // A secret without a value can't be read.
  if (secret === undefined || currentVersionId === undefined) return undefined;
  return secret.lastReadAt ?? "never";
}
