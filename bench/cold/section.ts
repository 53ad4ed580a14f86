import { emulated } from "../emulated.ts";
import type { Functions } from "../functions.ts";
import { type ColdRun, coldRun, type LocalFunction } from "./run.ts";

/** One of the compared functions. */
export interface Contestant {
  readonly key: "empty" | "worker" | "wholeChain" | "firstDraft" | "template";
  readonly title: string;
  readonly of: LocalFunction;
}

export type ColdRuns = ReadonlyMap<Contestant, readonly ColdRun[]>;

const TOKENS = 3;

/** Starts every function once in each round, so that other load on the machine affects all of them equally. */
export async function measureColdStarts(functions: Functions, rounds: number): Promise<ColdRuns> {
  const contestants = contestantsOf(functions);
  const runs = new Map(contestants.map((contestant) => [contestant, [] as ColdRun[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (const contestant of contestants) runs.get(contestant)?.push(await start(contestant));
  }
  return runs;
}

function contestantsOf(functions: Functions): readonly Contestant[] {
  const { empty, worker, wholeChain, firstDraft, template } = functions;
  return [
    { key: "empty", title: "(a) an empty handler", of: empty },
    { key: "worker", title: "the worker", of: worker },
    {
      key: "wholeChain",
      title: "the worker, bundled with the SDK's whole credential chain",
      of: wholeChain,
    },
    { key: "firstDraft", title: "(b) the first draft", of: firstDraft },
    ...(template === undefined
      ? []
      : [{ key: "template", title: "(c) AWS's template, Python", of: template } as const]),
  ];
}

async function start({ key, of }: Contestant): Promise<ColdRun> {
  const context = await emulated({ tokensEach: TOKENS, isDue: true, isSlow: true });
  try {
    const event =
      key === "template"
        ? { secrets: context.secretArns }
        : key === "firstDraft"
          ? {}
          : { trigger: "schedule" };
    const run = await coldRun(of, event, context.env);
    const done = key === "empty" ? 0 : context.losant.calls.filter((call) => call === "create").length;
    if (run.error !== undefined || done !== (key === "empty" ? 0 : TOKENS))
      throw new Error(`${of.name} should rotate ${TOKENS} tokens, but rotated ${done}: ${run.error ?? ""}`);
    return run;
  } finally {
    await context.close();
  }
}
