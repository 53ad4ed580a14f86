import { describe, expect, it } from "vitest";
import { type ErrorCode, RotationError } from "../../lambda/model/errors.ts";
import { durationMs } from "../../lambda/policy/config.ts";
import type { Call, Intercept } from "../support/ports.ts";
import { APP, DAY, HOUR, MINUTE, World, withAccessTokenDue } from "../support/world.ts";

const INTERVAL = 6 * HOUR;

/** So many tokens, of which the first is due soonest. */
function dueTokens(world: World, count: number, firstAge = 350) {
  return Array.from({ length: count }, (_, index) =>
    world.token(`token ${index}`, { age: firstAge * DAY - index * HOUR, lifetime: 365 * DAY }),
  );
}

/** The store takes no string for the secrets of these names, or the operation fails for whatever it is about. */
function refusing(world: World, names: readonly string[], code: ErrorCode = "store-denied"): Intercept {
  const secrets = new Set(names.map((name) => world.secretOf(name)));
  return ({ operation, subject }: Call) => {
    if (operation !== "stage") return {};
    const successor = /losant-([a-f\d]{24})-/.exec(subject)?.[1] ?? "";
    const name = world.losant.tokens(APP).find(({ id }) => id === successor)?.name ?? "";
    const isRefused = secrets.has(subject) || names.includes(name);
    return isRefused ? { before: new RotationError(code, "planted") } : {};
  };
}

const forbidden = (operation: string): Intercept => {
  const before = new RotationError("access-token-forbidden", "planted");
  return (call) => (call.operation === operation ? { before } : {});
};

const both =
  (...intercepts: readonly Intercept[]): Intercept =>
  (call) =>
    Object.assign({}, ...intercepts.map((intercept) => intercept(call)));

describe("a secret that takes no string", () => {
  it("costs one token, though it is due soonest, and nothing else waits for it", async () => {
    const world = new World();
    dueTokens(world, 30, 337);
    const seen: string[] = [];
    const refuses = refusing(world, ["token 0"]);
    const { report } = await world.run(
      { trigger: "schedule" },
      {
        intercept: (call) => {
          seen.push(call.operation);
          return refuses(call);
        },
      },
    );
    expect(report.summary).toMatchObject({ rotated: 29, failed: 1, deferred: 0 });
    expect(seen.filter((operation) => operation === "create")).toHaveLength(30);
    expect(seen.filter((operation) => operation === "delete")).toHaveLength(1);
    expect(world.losant.tokens(APP)).toHaveLength(1 + 30 + 29);
  });

  it("does not hold up the others where all of them have been due for long", async () => {
    const world = new World();
    dueTokens(world, 30, 350);
    const { report } = await world.run({}, { intercept: refusing(world, ["token 0"]) });
    expect(report.summary).toMatchObject({ rotated: 29, failed: 1, deferred: 0 });
  });

  it("holds up nothing for ever where there are more of them than may be refused in a row", async () => {
    const world = new World();
    const broken = Array.from({ length: 10 }, (_, index) => `token ${index}`);
    dueTokens(world, 40, 345);
    const intercept = refusing(world, broken);
    let rotated = 0;
    for (let run = 0; run < 12; run += 1) {
      const { report } = await world.run({ trigger: "schedule" }, { intercept });
      expect(report.summary.failed).toBeLessThanOrEqual(broken.length);
      rotated += report.summary.rotated;
      world.clock.advance(INTERVAL);
    }
    expect(rotated).toBe(30);
  });

  it.each(["6h", "12h", "1d"])(
    "leaves the one of twenty that takes strings its turn before its token expires, in runs every %s",
    async (schedule) => {
      const world = new World({ config: { schedule } });
      const broken = Array.from({ length: 20 }, (_, index) => `token ${index}`).toSpliced(15, 1);
      dueTokens(world, 20, 340);
      let rotated = 0;
      for (let run = 0; rotated === 0 && run * durationMs(schedule) < 24 * DAY; run += 1) {
        const { report } = await world.run({}, { intercept: refusing(world, broken) });
        rotated = report.summary.rotated;
        world.clock.advance(durationMs(schedule));
      }
      expect(rotated).toBe(1);
    },
  );

  it.each(["store-unavailable", "store-unreachable", "store-answer-invalid"] as const)(
    "holds up nothing for ever where each of its calls ends with %s, as if the whole store were down",
    async (code) => {
      const world = new World();
      dueTokens(world, 10, 345);
      const { world: another } = withAccessTokenDue();
      dueTokens(another, 9, 345);
      for (const [here, name] of [[world, "token 0"] as const, [another, "access token"] as const]) {
        let rotated = 0;
        for (let run = 0; run < 4; run += 1) {
          const { report } = await here.run({}, { intercept: refusing(here, [name], code) });
          rotated += report.summary.rotated;
          here.clock.advance(INTERVAL);
        }
        expect(rotated).toBe(9);
      }
    },
  );

  it("costs fresh tokens nothing where it is that of the access token itself", async () => {
    const { world, access } = withAccessTokenDue();
    dueTokens(world, 5);
    const { report } = await world.run({}, { intercept: refusing(world, ["access token"]) });
    expect(report.summary).toMatchObject({ rotated: 5, failed: 1 });
    expect(report.tokens.find(({ tokenId }) => tokenId === access.id)?.outcome).toBe("failed");
  });
});

