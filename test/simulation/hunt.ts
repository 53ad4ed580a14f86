import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import type { PlantedFault } from "./planted-fault.ts";
import type { Task } from "./search.ts";

/*
 * A thread that runs the worker with one fault: the worker's source is changed while it is loaded. The thread searches
 * until a promise is broken, and answers with that promise, or with undefined if the whole search found nothing.
 */

const SEEDS = 5_000;

const LAMBDA = new URL("../../lambda/", import.meta.url).href;
const planted = workerData as PlantedFault;
const missing = new Set(planted.edits);

registerHooks({
  load(url, context, nextLoad) {
    const edits = planted.edits.filter(({ file }) => url === LAMBDA + file);
    if (edits.length === 0) return nextLoad(url, context);
    let source = readFileSync(fileURLToPath(url), "utf8");
    for (const edit of edits) {
      if (source.split(edit.from).length !== 2)
        throw new Error(`${edit.file} doesn't hold this text exactly once: ${edit.from}`);
      source = source.replace(edit.from, () => edit.to);
      missing.delete(edit);
    }
    return { format: "module-typescript", source, shortCircuit: true };
  },
});

const { explore, randomTasks } = await import("./search.ts");
const { SCENARIOS } = await import("./scenarios.ts");
/** The two kinds of tasks alternate, because some faults show only in random histories. */
const tasks: readonly Task[] = randomTasks(1, SEEDS, 50).flatMap((random, scenario) =>
  scenario < SCENARIOS.length ? [{ kind: "faults", scenario }, random] : [random],
);

parentPort?.postMessage(await firstCatch());

async function firstCatch() {
  for (const task of [{ kind: "found", about: planted.about } as const, ...tasks]) {
    const { first } = await explore(task);
    if (missing.size > 0) throw new Error("a file with a planted fault is no part of the worker");
    if (first !== undefined) return { where: first.where, promise: first.promise };
  }
  return undefined;
}
