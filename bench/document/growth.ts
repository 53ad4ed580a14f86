import { MOST_OBSERVED_AT_ONCE, OBSERVING_PART } from "../../lambda/limits.ts";
import { HEAP_MEGABYTES } from "../cold/run.ts";
import { type Grown, LINEAGES_EACH, perOneMore } from "../growth/section.ts";
import type { RealIdleRun } from "../idle/section.ts";
import { LATENCY_MS } from "../latencies.ts";
import { megabytes, prose, seconds, table, whole } from "./markdown.ts";

interface Growth {
  readonly tokens: readonly Grown[];
  readonly applications: readonly Grown[];
  /** Runs of the second chapter, in real time. */
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
      `A run that finds nothing to do: the deployed bundle in its own process, with services that answer immediately. This
      measures only the worker's own work. Its heap is limited as Lambda limits it: ${HEAP_MEGABYTES.old} MB
      for old objects, nine tenths of the function's memory.
      Below this limit, Node uses more memory than it needs before it collects garbage.`,
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
      `Calculated from the two largest sizes, one more token costs ${(perTokenMs * 1_000).toFixed(0)} µs and
      ${(perToken / 1_000).toFixed(1)} kB; its share of a page of 1,000 takes Losant ${(LATENCY_MS.losant).toFixed(0)} µs to
      answer. One more application costs ${perApplicationMs.toFixed(1)} ms, and its calls
      ${whole(LATENCY_MS.losant + LATENCY_MS.store)} ms, of which up to ${MOST_OBSERVED_AT_ONCE} run at the same time. After an
      application is planned, the worker keeps only its actions and the rows that fit into the report.`,
      `**When one invocation is no longer enough.** 512 MB are enough for a list of about ${whole(round(fitting))} tokens; for
      more, give the function more memory. On a whole processor core, 15 minutes are enough for about
      ${whole(round(observable))} applications, or fewer if
      Losant answers slowly. After two thirds of its time, a run observes no further application, works on what it has seen, and
      reports the others as \`out-of-time\`. The next run begins with another application, so that [each gets its
      turn](../test/run/order.test.ts). If this goes on, use [a fleet](operate.md#a-fleet). Memory is not what limits the number of
      applications: one that is planned needs half a kilobyte until the run ends, so 150,000, the most that a run discovers, need
      about 80 MB. But with 512 MB, Lambda gives a function 0.29 of a processor core, so that the worker's own work takes more
      than three times as long. Chapter 3 has the number of rotations; a run that is stopped loses none.`,
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

/** Two digits are enough for an extrapolation. */
const round = (value: number) => Number(value.toPrecision(2));