describe("a token that Losant doesn't replace", () => {
  it("uses up nothing of what a run may issue", async () => {
    const world = new World({ policy: { maxRotationsPerRun: 2 } });
    for (let index = 0; index < 20; index += 1)
      world.token(`legacy ${index}`, { age: 355 * DAY, lifetime: 365 * DAY, scope: ["no.longer.granted"] });
    dueTokens(world, 3, 345);
    const { report } = await world.run();
    expect(report.summary).toMatchObject({ failed: 20, rotated: 2, deferred: 1 });
  });
});

describe("an application whose tokens Losant takes long to replace, and then doesn't", () => {
  it("holds up no other for more than a run or two, although nothing has shown yet that strings can be stored", async () => {
    const other = "575ec8687ae143cd83dc4a98";
    const world = new World({ applications: [APP, other] });
    dueTokens(world, 80, 345);
    for (const name of ["one", "two", "three"])
      world.token(name, { age: 340 * DAY, lifetime: 365 * DAY }, other);
    const lost = new RotationError("issue-uncertain", "planted", { effect: "unknown" });
    const intercept: Intercept = ({ operation, subject }) =>
      operation === "create" && subject.startsWith("token") ? { latencyMs: 15_000, before: lost } : {};
    let rotated = 0;
    for (let run = 0; run < 3; run += 1) {
      rotated += (await world.run({}, { intercept })).report.summary.rotated;
      world.clock.advance(INTERVAL);
    }
    expect(rotated).toBe(3);
  });
});

describe("retirements that Losant doesn't take, for which a run would need more than its time", () => {
  it("hold up no rotation", async () => {
    const world = new World({ policy: { retire: { unread: "ignore", deactivateAfter: "1d" } } });
    dueTokens(world, 60);
    await world.run();
    world.clock.advance(HOUR);
    const heads = world.losant.tokens(APP).slice(-60);
    await world.run({ tokens: heads.map(({ id }) => id), force: true });
    world.clock.advance(10 * DAY);
    dueTokens(world, 5);
    const down = new RotationError("losant-unavailable", "planted", { effect: "unknown" });
    const intercept: Intercept = ({ operation }) => (operation === "deactivate" ? { before: down } : {});
    const { report } = await world.run({}, { intercept, budgetMs: 90_000 });
    expect(report.summary).toMatchObject({ rotated: 5, failed: 60 });
  });
});

