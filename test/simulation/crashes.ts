import { type History, play } from "./play.ts";
import { actAt, FIRST, faultAt, NEXT_RUNS, runAt, type Scenario } from "./scenarios.ts";
import type { Act, FaultKind, RunEntry, Script } from "./script.ts";
import { HOUR } from "./services.ts";

const CRASHES = ["crash-before", "crash-after"] as const satisfies readonly FaultKind[];
const OTHERS = [
  "answer-lost",
  "request-lost",
  "throttled",
  "lost-then-throttled",
  "refused",
  "falsely-refused",
  "unavailable",
  "misread",
  "garbled",
  "skewed",
] as const satisfies readonly FaultKind[];

const ACTS: readonly Act[] = [
  ...(["current", "newest", "previous"] as const).flatMap((whose): Act[] => [
    { do: "deactivate", role: FIRST, whose },
    { do: "delete", role: FIRST, whose },
  ]),
  { do: "damage-marker", role: FIRST, whose: "current" },
  { do: "roll-back", role: FIRST },
  { do: "set-by-hand", role: FIRST },
];

/** One script and the result of playing it. */
export interface Played {
  readonly script: Script;
  readonly history: History;
}

function scriptOf({ setting, before, run }: Scenario, more: Script["entries"] = []): Script {
  return { setting, entries: [...before, run, ...more] };
}

async function played(script: Script): Promise<Played> {
  return { script, history: await play(script) };
}

/** Every call of the scenario's run fails in every way, one way at a time. Effects are counted, not listed. */
export async function* singleFaults(scenario: Scenario): AsyncIterable<Played> {
  const well = await played(scriptOf(scenario));
  yield well;
  for (let call = 0; call < callsOf(well, scenario.run); call += 1) {
    for (const kind of [...CRASHES, ...OTHERS]) {
      yield await played(scriptOf(scenario, [faultAt(scenario.run.id, call, kind)]));
    }
  }
}

/**
 * How long a process is paused: until the token that it issued counts as an orphan, and until the token that it staged
 * is discarded.
 */
const SLEEPS_MS = [2 * HOUR, 16 * HOUR];

/**
 * The process is paused after each call, and nobody ends it. Meanwhile the next runs do what is due, or die as soon as
 * they have deleted something.
 */
export async function* sleepers(scenario: Scenario): AsyncIterable<Played> {
  const run = { ...scenario.run, isEndless: true };
  const sleeping = { ...scenario, run };
  const calls = callsOf(await played(scriptOf(sleeping)), run);
  const meanwhile = SLEEPS_MS.map((ms, index) =>
    runAt(`r1${index}`, run.atMs + ms - HOUR / 2, { deployment: run.deployment }),
  );
  const deaths = meanwhile.map(({ id }) => faultAt(id, "delete", "crash-after"));
  for (let call = 0; call < calls; call += 1) {
    for (const ms of SLEEPS_MS) {
      const pause = { ...faultAt(run.id, call, "pause-after"), ms };
      yield await played(scriptOf(sleeping, [pause, ...meanwhile]));
      yield await played(scriptOf(sleeping, [pause, ...meanwhile, ...deaths]));
    }
  }
}

/** A person does something right before each call of the scenario's run. */
export async function* meddling(scenario: Scenario): AsyncIterable<Played> {
  const calls = callsOf(await played(scriptOf(scenario)), scenario.run);
  for (let call = 0; call < calls; call += 1) {
    for (const act of ACTS)
      yield await played(scriptOf(scenario, [actAt({ run: scenario.run.id, call }, act)]));
  }
}

/**
 * One process dies at this call of the scenario's run, before or after its effect. The next process also dies, at any
 * call.
 */
export interface PairSearch {
  readonly scenario: Scenario;
  readonly nextRun: keyof typeof NEXT_RUNS;
  readonly call: number;
}

/** All pair searches of a scenario, one for each call of its run. */
export async function pairSearches(scenario: Scenario): Promise<readonly PairSearch[]> {
  const calls = callsOf(await played(scriptOf(scenario)), scenario.run);
  return (Object.keys(NEXT_RUNS) as PairSearch["nextRun"][]).flatMap((nextRun) =>
    Array.from({ length: calls }, (_, call) => ({ scenario, nextRun, call })),
  );
}

export async function* crashPairs({ scenario, nextRun, call }: PairSearch): AsyncIterable<Played> {
  const next = NEXT_RUNS[nextRun](scenario);
  for (const kind of CRASHES) {
    const entries = [faultAt(scenario.run.id, call, kind), next];
    const once = await played(scriptOf(scenario, entries));
    yield once;
    for (let second = 0; second < callsOf(once, next); second += 1) {
      for (const other of CRASHES)
        yield await played(scriptOf(scenario, [...entries, faultAt(next.id, second, other)]));
    }
  }
}

function callsOf({ history }: Played, { id }: RunEntry): number {
  return history.calls.get(id) ?? 0;
}
