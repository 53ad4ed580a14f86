import { describe, expect, it } from "vitest";
import type { Intercept } from "../support/ports.ts";
import { APP, DAY, HOUR, World } from "../support/world.ts";

/** Two lineages: one that was never rotated, and one on a secret that somebody made by hand. */
function context(): World {
  const world = new World({ secrets: { mapped: "prod/mapped" } });
  world.token("backend", { age: 350 * DAY, lifetime: 365 * DAY });
  const { token } = world.token("mapped", { age: 345 * DAY, lifetime: 365 * DAY });
  world.aws.putSecret("prod/mapped", token);
  return world;
}

/** Stops the worker at the given call, before or after its effect. Calls in progress have no effect any more. */
function dyingAt(fatal: number, when: "before" | "after"): Intercept {
  let calls = 0;
  return () => {
    calls += 1;
    if (calls < fatal) return {};
    return calls === fatal ? { [when]: "crash" } : { before: "crash" };
  };
}

async function callsOf(world: World): Promise<number> {
  let calls = 0;
  const counting: Intercept = () => {
    calls += 1;
    return {};
  };
  await world.run({}, { intercept: counting });
  return calls;
}

describe("a run that dies", () => {
  it.each(["before", "after"] as const)(
    "%s any one of its calls leaves what the next runs mend",
    async (when) => {
      const total = await callsOf(context());
      expect(total).toBeGreaterThan(20);
      for (let fatal = 1; fatal <= total; fatal++) {
        const world = context();
        await world.run({}, { intercept: dyingAt(fatal, when) }).catch(() => {});
        for (let run = 0; run < 3; run++) {
          world.clock.advance(6 * HOUR);
          expect([fatal, (await world.run()).failures]).toEqual([fatal, []]);
        }
        const strings = [world.secretOf("backend"), "prod/mapped"].map((name) => world.stringIn(name) ?? "");
        for (const string of strings) expect([fatal, world.losant.accepts(string)]).toEqual([fatal, true]);
        for (const { labels } of world.secrets.all()) {
          expect([fatal, [...labels.keys()].filter((label) => label.startsWith("rotating-"))]).toEqual([
            fatal,
            [],
          ]);
        }
        // The worker's own token, and for each lineage the root and one successor: no second successor, and no orphan.
        const alive = world.losant.tokens(APP).filter(({ status }) => status === "active");
        expect([fatal, alive.length]).toEqual([fatal, 5]);
        const told = new Set(
          world.events.flatMap(({ detail }) => ("versionId" in detail ? [detail.versionId] : [])),
        );
        for (const string of strings) {
          expect([
            fatal,
            [...told].some((id) => String(id).startsWith(`losant-${world.losant.tokenIdOf(string)}-`)),
          ]).toEqual([fatal, true]);
        }
      }
    },
  );
});
