import { parseArgs } from "node:util";
import { exploreAll } from "./explorers.ts";
import { play } from "./play.ts";
import type { Script } from "./script.ts";
import { exhaustiveTasks, type Findings, randomTasks } from "./search.ts";
import { shrink } from "./shrink.ts";

const USAGE = `Usage: npm run simulate -- [options]

Plays the real worker in memory and virtual time, with everything going wrong that can, and holds
what happens to tokens and secrets against what users are promised.

  --schedules N   how many random histories (20000)
  --seed S        of the first of them; the others count upwards (1)
  --random-only   leave out the exhaustive search: one fault at each call, each pair of crashes
  --help          this text

Exit code: 0 if every promise was kept, 1 if one was broken, 2 if nothing was simulated.`;

const OPTIONS = {
  schedules: { type: "string", default: "20000" },
  seed: { type: "string", default: "1" },
  "random-only": { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

process.exitCode = await simulate(process.argv.slice(2));

async function simulate(args: readonly string[]): Promise<number> {
  const asked = askedFor(args);
  if (typeof asked === "string") {
    process.stderr.write(`${asked}\n`);
    return asked === USAGE ? 0 : 2;
  }
  const startedMs = performance.now();
  const { schedules, seed, isRandomOnly } = asked;
  const tasks = [...(isRandomOnly ? [] : await exhaustiveTasks()), ...randomTasks(seed, schedules)];
  const found = await exploreAll(tasks, showProgress);
  process.stdout.write(`${linesOf(found, (performance.now() - startedMs) / 1_000).join("\n")}\n`);
  if (found.first === undefined) return 0;
  process.stdout.write(`\n${await storyOf(found.first.where, found.first.script)}\n`);
  return 1;
}

function askedFor(args: readonly string[]) {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    const [schedules, seed] = [Number(values.schedules), Number(values.seed)];
    if (values.help) return USAGE;
    if (!Number.isSafeInteger(schedules) || schedules < 0) return "--schedules must be a whole number";
    if (!Number.isSafeInteger(seed) || seed < 0) return "--seed must be a whole number";
    return { schedules, seed, isRandomOnly: values["random-only"] };
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

function showProgress({ schedules }: Findings): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${schedules} schedules `);
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

/** A failure that a person can read: the smallest history that breaks the same promise, call by call. */
async function storyOf(where: string, script: Script): Promise<string> {
  const smaller = await shrink(script);
  const { trace } = await play(smaller, { traced: true });
  const entries = smaller.entries.map((entry) => JSON.stringify(entry));
  return [`${where}, made smaller:`, JSON.stringify(smaller.setting), ...entries, "", ...trace].join("\n");
}
