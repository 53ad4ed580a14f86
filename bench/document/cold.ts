import type { ColdRun } from "../cold/run.ts";
import type { ColdRuns, Contestant } from "../cold/section.ts";
import { type Functions, sizeOf } from "../functions.ts";
import { ratiosOf, spreadOf } from "../statistics.ts";
import { aim, bullets, kilobytes, megabytes, ms, prose, ratio, spread, table } from "./markdown.ts";

type Measure = "initMs" | "invocationMs" | "wholeMs" | "cpuMs" | "peakBytes";

export function coldSection(functions: Functions, runs: ColdRuns): string {
  const of = (key: Contestant["key"], measure: Measure) =>
    [...runs].find(([contestant]) => contestant.key === key)?.[1].map((run) => run[measure]) ?? [];
  const ratioOf = (key: Contestant["key"], base: Contestant["key"]) =>
    ratiosOf(of(key, "wholeMs"), of(base, "wholeMs")).median;
  const [worker, firstDraft] = [sizeOf(functions.worker), sizeOf(functions.firstDraft)];
  const peak = spreadOf(of("worker", "peakBytes")).median;
  const rounds = of("worker", "wholeMs").length;
  return [
    "## 1. Cold start and size",
    prose(
      `Each run is a new Node process with a client of Lambda's runtime API, which loads only Node's own HTTP, and then the
      handler. INIT is the time from the start of the process until it asks for its first event. The first event rotates three
      tokens that were rotated before. (b) is [a first draft](../bench/first-draft/rotation.ts), as many would write it:
      \`losant-rest\` and the two SDK clients, bundled in the same way. It rotates one token after the other and checks nothing.
      (c) is [a function that follows AWS's templates](../bench/template/lambda_function.py). ${rounds} rounds.`,
    ),
    table(
      ["", "INIT", "first invocation", "whole cold run", "of (b)", "processor time", "peak memory"],
      [...runs].map(([contestant, own]) => row(contestant, own, of("firstDraft", "wholeMs"))),
    ),
    table(
      ["bundle", "minified", "gzip"],
      [functions.worker, functions.wholeChain, functions.firstDraft].map((one) => {
        const { minified, gzipped } = sizeOf(one);
        return [one.name, kilobytes(minified), kilobytes(gzipped)];
      }),
    ),
    bullets(
      aim("The bundle, as a part of (b)'s", worker.minified / firstDraft.minified, 0.5),
      aim("A whole cold run, as a part of (b)'s", ratioOf("worker", "firstDraft"), 1),
      functions.template === undefined
        ? "(c) was not measured: there is no python3 with boto3 on this machine."
        : aim("A whole cold run, as a part of (c)'s", ratioOf("worker", "template"), 0.6),
      aim("Peak memory", peak / 1e6, 80, (value) => `${Math.round(value)} MB`),
    ),
    prose(
      `The worker tries each new string at Losant before it stores it. (b) doesn't. This takes two more answers from Losant here,
      one for the first rotation and one for the others. In return, no string is stored before it was tried.`,
    ),
  ].join("\n\n");
}

function row({ title }: Contestant, runs: readonly ColdRun[], base: readonly number[]): readonly string[] {
  const of = (measure: Measure) => runs.map((run) => run[measure]);
  const time = (measure: Measure) => spread(spreadOf(of(measure)), ms);
  return [
    title,
    time("initMs"),
    time("invocationMs"),
    time("wholeMs"),
    ratio(ratiosOf(of("wholeMs"), base).median),
    time("cpuMs"),
    megabytes(spreadOf(of("peakBytes")).median),
  ];
}
