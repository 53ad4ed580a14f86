import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { measureColdStarts } from "./cold/section.ts";
import { coldSection } from "./document/cold.ts";
import { frame } from "./document/frame.ts";
import { growthSection } from "./document/growth.ts";
import { idleSection } from "./document/idle.ts";
import { MENDED } from "./document/mended.ts";
import { stormSection } from "./document/storm.ts";
import { buildFunctions, type Functions } from "./functions.ts";
import { manyApplications, tokensInOneApplication } from "./growth/section.ts";
import { idleRun, realIdleRun } from "./idle/section.ts";
import { type Plan, planFor } from "./options.ts";
import { realStorm } from "./storm/real.ts";
import { firstDraftStorm, workerStorm } from "./storm/virtual.ts";

const DOCUMENT = fileURLToPath(new URL("../docs/BENCHMARKS.md", import.meta.url));

const { plan, isQuick } = planFor(process.argv.slice(2));
// Ctrl-C alone ends a process without its exit handlers, which remove the functions' files.
process.once("SIGINT", () => process.exit(130));
const document = frame(await measured(await buildFunctions(), plan));
if (isQuick) console.log("Everything was measured once, with small counts; nothing is written.");
else {
  writeFileSync(DOCUMENT, document);
  console.log(document);
}

/** The chapters of the document, one after the other, so that nothing is measured beside anything else. */
async function measured(of: Functions, sizes: Plan): Promise<readonly string[]> {
  return [
    coldSection(of, await step("cold starts", () => measureColdStarts(of, sizes.coldRounds))),
    idleSection(await each("idle runs", sizes.idle, idleRun), {
      applications: sizes.realIdle,
      wallMs: await step("idle, real", () => realIdleRun(of, sizes.realIdle)),
    }),
    stormSection({
      worker: await each("storms", sizes.storms, workerStorm),
      sequential: await each("storms, sequential", sizes.storms, (tokens) => firstDraftStorm(tokens, false)),
      parallel: await each("storms, all at once", sizes.storms, (tokens) => firstDraftStorm(tokens, true)),
      realWorker: await step("a real storm", () => realStorm(of.worker, sizes.realStorm, {})),
      realParallel: await step("a real storm, all at once", () =>
        realStorm(of.firstDraft, sizes.realStorm, { parallel: true }),
      ),
    }),
    growthSection({
      tokens: await each("tokens", sizes.tokens, (count) => tokensInOneApplication(of, count)),
      applications: await each("applications", sizes.applications, (count) => manyApplications(of, count)),
    }),
    MENDED,
  ];
}

async function each<Size, Result>(
  what: string,
  sizes: readonly Size[],
  measure: (size: Size) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const size of sizes) results.push(await step(`${what}: ${size}`, () => measure(size)));
  return results;
}

async function step<Result>(what: string, measure: () => Promise<Result>): Promise<Result> {
  console.error(`${new Date().toISOString().slice(11, 19)} ${what}`);
  return measure();
}
