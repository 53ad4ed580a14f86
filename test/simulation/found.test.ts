import { expect, it } from "vitest";
import { FOUND } from "./found.ts";
import { play } from "./play.ts";

it.each(FOUND)("$says", async ({ script }) => {
  expect((await play(script)).violations).toEqual([]);
});
