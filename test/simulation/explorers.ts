import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { type Findings, NOTHING, type Task, together } from "./search.ts";

/** Explores all tasks, with a thread for each core, and ends early when a promise was broken. */
export async function exploreAll(
  tasks: readonly Task[],
  tell: (sofar: Findings) => void = () => {},
  threads = availableParallelism(),
): Promise<Findings> {
  const left = tasks.values();
  let found = NOTHING;
  const work = async () => {
    const thread = new Worker(new URL("./explorer.ts", import.meta.url), { execArgv: [] });
    try {
      for (const task of left) {
        if (found.broken > 0) break;
        const answer = await answerOf(thread, task);
        // The result is added only now, so that it includes what the other threads found meanwhile.
        found = together(found, answer);
        tell(found);
      }
    } finally {
      await thread.terminate();
    }
  };
  await Promise.all(Array.from({ length: threads }, work));
  return found;
}

function answerOf(thread: Worker, task: Task): Promise<Findings> {
  return new Promise((resolve, reject) => {
    thread.once("error", reject);
    thread.once("message", (findings: Findings) => {
      thread.off("error", reject);
      resolve(findings);
    });
    thread.postMessage(task);
  });
}