describe("an event that names a hundred thousand tokens", () => {
  it("is answered in few words, and finds the one that there is", async () => {
    const world = new World();
    const token = world.token("backend", { age: 10 * DAY, lifetime: 365 * DAY });
    const tokens = Array.from({ length: 100_000 }, (_, index) => `nobody ${index}`);
    const { report, failures } = await world.run({
      tokens: [...tokens, token.id.toUpperCase()],
      force: true,
    });
    expect(report.summary).toMatchObject({ rotated: 1 });
    expect(failures.length).toBeLessThan(30);
    expect(JSON.stringify(world.log)).toContain("of another 99980 entries");
    expect(world.log.length).toBeLessThan(40);
  });
});

describe("where nothing can be deleted", () => {
  it("does not make one more live token in each run: the lineage waits, and says why", async () => {
    const world = new World();
    world.token("backend", { age: 340 * DAY, lifetime: 365 * DAY });
    const intercept = both(refusing(world, ["backend"]), forbidden("delete"));
    const reasons = new Set<string>();
    for (let run = 0; run < 40; run += 1) {
      const { report } = await world.run({ trigger: "schedule" }, { intercept });
      for (const { name, reason, outcome } of report.tokens)
        if (name === "backend" && outcome === "skipped") reasons.add(reason);
      world.clock.advance(INTERVAL);
    }
    const live = world.losant
      .tokens(APP)
      .filter(({ name, status }) => name === "backend" && status === "active");
    expect(live.length).toBeLessThanOrEqual(2);
    expect([...reasons]).toContain("orphan-left");
    expect(world.log.some(({ level, fields }) => level === "warn" && fields.reason === "orphan-left")).toBe(
      true,
    );
  });

  it("makes a few at the end of a life, and never more, also after it has ended", async () => {
    const world = new World();
    world.token("backend", { age: 350 * DAY, lifetime: 365 * DAY });
    await world.run();
    world.clock.advance(355 * DAY);
    const before = world.losant.tokens(APP).length;
    const intercept = both(refusing(world, ["backend"]), forbidden("delete"));
    for (let run = 0; run < 80; run += 1) {
      await world.run({ trigger: "schedule" }, { intercept });
      world.clock.advance(INTERVAL);
    }
    expect(world.losant.tokens(APP).length - before).toBeLessThanOrEqual(6);
    const live = world.losant
      .tokens(APP)
      .filter(({ name, status }) => name === "backend" && status === "active");
    expect(live.length).toBeLessThanOrEqual(3);
  });

  it("does not keep the other orphans of a lineage alive: each has its turn", async () => {
    const world = new World();
    const root = world.token("backend", { age: 340 * DAY, lifetime: 365 * DAY });
    const crashing: Intercept = ({ operation }) => (operation === "create" ? { after: "crash" } : {});
    for (let run = 0; run < 6; run += 1) {
      void world.start({ tokens: [root.id], force: true }, { intercept: crashing });
      await world.clock.run(world.clock.sleep(5 * MINUTE));
    }
    const made = world.losant.tokens(APP).filter(({ name, id }) => name === "backend" && id !== root.id);
    const [first, second, third, ...others] = made.map(({ id }) => id);
    const refused = new RotationError("losant-refused", "planted");
    const intercept: Intercept = ({ operation, subject }) =>
      operation === "deactivate" && [first, second, third].includes(subject) ? { before: refused } : {};
    for (let run = 0; run < 8; run += 1) {
      world.clock.advance(INTERVAL);
      await world.run({}, { intercept });
    }
    expect(others).toHaveLength(3);
    for (const { id, status } of world.losant.tokens(APP))
      if (made.some((one) => one.id === id)) expect(status).toBe(others.includes(id) ? "inactive" : "active");
  });

  it("goes on at once when the orphan can be deleted again", async () => {
    const world = new World();
    world.token("backend", { age: 340 * DAY, lifetime: 365 * DAY });
    const intercept = both(refusing(world, ["backend"]), forbidden("delete"));
    for (let run = 0; run < 3; run += 1) {
      await world.run({ trigger: "schedule" }, { intercept });
      world.clock.advance(INTERVAL);
    }
    const { report, failures } = await world.run({ trigger: "schedule" });
    expect(failures).toEqual([]);
    expect(report.summary).toMatchObject({ rotated: 1, discarded: 1 });
  });
});
