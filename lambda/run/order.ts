import type { ApplicationContext } from "../apply/context.ts";
import { STORE_REFUSALS } from "../limits.ts";
import type { Action, Defer, Rotate } from "../plan/actions.ts";
import type { LineagePlan } from "../plan/plan.ts";
import { dueAt } from "../policy/renewal-window.ts";

/** Multiples of it, modulo 1, are spread evenly: each new one falls into one of the widest gaps. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** One lineage and its application. */
interface Prospect {
  readonly context: Pick<ApplicationContext, "application">;
  readonly plan: LineagePlan;
}

/** One lineage with something to do, and everything that is needed for it. */
export interface Work extends Prospect {
  readonly context: ApplicationContext;
}

/** First the worker's own access token. Then unfinished work that issues nothing. Then the soonest expiry. */
export function inOrderOfUrgency<Each extends Prospect>(work: readonly Each[]): readonly Each[] {
  return work.toSorted((one, other) => compare(urgency(one), urgency(other)));
}

/**
 * The rotations that run first, one after the other, until the store has accepted a string: as many as it may refuse in a row.
 * They are from different applications and different positions of the order, so that secrets that accept no writes, or tokens
 * that Losant doesn't replace, can't block the others forever. The first is the most urgent one that no earlier run can have
 * failed with. The others differ from run to run. If earlier runs may have failed with all of them, the most urgent one is the
 * last in every other run, because a single failure may stop all issuing. `orderAt` decides which are the others.
 */
export function pilotsAmong<Each extends Prospect>(
  work: readonly Each[],
  startedAt: Date,
  orderAt = startedAt,
): readonly Each[] {
  const rotations = work.filter(isRotation);
  const [first] = rotations;
  if (first === undefined) return [];
  const isUrgent = first.plan.isOwnAccessToken;
  const leader = isUrgent ? first : (rotations.find((one) => isFresh(one, startedAt)) ?? first);
  // The interval's number, so that those of scheduled runs are consecutive: multiples of larger steps aren't spread evenly.
  const interval = Math.floor(orderAt.getTime() / first.plan.policy.intervalMs);
  const pilots = new Set([leader, ...ofOneApplication(rotations, interval)]);
  for (let turn = 1; pilots.size < Math.min(STORE_REFUSALS, rotations.length); turn += 1) {
    const at = Math.floor((((interval * STORE_REFUSALS + turn) * GOLDEN) % 1) * rotations.length);
    const pilot = rotations[at];
    if (pilot !== undefined) pilots.add(pilot);
  }
  if (isFresh(leader, startedAt) || interval % 2 === 0) return [...pilots];
  return [...[...pilots].filter((one) => one !== leader), leader];
}

/** One rotation of one application, if there are several, so that an application with many tokens isn't tried more often. */
function ofOneApplication<Each extends Prospect>(rotations: readonly Each[], turn: number): readonly Each[] {
  const applications = [...Map.groupBy(rotations, ({ context }) => context.application.id).values()];
  if (applications.length === 1) return [];
  const own = applications[Math.floor(((turn * GOLDEN) % 1) * applications.length)] ?? [];
  // Another number than for the application, or always the same part of its tokens would have their turn.
  return own.slice(Math.floor(((turn * Math.SQRT2) % 1) * own.length)).slice(0, 1);
}

/** Without subtraction, because the difference of two infinite numbers is not a number. */
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

/** Forced, or due for less than two intervals, so at most two runs have tried it. */
function isFresh({ plan }: Prospect, now: Date): boolean {
  const rotation = rotationOf(plan);
  if (rotation === undefined) return false;
  const { policy } = plan;
  const at = dueAt(rotation.subject, policy);
  return (
    rotation.reason === "forced" || (at !== undefined && now.getTime() - at.getTime() < 2 * policy.intervalMs)
  );
}

/** At most `most` rotations. Further rotations are postponed to the next run, but not the other actions of their plans. */
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
 * The same applications, beginning with a different one in each interval. If a run reaches only some of them, the next run reaches
 * others, and each has its turn after about twice as many runs as the minimum. Nothing is remembered: only `orderAt`, the start of the
 * run, decides.
 */
export function applicationOrder<T>(all: readonly T[], orderAt: Date, intervalMs: number): readonly T[] {
  const interval = Math.floor(orderAt.getTime() / intervalMs);
  const first = Math.floor(((interval * GOLDEN) % 1) * all.length);
  return [...all.slice(first), ...all.slice(0, first)];
}
