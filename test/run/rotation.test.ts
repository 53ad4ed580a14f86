import { describe, expect, it } from "vitest";
import { APP, Consumer, DAY, HOUR, World } from "../support/world.ts";

describe("a run", () => {
  it("replaces a token that is nearing its expiry, stores the string and says so", async () => {
    const world = new World();
    const { id } = world.token("backend", { age: 350 * DAY, lifetime: 365 * DAY });
    const { report, failures } = await world.run();
    expect(failures).toEqual([]);
    expect(report.summary).toMatchObject({ listed: 2, rotated: 1, skipped: 1, failed: 0 });
    const row = report.tokens.find(({ tokenId }) => tokenId === id);
    expect(row).toMatchObject({
      action: "rotate",
      reason: "renewal-window",
      outcome: "rotated",
      verified: "probe",
    });
    const string = world.stringIn(world.secretOf("backend"));
    expect(world.losant.accepts(string ?? "")).toBe(true);
    expect(world.losant.tokenIdOf(string ?? "")).toBe(row?.successorId);
    expect(world.aws.secret(world.secretOf("backend"))?.versions).toMatchObject([
      { versionId: `losant-${row?.successorId}-${id}`, labels: ["AWSCURRENT"] },
    ]);
    expect(world.events.map(({ detailType }) => detailType)).toEqual([
      "Losant API Token Rotated",
      "Losant Token Rotation Run Completed",
    ]);
  });

  it("over one application looks at no other", async () => {
    const others = ["475ec8687ae143cd83dc4a97", "675ec8687ae143cd83dc4a97"];
    const world = new World({ applications: [APP, ...others] });
    for (const app of [APP, ...others]) world.token("backend", { age: 350 * DAY, lifetime: 365 * DAY }, app);
    const asked = new Set<string>();
    const { report } = await world.run(
      { applicationId: APP },
      {
        intercept: ({ operation, subject }) => {
          if (operation === "list") asked.add(subject);
          return {};
        },
      },
    );
    expect([...asked]).toEqual([APP]);
    expect(report.applications).toEqual([{ applicationId: APP, outcome: "ok" }]);
    expect(report.summary).toMatchObject({ listed: 2, rotated: 1 });
  });

  it("finds nothing left to do when it runs again", async () => {
    const world = new World();
    world.token("backend", { age: 350 * DAY, lifetime: 365 * DAY });
    await world.run();
    const { report } = await world.run();
    expect(report.summary).toMatchObject({
      rotated: 0,
      resumed: 0,
      announced: 0,
      waiting: 1,
      skipped: 2,
      failed: 0,
    });
    expect(report.tokens.map(({ reason }) => reason).sort()).toEqual([
      "never-expires",
      "not-due",
      "superseded",
    ]);
  });

  it("rotates each token once per life through two years of days, and no consumer ever holds a dead one", async () => {
    const world = new World({
      policy: { retire: { unread: "ignore", deactivateAfter: "7d", deleteAfter: "30d" } },
    });
    world.token("short", { lifetime: 90 * DAY });
    world.token("long", { lifetime: 365 * DAY });
    const consumers = ["short", "long"].map((name) => new Consumer(world, world.secretOf(name), DAY));
    let rotated = 0;
    for (let day = 0; day < 730; day++) {
      const { report, failures } = await world.run();
      expect(failures).toEqual([]);
      rotated += report.summary.rotated;
      for (let hour = 0; hour < 24; hour += 6) {
        world.clock.advance(6 * HOUR);
        for (const consumer of consumers) expect(consumer.isBroken()).toBe(false);
      }
    }
    expect(rotated).toBe(14);
  });
});
