import { parentPort } from "node:worker_threads";
import { explore, type Task } from "./search.ts";

/* A thread that explores tasks one after the other. */

parentPort?.on("message", async (task: Task) => parentPort?.postMessage(await explore(task)));
