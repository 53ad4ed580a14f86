import { expect, it } from "vitest";
import type { RunWatch } from "../../lambda/run/watch.ts";
import { APP, DAY, World } from "../support/world.ts";

/** Somebody who writes down what a run tells, and can stop it. */
class Onlooker implements RunWatch {
  readonly told: string[] = [];
  readonly waiting: string[] = [];
  readonly whom = new Set<string>();
  readonly #stopping = new AbortController();
  readonly stop = this.#stopping.signal;
  /** Stops the run when this is told. */
  stopAt: string | undefined;

  looked(done: number, of: number): void {
    this.#tell(`looked ${done}/${of}`);
  }

  worked(done: number, of: number): void {
    this.#tell(`worked ${done}/${of}`);
  }

  waits(whom: string): () => void {
    this.whom.add(whom);
    this.waiting.push(whom);
    return () => void this.waiting.splice(this.waiting.indexOf(whom), 1);
  }

  #tell(what: string): void {
    this.told.push(what);
    if (what === this.stopAt) this.#stopping.abort();
  }
}

function worldWithDue(count: number): World {
  const world = new World();
  for (let index = 0; index < count; index += 1)
    world.token(`token ${index}`, { age: 80 * DAY, lifetime: 90 * DAY });
  return world;
}

it("a run tells how far it has come, and for whom it waits", async () => {
  const world = worldWithDue(2);
  const watch = new Onlooker();
  await world.run({}, { watch });
  expect(watch.told).toEqual(["looked 0/1", "looked 1/1", "worked 0/2", "worked 1/2", "worked 2/2"]);
  expect([...watch.whom].toSorted()).toEqual(["EventBridge", "Losant", "Secrets Manager"]);
  expect(watch.waiting).toEqual([]);
});

it("a run that is stopped before it works begins nothing, and the next one does all of it", async () => {
  const world = worldWithDue(3);
  const watch = new Onlooker();
  watch.stopAt = "worked 0/3";
  const { report, failures } = await world.run({}, { watch });
  expect(report.summary).toMatchObject({ rotated: 0, deferred: 3 });
  expect(failures).toEqual([]);
  expect(world.losant.tokens(APP)).toHaveLength(4);
  expect((await world.run()).report.summary.rotated).toBe(3);
});

it("a run that is stopped at work finishes what it has begun: no token is left without its secret", async () => {
  const world = worldWithDue(30);
  const watch = new Onlooker();
  watch.stopAt = "worked 1/30";
  const { rotated, deferred } = (await world.run({}, { watch })).report.summary;
  expect(rotated).toBeGreaterThan(0);
  expect(deferred).toBeGreaterThan(0);
  expect(rotated + deferred).toBe(30);
  expect((await world.run()).report.summary).toMatchObject({ rotated: deferred, discarded: 0, resumed: 0 });
});

it("a run that is stopped while it looks says which applications it has not looked at", async () => {
  const world = worldWithDue(1);
  const watch = new Onlooker();
  watch.stopAt = "looked 0/1";
  const { report, failures } = await world.run({}, { watch });
  expect(report.applications).toMatchObject([{ outcome: "failed", code: "out-of-time" }]);
  expect(failures[0]).toContain("the run was stopped before the worker read this application");
});
