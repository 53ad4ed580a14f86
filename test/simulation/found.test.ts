import { expect, it } from "vitest";
import { DISCOVERED } from "./discovered.ts";
import { ENDLESS } from "./endless.ts";
import { FLEETS } from "./fleets.ts";
import { FOUND } from "./found.ts";
import { GUARDED } from "./guarded.ts";
import { HOSTILE } from "./hostile-found.ts";
import { INSIDE } from "./inside.ts";
import { LASTING } from "./lasting.ts";
import { play } from "./play.ts";
import { READ } from "./read.ts";
import { REFUSED } from "./refused.ts";
import { RENEWED } from "./renewed.ts";

it.each([
  ...DISCOVERED,
  ...ENDLESS,
  ...FLEETS,
  ...FOUND,
  ...GUARDED,
  ...INSIDE,
  ...LASTING,
  ...READ,
  ...REFUSED,
  ...HOSTILE,
  ...RENEWED,
])("$says", async ({ script }) => {
  expect((await play(script)).violations).toEqual([]);
});
