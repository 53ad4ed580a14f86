import { type Command, EXIT, type ExitCode, runCommand } from "../../cli/command/command.ts";
import type { CommandIo } from "../../cli/command/io.ts";
import { processIo, runAsProcess } from "../../cli/command/process.ts";
import { Misuse } from "../../cli/command/stops.ts";
import { exploreAll } from "./explorers.ts";
import { play } from "./play.ts";
import type { Script } from "./script.ts";
import { exhaustiveTasks, type Findings, fleetTasks, randomTasks } from "./search.ts";
import { shrink } from "./shrink.ts";

interface Search {
  readonly schedules: number;
  readonly seed: number;
  readonly isRandomOnly: boolean;
}

const FLAGS = {
  schedules: { type: "string", value: "N", about: "the number of random histories (default 20000)" },
  seed: {
    type: "string",
    value: "S",
    about: "the seed of the first one; the next ones have S+1, S+2 … (default 1)",
  },
  "random-only": {
    type: "boolean",
    about: "leave out the exhaustive search: one fault at each call, and each pair of crashes",
  },
} as const;

export const simulateCommand: Command<typeof FLAGS, Search> = {
  name: "simulate",
  summary: "Search for a history that breaks a guarantee",
  about: [
    "Runs the real worker in memory and in virtual time, with every kind of failure, and checks what happens to tokens and secrets against the guarantees in docs/RELIABILITY.md.",
  ],
  flags: FLAGS,
  exit: "0 if every guarantee was kept, 1 if one was broken, 2 if nothing was simulated",
  optionsFrom: ({ schedules = "20000", seed = "1", "random-only": isRandomOnly = false }) => ({
    schedules: wholeNumber("--schedules", schedules),
    seed: wholeNumber("--seed", seed),
    isRandomOnly,
  }),
  main: simulate,
};

async function simulate({ schedules, seed, isRandomOnly }: Search, io: CommandIo): Promise<ExitCode> {
  const { stdout, stderr } = io;
  const startedMs = performance.now();
  const tasks = [
    ...(isRandomOnly ? [] : await exhaustiveTasks()),
    ...fleetTasks(seed, schedules),
    ...randomTasks(seed, schedules),
  ];
  // The number of schedules in a part of the exhaustive search is known only after that part has been searched.
  let done = 0;
  const showProgress = ({ schedules: played }: Findings) => {
    done += 1;
    if (stderr.isTTY) stderr.write(`\r${done} of ${tasks.length} parts of the search, ${played} schedules `);
  };
  const found = await exploreAll(tasks, showProgress);
  if (stderr.isTTY) stderr.write("\r\u001b[2K");
  stdout.write(`${linesOf(found, (performance.now() - startedMs) / 1_000).join("\n")}\n`);
  if (found.first === undefined) return EXIT.good;
  stdout.write(`\n${await storyOf(found.first.where, found.first.script)}\n`);
  return EXIT.failed;
}

function wholeNumber(flag: string, text: string): number {
  const number = Number(text);
  if (text !== "" && Number.isSafeInteger(number) && number >= 0) return number;
  throw new Misuse(`${flag} must be a whole number`);
}

function linesOf({ schedules, runs, effects, acts, faults, broken }: Findings, seconds: number) {
  const { "crash-before": before = 0, "crash-after": after = 0, ...others } = faults;
  const kinds = Object.entries(others).toSorted(([, one], [, other]) => other - one);
  const rows: readonly (readonly [string, string | number])[] = [
    ["schedules", schedules],
    ["runs of the worker", runs],
    ["calls of its ports", effects],
    ["crashes", before + after],
    ...kinds.map(([kind, count]) => [`faults: ${kind}`, count] as const),
    ["deeds of people", acts],
    ["violations", broken],
    ["seconds", seconds.toFixed(1)],
  ];
  return rows.map(([what, count]) => `${what.padEnd(24)}${String(count).padStart(12)}`);
}

/** A readable failure: the smallest history that breaks the same promise, call by call. */
async function storyOf(where: string, script: Script): Promise<string> {
  const smaller = await shrink(script);
  const { trace } = await play(smaller, { traced: true });
  const entries = smaller.entries.map((entry) => JSON.stringify(entry));
  return [
    `${where}, reduced to the smallest history that still breaks the guarantee:`,
    JSON.stringify(smaller.setting),
    ...entries,
    "",
    ...trace,
  ].join("\n");
}

if (import.meta.main)
  await runAsProcess(() => runCommand(simulateCommand, process.argv.slice(2), processIo()));
