import { expect, it } from "vitest";
import { FOUND } from "./found.ts";
import { LASTING } from "./lasting.ts";
import { play } from "./play.ts";

it.each([...FOUND, ...LASTING])("$says", async ({ script }) => {
  expect((await play(script)).violations).toEqual([]);
});
