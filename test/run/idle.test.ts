import { describe, expect, it } from "vitest";
import { applicationIdOf, sowLineage, yearlyFresh } from "../../bench/ground.ts";
import type { Intercept, Operation } from "../support/ports.ts";
import { APP, DAY, World } from "../support/world.ts";

/** The calls of a run that finds nothing to do, by operation. */
async function callsOf(
  world: World,
  event: object = { trigger: "schedule" },
): Promise<Partial<Record<Operation, number>>> {
  const counts: Partial<Record<Operation, number>> = {};
  const intercept: Intercept = ({ operation }) => {
    counts[operation] = (counts[operation] ?? 0) + 1;
    return {};
  };
  const { report, failures } = await world.run(event, { intercept });
  expect(failures).toEqual([]);
  const { waiting, skipped, listed } = report.summary;
  expect(waiting + skipped).toBe(listed);
  return counts;
}

/** Tokens that the worker created earlier. None of them is due. */
function sow(world: World, applicationId: string, count: number, from = 0): void {
  for (let number = from; number < from + count; number += 1)
    sowLineage(world, { applicationId, name: `token-${number}`, number, ...yearlyFresh(world.clock.now()) });
}

describe("a run that finds nothing to do asks", () => {
  it("for 100 lineages of one application: for the access token, both lists, and takes one event", async () => {
    const world = new World();
    sow(world, APP, 100);
    expect(await callsOf(world)).toEqual({ readAccessToken: 1, list: 1, listSecrets: 1, publish: 1 });
  });

  it("for as many of each as there are applications, but once for the secrets of all", async () => {
    const ids = Array.from({ length: 20 }, (_, number) => applicationIdOf(number));
    const world = new World({ applications: ids });
    for (const [index, id] of ids.entries()) sow(world, id, 5, 5 * index);
    expect(await callsOf(world)).toEqual({ readAccessToken: 20, list: 20, listSecrets: 1, publish: 1 });
  });

  it("besides for each mapped secret, and each access token's that is renewed, since the list has neither", async () => {
    const ids = [0, 1, 2].map(applicationIdOf);
    const world = new World({ applications: ids });
    for (const [index, id] of ids.entries()) {
      sow(world, id, 5, 5 * index);
      world.token("mapped", { lifetime: 365 * DAY }, id);
    }
    const applications = ids.map((id, index) => ({
      id,
      accessToken: `losant-access/${id}`,
      secrets: {
        mapped: `elsewhere/${id}`,
        ...(index < 2 && { "rotation worker": `losant-access/${id}` }),
      },
    }));
    world.config = { ...world.config, applications };
    expect(await callsOf(world)).toEqual({
      readAccessToken: 3,
      list: 3,
      listSecrets: 1,
      describe: 3 + 2,
      publish: 1,
    });
  });

  it("for a list of each prefix, the former ones too", async () => {
    const world = new World({ config: { formerPrefixes: ["losant-before", "older"] } });
    sow(world, APP, 5);
    expect(await callsOf(world)).toEqual({ readAccessToken: 1, list: 1, listSecrets: 3, publish: 1 });
  });

  it("in a fleet, for the secrets of ten applications of its shard at once, and for no others", async () => {
    const ids = Array.from({ length: 100 }, (_, number) => applicationIdOf(number));
    const world = new World({ applications: ids, config: { fleet: true, schedule: "30m" } });
    for (const [index, id] of ids.entries()) sow(world, id, 2, 2 * index);
    const asked: string[] = [];
    const intercept: Intercept = ({ operation, subject }) => {
      if (operation === "listSecrets") asked.push(...subject.split(" "));
      return {};
    };
    const { report, failures } = await world.run({ shard: 1 }, { intercept });
    expect(failures).toEqual([]);
    const looked = report.applications.map(({ applicationId }) => applicationId);
    expect(looked.length).toBeGreaterThan(30);
    expect(looked.length).toBeLessThan(70);
    expect(asked.toSorted()).toEqual(looked.map((id) => `losant/${id}/`).toSorted());
    expect(report.summary.waiting).toBe(2 * looked.length);
    const counts = await callsOf(world, { shard: 0 });
    expect(counts.listSecrets).toBe(Math.ceil((100 - looked.length) / 10));
    const one = await callsOf(world, { applicationId: ids[0] });
    expect(one).toEqual({ readAccessToken: 1, list: 1, listSecrets: 1, publish: 1 });
  });
});
