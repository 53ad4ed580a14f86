import { readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { type Command, EXIT, runCommand } from "../cli/command/command.ts";
import { processIo, runAsProcess } from "../cli/command/process.ts";
import { measureColdStarts } from "./cold/section.ts";
import { coldSection } from "./document/cold.ts";
import { FLEET_HEADING, fleetSection } from "./document/fleet.ts";
import { chapterOf, frame, withChapters } from "./document/frame.ts";
import { growthSection } from "./document/growth.ts";
import { idleSection } from "./document/idle.ts";
import { MENDED } from "./document/mended.ts";
import { poisonedSection } from "./document/poisoned.ts";
import { rateWindowSection } from "./document/rate-window.ts";
import { stormSection } from "./document/storm.ts";
import { fleetStorm, idleSlots, realSlot, sharedQuota } from "./fleet/section.ts";
import { buildFunctions, type Functions } from "./functions.ts";
import { manyApplications, tokensInOneApplication } from "./growth/section.ts";
import { idleRun, realIdleRun } from "./idle/section.ts";
import { BENCH_FLAGS, type BenchOptions, benchOptions, type Plan } from "./options.ts";
import { poisonedAccessToken, poisonedStorm } from "./storm/poisoned.ts";
import { windowedStorm } from "./storm/rate-window.ts";
import { realStorm } from "./storm/real.ts";
import { firstDraftStorm, workerStorm } from "./storm/virtual.ts";

const DOCUMENT = fileURLToPath(new URL("../docs/BENCHMARKS.md", import.meta.url));

export const benchCommand: Command<typeof BENCH_FLAGS, BenchOptions> = {
  name: "bench",
  summary: "Measure the worker",
  about: ["Measures the worker and writes docs/BENCHMARKS.md. This takes several minutes."],
  flags: BENCH_FLAGS,
  exit: "0 if everything was measured",
  optionsFrom: benchOptions,
  main: async ({ plan, isQuick, isVirtual, isFleet }, { stdout }) => {
    // Without this, Ctrl-C ends the process without its exit handlers, which remove the functions' files.
    process.once("SIGINT", () => process.exit(EXIT.interrupted));
    const document = await documentOf(plan, isVirtual, isFleet);
    if (!isQuick) writeFileSync(DOCUMENT, document);
    const said = isQuick ? "Everything works. The counts were small, so nothing was written." : document;
    stdout.write(`${said}\n`);
    return EXIT.good;
  },
};

async function documentOf(plan: Plan, isVirtual: boolean, isFleet: boolean): Promise<string> {
  const before = readFileSync(DOCUMENT, "utf8");
  if (isFleet) return withChapters(before, [await fleetChapter(await buildFunctions(), plan)]);
  if (isVirtual) return withChapters(before, [await idleChapter(plan), ...(await badDays(plan))]);
  return frame([...(await measured(await buildFunctions(), plan)), chapterOf(before, FLEET_HEADING)]);
}

/** The chapters of the document, one after the other, so that measurements don't disturb each other. */
async function measured(of: Functions, sizes: Plan): Promise<readonly string[]> {
  return [
    coldSection(of, await step("cold starts", () => measureColdStarts(of, sizes.coldRounds))),
    await idleChapter(sizes),
    stormSection({
      worker: await each("storms", sizes.storms, workerStorm),
      sequential: await each("storms, sequential", sizes.storms, (tokens) => firstDraftStorm(tokens, false)),
      parallel: await each("storms, all at once", sizes.storms, (tokens) => firstDraftStorm(tokens, true)),
      realWorker: await step("a real storm", () => realStorm(of.worker, sizes.realStorm, {})),
      realParallel: await step("a real storm, all at once", () =>
        realStorm(of.firstDraft, sizes.realStorm, { parallel: true }),
      ),
    }),
    ...(await badDays(sizes)),
    growthSection({
      tokens: await each("tokens", sizes.tokens, (count) => tokensInOneApplication(of, count)),
      applications: await each("applications", sizes.applications, (count) => manyApplications(of, count)),
      idle: await each("idle runs, real", sizes.realIdle, (size) => realIdleRun(of, size)),
    }),
    MENDED,
  ];
}

/* The chapters that are the same on every machine. */

async function idleChapter({ idle }: Plan): Promise<string> {
  return idleSection(await each("idle runs", idle, idleRun));
}

async function badDays({ poisoned, windowed }: Plan): Promise<readonly string[]> {
  return [
    poisonedSection([
      await step("a poisoned secret", () => poisonedStorm(poisoned, 1)),
      await step("a poisoned secret, ten applications", () => poisonedStorm(poisoned, 10)),
      await step("a poisoned access token", () => poisonedAccessToken(poisoned)),
    ]),
    rateWindowSection([
      ...(await each("a rate window", windowed, (tokens) => windowedStorm(tokens, true))),
      ...(await each("a rate window, unsaid", windowed, (tokens) => windowedStorm(tokens, false))),
    ]),
  ];
}

async function fleetChapter(of: Functions, { fleet: { size, storms, shared } }: Plan): Promise<string> {
  const loadBefore = loadavg()[0] ?? 0;
  return fleetSection({
    size,
    loadBefore,
    real: await step("a slot of a fleet, real", () => realSlot(of, size)),
    slots: await step("the slots of a fleet", () => idleSlots(size)),
    storms: await each("storms in a fleet", storms, fleetStorm),
    shared: await each("runs at the same time", shared, sharedQuota),
  });
}

async function each<Size, Result>(
  what: string,
  sizes: readonly Size[],
  measure: (size: Size) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const size of sizes) results.push(await step(`${what}: ${JSON.stringify(size)}`, () => measure(size)));
  return results;
}

async function step<Result>(what: string, measure: () => Promise<Result>): Promise<Result> {
  console.error(`${new Date().toISOString().slice(11, 19)} ${what}`);
  return measure();
}

if (import.meta.main) await runAsProcess(() => runCommand(benchCommand, process.argv.slice(2), processIo()));
