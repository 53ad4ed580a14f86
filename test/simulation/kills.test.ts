import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Bundle } from "../support/bundle.ts";
import { killScriptOf, stepwiseKills } from "./kill-script.ts";
import { type KillHistory, playForReal } from "./kills.ts";
import { bundleWith, MISTAKES } from "./planted-bundles.ts";
import type { Script } from "./script.ts";

/** To repeat one seed, leave only its number here. */
const SEEDS = [1, 2, 3, 4];
const ROUNDS = 45;

const bundle = new Bundle();
beforeAll(() => bundle.build());
afterAll(() => bundle.remove());

const brokenIn = ({ violations }: KillHistory) =>
  violations.map(({ promise, what }) => `${promise}: ${what}`);

/** Empty if everything went well; otherwise what a person needs to repeat the failure. */
function storyOf(seed: number | "stepwise", { setting, entries }: Script, history: KillHistory): string {
  if (history.violations.length === 0) return "";
  const script = [setting, ...entries].map((part) => JSON.stringify(part));
  return [`seed ${seed}`, ...brokenIn(history), ...script, ...history.trace].join("\n");
}

describe("the deployed bundle, killed with SIGKILL", () => {
  it("after each step of a rotation: the next runs mend it", async () => {
    const script = stepwiseKills();
    const history = await playForReal(script, bundle.folder);
    expect(storyOf("stepwise", script, history)).toBe("");
    expect(history.killed).toBe(6);
  });

  it("two hundred times at random moments: keeps every promise", async () => {
    const waiting = [...SEEDS];
    let killed = 0;
    const playOn = async () => {
      for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
        const script = killScriptOf(seed, ROUNDS);
        const history = await playForReal(script, bundle.folder);
        expect(storyOf(seed, script, history)).toBe("");
        killed += history.killed;
      }
    };
    await Promise.all([playOn(), playOn()]);
    expect(killed).toBeGreaterThanOrEqual(200);
  });
});

describe("a worker with a mistake in it is caught by being killed", () => {
  it.each(MISTAKES)("one that $name", async (mistake) => {
    const planted = new Bundle();
    try {
      await bundleWith(mistake, planted.folder);
      const history = await playForReal(stepwiseKills(), planted.folder);
      expect(brokenIn(history).join("\n")).toMatch(mistake.breaks);
    } finally {
      planted.remove();
    }
  });
});
