import type { ApplicationContext } from "../apply/context.ts";
import type { Outcome } from "../apply/outcomes.ts";
import { asRotationError } from "../model/errors.ts";
import { masked } from "../model/masked.ts";
import type { Replica, SecretName } from "../model/secret.ts";
import type { LineagePlan } from "../plan/plan.ts";
import { replicasMoment } from "../report/replicas-event.ts";

/**
 * The outcomes of a lineage, with the replicas of its secret that don't get its changes: as the run saw them when it changed the secret,
 * or else after a look, if the run is to tell of them. So a lineage at rest costs a call only then, and only if it has replicas.
 */
export async function withFailedReplicas(
  outcomes: readonly Outcome[],
  lineage: LineagePlan,
  context: ApplicationContext,
): Promise<readonly Outcome[]> {
  const { secretName, headId } = lineage;
  if (secretName === undefined) return outcomes;
  const failedReplicas = await failedReplicasOf(secretName, lineage, context);
  if (failedReplicas.length === 0) return outcomes;
  const isCurrent = ({ successorId, subject }: Outcome) => successorId !== undefined || subject.id === headId;
  const current = outcomes.find(isCurrent) ?? outcomes[0];
  return outcomes.map((outcome) => (outcome === current ? { ...outcome, failedReplicas } : outcome));
}

async function failedReplicasOf(
  name: SecretName,
  lineage: LineagePlan,
  context: ApplicationContext,
): Promise<readonly Replica[]> {
  const { store, log } = context.run;
  const seen = store.failedReplicas(name);
  if (seen.length > 0 || replicasMoment(lineage, context) === undefined) return seen;
  try {
    return await store.lookAtReplicas(name);
  } catch (thrown) {
    const { code, message } = asRotationError(thrown);
    log.warn("the replicas of a secret could not be looked at", { secretName: masked(name), code, message });
    return [];
  }
}
