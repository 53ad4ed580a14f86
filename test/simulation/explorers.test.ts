import { expect, it } from "vitest";
import { exploreAll } from "./explorers.ts";
import { explore, NOTHING, randomTasks, together } from "./search.ts";

it("adds up what all of its threads have explored", async () => {
  const tasks = randomTasks(1, 60, 5);
  let alone = NOTHING;
  for (const task of tasks) alone = together(alone, await explore(task));
  expect(alone.schedules).toBe(60);
  expect(await exploreAll(tasks, () => {}, 3)).toEqual(alone);
});
