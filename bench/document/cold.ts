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
      `A fresh process of Node, a client of Lambda's runtime API that loads nothing but Node's own HTTP, then the handler:
      INIT is from the start of the process until it asks for its first event. The first event rotates three tokens that
      were rotated before. (b) is [what somebody would write first](../bench/first-draft/rotation.ts): \`losant-rest\` and
      the two SDK clients, bundled alike, one token after the other, without a look back. (c) is
      [a function in the manner of AWS's templates](../bench/template/lambda_function.py). ${rounds} rounds.`,
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
      `Where a token's scope allows it, the worker tries each new string at Losant before it is stored, which (b) doesn't:
      that takes two more answers of Losant here, one for the rotation that goes first and one for the others, and
      makes the whole run ${ratio(ratioOf("probing", "firstDraft"))} of (b)'s. It is the price of never storing a string
      that nobody has tried.`,
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
