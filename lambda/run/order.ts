import type { ApplicationContext } from "../apply/context.ts";
import type { Action, Defer, Rotate } from "../plan/actions.ts";
import type { LineagePlan } from "../plan/plan.ts";
import { dueAt } from "../policy/renewal-window.ts";

/** One lineage, and whose it is. */
interface Prospect {
  readonly context: Pick<ApplicationContext, "application">;
  readonly plan: LineagePlan;
}

/** One lineage with something to do, and the means to do it. */
export interface Work extends Prospect {
  readonly context: ApplicationContext;
}

/**
 * The worker's own credential first; then what issues nothing, since it is owed; then the soonest expiry. The very
 * first rotation is special: it goes alone, and if the store refuses it nothing else is issued in this run. One that
 * earlier runs must have failed at doesn't get that place while a fresh one is there, or a single secret that takes
 * no writes would hold up all others for ever.
 */
export function inOrderOfUrgency<Each extends Prospect>(work: readonly Each[], now: Date): readonly Each[] {
  const ordered = work.toSorted((one, other) => urgency(one) - urgency(other));
  const first = ordered.findIndex(({ plan }) => rotationOf(plan) !== undefined);
  const fresh = ordered.findIndex((candidate) => isFresh(candidate, now));
  if (first < 0 || fresh <= first || ordered[first]?.plan.isOwnAccessToken) return ordered;
  const [pilot] = ordered.splice(fresh, 1);
  return pilot === undefined ? ordered : ordered.toSpliced(first, 0, pilot);
}

function rotationOf({ actions }: LineagePlan) {
  return actions.find((action) => action.kind === "rotate");
}

function urgency({ plan }: Prospect): number {
  const rotation = rotationOf(plan);
  if (plan.isOwnAccessToken) return Number.NEGATIVE_INFINITY;
  return rotation === undefined ? 0 : (rotation.subject.expiresAt?.getTime() ?? Number.MAX_SAFE_INTEGER);
}

/** Asked for by hand, or due for less than two intervals: a run or two at most may have tried it. */
function isFresh({ plan, context }: Prospect, now: Date): boolean {
  const rotation = rotationOf(plan);
  if (rotation === undefined) return false;
  const { policy } = context.application;
  const at = dueAt(rotation.subject, policy);
  return (
    rotation.reason === "forced" || (at !== undefined && now.getTime() - at.getTime() < 2 * policy.intervalMs)
  );
}

/** At most `most` rotations: the later ones are put off to the next run, the rest of their plans is not. */
export function withinBudget<Each extends Prospect>(work: readonly Each[], most: number): readonly Each[] {
  const rotations = work.flatMap(({ plan }) => plan.actions.filter(({ kind }) => kind === "rotate"));
  const isPutOff = new Set<Action>(rotations.slice(most));
  return work.map((one) => ({
    ...one,
    plan: {
      ...one.plan,
      actions: one.plan.actions.map((action) =>
        action.kind === "rotate" && isPutOff.has(action) ? putOff(action) : action,
      ),
    },
  }));
}

function putOff({ reason, subject }: Rotate): Defer {
  return { kind: "defer", action: "rotate", reason, subject };
}

/** Multiples of it, modulo 1, leave no wide gap for long: each new one falls into one of the widest. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * The same applications, beginning at another one in each interval: a run that reaches only some of them reaches others
 * than the runs before it, and each has its turn after about twice as many runs as one would need at best. Nothing of
 * this is remembered: only the start of the run decides.
 */
export function applicationOrder<T>(all: readonly T[], startedAt: Date, intervalMs: number): readonly T[] {
  const interval = Math.floor(startedAt.getTime() / intervalMs);
  const first = Math.floor(((interval * GOLDEN) % 1) * all.length);
  return [...all.slice(first), ...all.slice(0, first)];
}
