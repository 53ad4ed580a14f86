import type { ApplicationContext } from "../apply/context.ts";
import { STORE_REFUSALS } from "../limits.ts";
import type { Action, Defer, Rotate } from "../plan/actions.ts";
import type { LineagePlan } from "../plan/plan.ts";
import { dueAt } from "../policy/renewal-window.ts";

/** Multiples of it, modulo 1, leave no wide gap for long: each new one falls into one of the widest. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Schedules are a quarter of an hour or longer: each run of one has another number. */
const QUARTER_HOUR_MS = 15 * 60_000;

/** One lineage, and whose it is. */
interface Prospect {
  readonly context: Pick<ApplicationContext, "application">;
  readonly plan: LineagePlan;
}

/** One lineage with something to do, and the means to do it. */
export interface Work extends Prospect {
  readonly context: ApplicationContext;
}

/** The worker's own access token first; then what issues nothing, since it is owed; then the soonest expiry. */
export function inOrderOfUrgency<Each extends Prospect>(work: readonly Each[]): readonly Each[] {
  return work.toSorted((one, other) => compare(urgency(one), urgency(other)));
}

/**
 * The rotations that go first, one after the other, until the store has taken a string: as many as it may refuse in a row.
 * They come from different places, so that no secrets that take no writes can hold up the others for ever: the most
 * urgent one, or rather the most urgent that no earlier run can have failed at; the others differ from run to run.
 */
export function pilotsAmong<Each extends Prospect>(work: readonly Each[], startedAt: Date): readonly Each[] {
  const rotations = work.filter(isRotation);
  const [first] = rotations;
  if (first === undefined) return [];
  const isUrgent = first.plan.isOwnAccessToken;
  const pilots = new Set([isUrgent ? first : (rotations.find((one) => isFresh(one, startedAt)) ?? first)]);
  const quarters = Math.floor(startedAt.getTime() / QUARTER_HOUR_MS);
  for (let turn = 1; pilots.size < Math.min(STORE_REFUSALS, rotations.length); turn += 1) {
    const at = Math.floor((((quarters * STORE_REFUSALS + turn) * GOLDEN) % 1) * rotations.length);
    const pilot = rotations[at];
    if (pilot !== undefined) pilots.add(pilot);
  }
  return [...pilots];
}

/** Not by subtraction, which makes no number of two that are infinite. */
function compare(one: number, other: number): number {
  return Number(one > other) - Number(one < other);
}

export function isRotation({ plan }: Prospect): boolean {
  return rotationOf(plan) !== undefined;
}

function rotationOf({ actions }: LineagePlan) {
  return actions.find((action) => action.kind === "rotate");
}

function urgency({ plan }: Prospect): number {
  const rotation = rotationOf(plan);
  if (plan.isOwnAccessToken) return Number.NEGATIVE_INFINITY;
  if (plan.isUnexplained) return Number.POSITIVE_INFINITY;
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
