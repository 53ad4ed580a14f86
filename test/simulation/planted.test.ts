import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { PLANTED_FAULTS } from "./planted.ts";
import type { PlantedFault } from "./planted-fault.ts";

/* Tests the simulation itself: each of these faults, planted into the worker's source, must break a promise. */

describe.concurrent("a worker with a planted fault is caught", () => {
  it.each(PLANTED_FAULTS)("$name", async (planted) => {
    expect(await caught(planted)).toMatchObject({ promise: expect.any(String) });
  });
});

function caught(planted: PlantedFault): Promise<unknown> {
  const thread = new Worker(new URL("./hunt.ts", import.meta.url), { workerData: planted, execArgv: [] });
  return new Promise((resolve, reject) => {
    thread.once("error", reject);
    thread.once("message", resolve);
  }).finally(() => thread.terminate());
}
