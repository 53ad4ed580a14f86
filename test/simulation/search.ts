import { crashPairs, meddling, type Played, pairSearches, singleFaults, sleepers } from "./crashes.ts";
import { DISCOVERED } from "./discovered.ts";
import { ENDLESS } from "./endless.ts";
import { FLEETS } from "./fleets.ts";
import { FOUND } from "./found.ts";
import { scriptOf } from "./generate.ts";
import { fleetScriptOf } from "./generate-fleet.ts";
import { GUARDED } from "./guarded.ts";
import { HOSTILE } from "./hostile-found.ts";
import { INSIDE } from "./inside.ts";
import { LASTING } from "./lasting.ts";
import { play } from "./play.ts";
import { READ } from "./read.ts";
import { REFUSED } from "./refused.ts";
import { RENEWED } from "./renewed.ts";
import { SCENARIOS } from "./scenarios.ts";

/** A part of the whole search, small enough to be distributed. Everything in it can be sent to another thread. */
export type Task =
  /** Random histories with these seeds. */
  | { readonly kind: "random"; readonly from: number; readonly count: number }
  /** Two weeks of a fleet. */
  | { readonly kind: "fleet"; readonly seed: number }
  /**
   * The scenario is a place in the list. Either one fault at each call, or two crashes, the first of them at `call`.
   */
  | { readonly kind: "faults"; readonly scenario: number }
  /** Failures that were found before, those of discovery or of fleets first if that is what it is `about`. */
  | { readonly kind: "found"; readonly about?: "discovery" | "fleet" | undefined }
  | { readonly kind: "pairs"; readonly scenario: number; readonly nextRun: NextRun; readonly call: number };
type NextRun = Parameters<typeof crashPairs>[0]["nextRun"];

export interface Broken {
  readonly script: Played["script"];
  /** The seed, or the scenario. */
  readonly where: string;
  readonly promise: string;
}

/** What was explored, and the first history in which a promise was broken. */
export interface Findings {
  readonly schedules: number;
  readonly runs: number;
  readonly effects: number;
  readonly acts: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly broken: number;
  readonly first: Broken | undefined;
}

export const NOTHING: Findings = {
  schedules: 0,
  runs: 0,
  effects: 0,
  acts: 0,
  faults: {},
  broken: 0,
  first: undefined,
};

/**
 * For every scenario and every call: each single fault, each pair of crashes, a long pause, and actions of a person.
 */
export async function exhaustiveTasks(): Promise<readonly Task[]> {
  const tasks: Task[] = [{ kind: "found" }];
  for (const [scenario, what] of SCENARIOS.entries()) {
    tasks.push({ kind: "faults", scenario });
    for (const { nextRun, call } of await pairSearches(what))
      tasks.push({ kind: "pairs", scenario, nextRun, call });
  }
  return tasks;
}

/** One for each two thousand random histories, because it takes as long as hundreds of them. */
export function fleetTasks(seed: number, schedules: number): readonly Task[] {
  return Array.from({ length: Math.floor(schedules / 2_000) }, (_, index) => ({
    kind: "fleet",
    seed: seed + index,
  }));
}

export function randomTasks(seed: number, schedules: number, size = 250): readonly Task[] {
  return Array.from({ length: Math.ceil(schedules / size) }, (_, index) => ({
    kind: "random",
    from: seed + index * size,
    count: Math.min(size, schedules - index * size),
  }));
}

export async function explore(task: Task): Promise<Findings> {
  let found = NOTHING;
  for await (const { script, history, where } of historiesOf(task)) {
    const promise = history.violations[0]?.promise;
    const first = promise === undefined ? undefined : { script, where, promise };
    found = together(found, { ...history.tallies, schedules: 1, broken: first ? 1 : 0, first });
    if (first !== undefined) break;
  }
  return found;
}

export function together(one: Findings, other: Findings): Findings {
  const faults: Record<string, number> = { ...one.faults };
  for (const [kind, count] of Object.entries(other.faults)) faults[kind] = (faults[kind] ?? 0) + count;
  return {
    schedules: one.schedules + other.schedules,
    runs: one.runs + other.runs,
    effects: one.effects + other.effects,
    acts: one.acts + other.acts,
    broken: one.broken + other.broken,
    faults,
    first: one.first ?? other.first,
  };
}

async function* historiesOf(task: Task): AsyncIterable<Played & { readonly where: string }> {
  if (task.kind === "random") {
    for (let seed = task.from; seed < task.from + task.count; seed += 1) {
      const script = scriptOf(seed);
      yield { script, history: await play(script), where: `seed ${seed}` };
    }
    return;
  }
  if (task.kind === "fleet") {
    const script = fleetScriptOf(task.seed);
    yield { script, history: await play(script), where: `fleet ${task.seed}` };
    return;
  }
  if (task.kind === "found") {
    for (const { script, says } of foundBefore(task.about))
      yield { script, history: await play(script), where: says };
    return;
  }
  const scenario = SCENARIOS[task.scenario];
  if (scenario === undefined) throw new Error(`there is no scenario ${task.scenario}`);
  const searches =
    task.kind === "faults"
      ? [singleFaults(scenario), sleepers(scenario), meddling(scenario)]
      : [crashPairs({ ...task, scenario })];
  for (const found of searches) for await (const played of found) yield { ...played, where: scenario.name };
}

/** The quick ones first, because a search ends with the first that breaks a promise. */
function foundBefore(about: "discovery" | "fleet" | undefined) {
  const quick = [RENEWED, HOSTILE, ENDLESS, FOUND, GUARDED, READ, REFUSED, INSIDE, LASTING];
  const all = about === "fleet" ? [FLEETS, DISCOVERED, ...quick] : [...quick, DISCOVERED, FLEETS];
  return (about === "discovery" ? [DISCOVERED, ...quick, FLEETS] : all).flat();
}
