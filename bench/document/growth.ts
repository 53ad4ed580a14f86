import { MOST_OBSERVED_AT_ONCE, OBSERVING_PART } from "../../lambda/limits.ts";
import { type Grown, HEAP_MEGABYTES, LINEAGES_EACH, perOneMore } from "../growth/section.ts";
import type { RealIdleRun } from "../idle/section.ts";
import { LATENCY_MS } from "../latencies.ts";
import { megabytes, prose, seconds, table, whole } from "./markdown.ts";

interface Growth {
  readonly tokens: readonly Grown[];
  readonly applications: readonly Grown[];
  /** Of the second chapter's runs, in real time. */
  readonly idle: readonly RealIdleRun[];
}

const MEMORY_BYTES = 512_000_000;
const LONGEST_MS = 15 * 60_000;

export function growthSection({ tokens, applications, idle }: Growth): string {
  const largest = tokens.at(-1);
  const perToken = perOneMore(tokens, "peakBytes");
  const fitting = largest === undefined ? 0 : largest.size + (MEMORY_BYTES - largest.peakBytes) / perToken;
  const perTokenMs = perOneMore(tokens, "cpuMs");
  const perApplicationMs = perOneMore(applications, "cpuMs");
  const observedMs = (LATENCY_MS.store + LATENCY_MS.losant) / MOST_OBSERVED_AT_ONCE;
  const observable = (LONGEST_MS * OBSERVING_PART) / Math.max(observedMs, perApplicationMs);
  return [
    "## 6. Growth",
    prose(
      `A run that finds nothing, the deployed bundle in a process of its own, against services that answer at once: what is
      left is the worker's own work. Its heap is bounded at ${HEAP_MEGABYTES} MB, nine tenths of what the stack gives it;
      below its bound, Node takes more memory than it needs before it cleans up.`,
    ),
    growthTable("tokens, none due, in one listing", tokens),
    growthTable(`applications of ${LINEAGES_EACH} rotated tokens`, applications),
    prose(`The same with the latencies of the second chapter, whose times are virtual.`),
    table(
      ["applications", "tokens each", "wall time", "processor time", "peak memory"],
      idle.map(({ applications: count, lineagesEach, wallMs, cpuMs, peakBytes }) => [
        whole(count),
        whole(lineagesEach),
        seconds(wallMs),
        seconds(cpuMs),
        megabytes(peakBytes),
      ]),
    ),
    prose(
      `From the two largest sizes: one more token costs ${(perTokenMs * 1_000).toFixed(0)} µs and
      ${(perToken / 1_000).toFixed(1)} kB; its share of a page of 1,000 takes Losant ${(LATENCY_MS.losant).toFixed(0)} µs to
      answer. One more application costs ${perApplicationMs.toFixed(1)} ms, and its calls
      ${whole(LATENCY_MS.losant + LATENCY_MS.store)} ms, of which up to ${MOST_OBSERVED_AT_ONCE} run at the same time. An
      application is forgotten as soon as it is planned, all but what is to be done in it and the rows that a report has room for.`,
      `**Where one invocation stops sufficing.** With 512 MB, at a listing of some ${whole(round(fitting))} tokens: beyond, give
      the function more memory. With 15 minutes, at some ${whole(round(observable))} applications, or fewer where Losant
      answers slowly: when two thirds of its time are over, a run looks at no further one, works on what it has seen, and
      reports the others as \`out-of-time\`. The next run begins at another application, so that [each has its
      turn](../test/run/order.test.ts); where that lasts, deploy a second stack with the other half. And at the rotations
      that the third chapter counts, which lose nothing by being stopped.`,
    ),
  ].join("\n\n");
}

function growthTable(title: string, runs: readonly Grown[]): string {
  const titles = [title, "calls", "wall time", "processor time", "per one", "peak memory"];
  return table(
    titles,
    runs.map(({ size, calls, wallMs, cpuMs, peakBytes }) => [
      whole(size),
      whole(calls),
      seconds(wallMs),
      seconds(cpuMs),
      `${((cpuMs * 1_000) / size).toFixed(0)} µs`,
      megabytes(peakBytes),
    ]),
  );
}

/** Two digits say enough of an extrapolation. */
const round = (value: number) => Number(value.toPrecision(2));
