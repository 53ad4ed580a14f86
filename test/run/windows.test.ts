import { describe, expect, it } from "vitest";
import { isOpen, resolveWindows } from "../../lambda/policy/windows.ts";
import type { Call } from "../support/ports.ts";
import { APP, DAY, HOUR, World } from "../support/world.ts";

const INTERVAL = 6 * HOUR;
const OFFICE = { days: ["mon" as const, "thu" as const], from: "08:00", to: "16:00", zone: "Europe/Berlin" };
const WINDOWS = resolveWindows([OFFICE]);
const RETIRING = { retire: { deactivateAfter: "1d", deleteAfter: "3d", unread: "ignore" } };

async function live(world: World, days: number, each?: () => void) {
  const reports = [];
  for (let at = 0; at < days * DAY; at += INTERVAL) {
    world.clock.advance(INTERVAL);
    reports.push((await world.run({ trigger: "schedule" })).report);
    each?.();
  }
  return reports;
}

const made = (world: World, name = "backend") =>
  world.losant.tokens(APP).filter((token) => token.name === name);

describe("maintenance windows", () => {
  it("let a year of tokens be created and ended only inside, in time, and without a warning", async () => {
    const world = new World({
      policy: { ...RETIRING, lifetime: "40d", renewBefore: "12d", windows: [OFFICE] },
    });
    world.token("backend", { age: 350 * DAY, lifetime: 365 * DAY });
    const states = new Map<string, string>();
    const outside: string[] = [];
    let ended = 0;
    const reports = await live(world, 365, () => {
      const now = made(world);
      for (const { id, creationDate, status } of now) {
        if (creationDate.getTime() > world.clock.now().getTime() - INTERVAL && !isOpen(WINDOWS, creationDate))
          outside.push(`created ${id}`);
        if (states.get(id) === "active" && status !== "active") ended += 1;
        if (states.get(id) === "active" && status !== "active" && !isOpen(WINDOWS, world.clock.now()))
          outside.push(`ended ${id}`);
        states.set(id, status);
      }
      const isLive = ({ status, expirationDate }: (typeof now)[number]) =>
        status === "active" && (expirationDate === undefined || expirationDate > world.clock.now());
      expect(now.some(isLive)).toBe(true);
    });
    expect(outside).toEqual([]);
    expect(ended).toBeGreaterThan(5);
    expect(reports.reduce((sum, { summary }) => sum + summary.rotated, 0)).toBeGreaterThan(10);
    const reasons = new Set(reports.flatMap(({ tokens }) => tokens.map(({ reason }) => reason)));
    expect(reasons).toContain("outside-window");
    expect(reasons).toContain("retirement-outside-window");
    const types = world.events.map(({ detailType }) => detailType);
    expect(types).not.toContain("Losant API Token Expiring");
    expect(types).not.toContain("Losant API Token Rotation Failed");
  });

  it("say when the next one opens, and hold nothing that is forced or about to expire", async () => {
    const world = new World({ policy: { windows: [OFFICE] } });
    const due = world.token("backend", { age: 350 * DAY, lifetime: 365 * DAY });
    while (isOpen(WINDOWS, world.clock.now())) world.clock.advance(HOUR);
    const ending = world.token("ending", { age: 365 * DAY - 2 * INTERVAL + 1, lifetime: 365 * DAY });
    const waiting = world.token("waiting", { age: 365 * DAY - 2 * INTERVAL - HOUR, lifetime: 365 * DAY });
    const { report } = await world.run({ trigger: "schedule" });
    const rowOf = (id: string) => report.tokens.find(({ tokenId }) => tokenId === id);
    expect(rowOf(ending.id)).toMatchObject({ outcome: "rotated" });
    expect(rowOf(waiting.id)).toMatchObject({ action: "wait", reason: "outside-window" });
    const { dueDate = "" } = rowOf(due.id) ?? {};
    expect(isOpen(WINDOWS, new Date(dueDate))).toBe(true);
    expect(isOpen(WINDOWS, new Date(Date.parse(dueDate) - 1))).toBe(false);
    const forced = await world.run({ tokens: [due.id], force: true, retireNow: true });
    expect(forced.report.summary).toMatchObject({ rotated: 1, retired: 1 });
  });

  describe("that close while a run reads another application", () => {
    const OTHER = "575ec8687ae143cd83dc4a98";
    const MINUTE = 60_000;
    /** On Thursday, a minute before it closes. In each application, one token is due, and the grace period of another is over. */
    async function beforeItCloses() {
      const world = new World({ applications: [APP, OTHER], policy: { ...RETIRING, windows: [OFFICE] } });
      for (const app of [APP, OTHER]) world.token("backend", { age: 350 * DAY, lifetime: 365 * DAY }, app);
      world.clock.advance(8 * HOUR);
      await world.run();
      world.clock.advance(4 * DAY);
      // The policy ends only what the worker created.
      await world.run({ tokens: ["backend"], force: true });
      world.clock.advance(3 * DAY + 7 * HOUR - MINUTE);
      expect(isOpen(WINDOWS, world.clock.now())).toBe(true);
      expect(isOpen(WINDOWS, new Date(world.clock.now().getTime() + MINUTE))).toBe(false);
      for (const app of [APP, OTHER]) world.token("gateway", { age: 350 * DAY, lifetime: 365 * DAY }, app);
      return world;
    }

    /** A run in which the second list takes so long. The application of the first one has been planned by then. */
    async function runWith(world: World, latencyMs: number) {
      let lists = 0;
      const intercept = ({ operation }: Call) => {
        if (operation === "list") lists += 1;
        return operation === "list" && lists === 2 ? { latencyMs } : {};
      };
      return world.run({ trigger: "schedule" }, { intercept });
    }

    it("let nothing begin after that, although the plan was made before", async () => {
      const world = await beforeItCloses();
      const statesOf = () =>
        [APP, OTHER].flatMap((app) => world.losant.tokens(app).map(({ id, status }) => [id, status]));
      const before = statesOf();
      const { report, failures } = await runWith(world, 2 * MINUTE);
      expect(failures).toEqual([]);
      const held = report.tokens.filter(({ reason }) => reason.endsWith("outside-window"));
      const dueDate = "2026-01-12T07:00:00.000Z";
      for (const app of [APP, OTHER]) {
        const rowOf = (token: string) =>
          held.find(({ applicationId, name }) => applicationId === app && name === token);
        expect(rowOf("gateway")).toMatchObject({ outcome: "waiting", reason: "outside-window", dueDate });
        expect(rowOf("backend")).toMatchObject({
          outcome: "waiting",
          reason: "retirement-outside-window",
          dueDate,
        });
      }
      expect(statesOf()).toEqual(before);
      for (const app of [APP, OTHER])
        expect(world.secrets.find(world.secretOf("gateway", app))).toBeUndefined();
    });

    it("change nothing for a run that acts before that", async () => {
      const { report } = await runWith(await beforeItCloses(), 10_000);
      expect(report.summary).toMatchObject({ rotated: 2, retired: 2, deferred: 0 });
    });

    it("hold nothing up that is about to expire", async () => {
      const world = await beforeItCloses();
      for (const app of [APP, OTHER])
        world.token("ending", { age: 365 * DAY - 2 * INTERVAL + HOUR, lifetime: 365 * DAY }, app);
      const { report } = await runWith(world, 2 * MINUTE);
      expect(report.tokens.flatMap(({ name, outcome }) => (outcome === "rotated" ? [name] : []))).toEqual([
        "ending",
        "ending",
      ]);
      expect(report.summary).toMatchObject({ rotated: 2, retired: 0 });
    });
  });

  it("can be those of single tokens", async () => {
    const world = new World({ policy: { tokens: [{ match: "edge-*", windows: [OFFICE] }] } });
    for (const name of ["edge-1", "backend"]) world.token(name, { age: 350 * DAY, lifetime: 365 * DAY });
    while (isOpen(WINDOWS, world.clock.now())) world.clock.advance(HOUR);
    const { report } = await world.run({ trigger: "schedule" });
    expect(report.summary.rotated).toBe(1);
    expect(made(world)).toHaveLength(2);
    expect(made(world, "edge-1")).toHaveLength(1);
  });
});
